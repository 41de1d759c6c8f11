/**
 * Seeded pseudo-random numbers for traffic and faults: xoshiro128** (Blackman and Vigna) seeded through splitmix32.
 * Reproducible and fast, and predictable: never a source of secrets.
 */
import { assert } from './assert.ts'

/** Next output of splitmix32 for a state; used only to spread seeds. */
function splitmix32(state: number): number {
  let z = (state + 0x9e3779b9) | 0
  z = Math.imul(z ^ (z >>> 16), 0x21f0aaad)
  z = Math.imul(z ^ (z >>> 15), 0x735a2d97)
  return z ^ (z >>> 15)
}

export class Prng {
  private a: number
  private b: number
  private c: number
  private d: number

  /** `seed`: any safe integer >= 0; all its 53 bits count. */
  constructor(seed: number) {
    assert(Number.isSafeInteger(seed) && seed >= 0, 'seed is a safe integer >= 0')
    let state = (seed % 0x1_0000_0000) ^ Math.imul(Math.floor(seed / 0x1_0000_0000), 0x85ebca6b)
    const draw = (): number => {
      const word = splitmix32(state)
      state = (state + 0x9e3779b9) | 0
      return word
    }
    this.a = draw()
    this.b = draw()
    this.c = draw()
    // The all-zero state is the generator's only fixed point.
    this.d = draw() | 1
  }

  /** 32 random bits, as int32. */
  next(): number {
    const scaled = Math.imul(this.b, 5)
    const result = Math.imul((scaled << 7) | (scaled >>> 25), 9)
    const t = this.b << 9
    this.c ^= this.a
    this.d ^= this.b
    this.b ^= this.c
    this.a ^= this.d
    this.c ^= t
    this.d = (this.d << 11) | (this.d >>> 21)
    return result
  }

  /** Uniform in [0, 1), 32 bits of it. */
  uniform(): number {
    return (this.next() >>> 0) / 0x1_0000_0000
  }

  /** Uniform integer in [0, n), 1 <= n <= 2^32. The bias is below n / 2^32. */
  below(n: number): number {
    return Math.floor(this.uniform() * n)
  }

  /** True with probability `numerator / denominator`: integers, so that no platform rounds differently. */
  chance(numerator: number, denominator: number): boolean {
    return numerator > 0 && this.below(denominator) < numerator
  }

  /** Exponentially distributed with the given mean: the gap between two Poisson arrivals. */
  exponential(mean: number): number {
    return -mean * Math.log(1 - this.uniform())
  }

  /** A generator of its own for one purpose, so that drawing more here changes nothing there. */
  fork(purpose: string): Prng {
    let hash = this.next()
    for (let i = 0; i < purpose.length; i++) hash = Math.imul(hash ^ purpose.charCodeAt(i), 0x01000193)
    return new Prng(hash >>> 0)
  }

  fill(bytes: Uint8Array): void {
    for (let i = 0; i < bytes.length; i++) bytes[i] = this.next() >>> 24
  }
}
