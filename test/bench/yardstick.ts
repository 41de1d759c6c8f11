/**
 * What other measurements are told in multiples of: one call of the npm package `siphash` on 16 bytes. It shares no code
 * with what is measured, and says how fast a machine is at this moment.
 */
import siphash from 'siphash'
import type { BenchCase } from './measure.ts'

export const yardstick: BenchCase = {
  name: 'yardstick: npm siphash of 16 bytes',
  iterations: 2000,
  prepare() {
    const key = new Uint32Array([1, 2, 3, 4])
    const message = new Uint8Array(16)
    return (iterations) => {
      let sum = 0
      for (let i = 0; i < iterations; i++) {
        message[0] = i
        sum = (sum + siphash.hash(key, message).l) | 0
      }
      return sum
    }
  },
}
