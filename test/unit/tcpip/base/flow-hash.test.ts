/**
 * HalfSipHash-1-3 against an independent implementation, which itself is held to the authors' vectors.
 */
import { expect, test } from 'vitest'
import { FlowHash } from '../../../../tcpip/base/flow-hash.ts'
import { Prng } from '../../../../tcpip/base/prng.ts'
import { bytesOfWords, halfSipHashOracle } from '../../../support/oracles/siphash-oracle.ts'

/** Reference implementation, vectors.h, HalfSipHash-2-4 with 32 bits: key 00..07; entry n hashes 00..(n-1). */
// biome-ignore format: eight to a line
const VECTORS_2_4: readonly number[] = [
  0x5b9f35a9, 0xb85a4727, 0x03a662fa, 0x04e7fe8a, 0x89466e2a, 0x69b6fac5, 0x23fc6358, 0xc563cf8b,
  0x8f84b8d0, 0x79e706f8, 0x3479b094, 0x50300808, 0x2f87f057, 0xff63e677, 0x7cf8ffd6, 0x972bfe74,
]

const KEY = Uint8Array.from({ length: 8 }, (_, i) => i)

test('the oracle gives the reference vectors of HalfSipHash-2-4', () => {
  const results = VECTORS_2_4.map((_, n) =>
    halfSipHashOracle(
      2,
      4,
      KEY,
      Uint8Array.from({ length: n }, (_, i) => i),
    ),
  )
  expect(results).toEqual(VECTORS_2_4)
})

test('hash is HalfSipHash-1-3 of three little-endian words, as int32', () => {
  const prng = new Prng(1)
  const key = new Uint8Array(8)
  for (let i = 0; i < 5_000; i++) {
    prng.fill(key)
    const words = [prng.next(), prng.next(), prng.next()] as const
    expect(new FlowHash(key).hash(...words)).toBe(halfSipHashOracle(1, 3, key, bytesOfWords(...words)) | 0)
  }
})

test('another key scatters the tuples that collide under this one', () => {
  const prng = new Prng(2)
  const mask = 1023
  const first = new FlowHash(KEY)
  const second = new FlowHash(KEY.map((byte) => byte ^ 0x5a))
  const colliding: number[] = []
  while (colliding.length < 200) {
    const address = prng.next()
    if ((first.hash(address, 0, 0) & mask) === 0) colliding.push(address)
  }
  const homes = new Set(colliding.map((address) => second.hash(address, 0, 0) & mask))
  expect(homes.size).toBeGreaterThan(150)
})

test('asserts a key of 8 bytes', () => {
  expect(() => new FlowHash(new Uint8Array(16))).toThrow('assertion failed')
})
