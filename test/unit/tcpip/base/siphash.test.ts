/// <reference path="../../../bench/siphash.d.ts" />
/**
 * SipHash-2-4 against the vectors of its authors, an independent implementation and the npm package.
 */
import siphash from 'siphash'
import { describe, expect, test } from 'vitest'
import { Prng } from '../../../../tcpip/base/prng.ts'
import { MESSAGE_BYTES_MAX, SipHash } from '../../../../tcpip/base/siphash.ts'
import { bytesOfWords, sipHashOracle } from '../../../support/oracles/siphash-oracle.ts'

/** Reference implementation, vectors.h: key 00..0f; entry n hashes the message 00..(n-1). */
// biome-ignore format: four to a line
const VECTORS: readonly bigint[] = [
  0x726fdb47dd0e0e31n, 0x74f839c593dc67fdn, 0x0d6c8009d9a94f5an, 0x85676696d7fb7e2dn,
  0xcf2794e0277187b7n, 0x18765564cd99a68dn, 0xcbc9466e58fee3cen, 0xab0200f58b01d137n,
  0x93f5f5799a932462n, 0x9e0082df0ba9e4b0n, 0x7a5dbbc594ddb9f3n, 0xf4b32f46226bada7n,
  0x751e8fbc860ee5fbn, 0x14ea5627c0843d90n, 0xf723ca908e7af2een, 0xa129ca6149be45e5n,
  0x3f2acc7f57c29bdbn, 0x699ae9f52cbe4794n, 0x4bc1b3f0968dd39cn, 0xbb6dc91da77961bdn,
  0xbed65cf21aa2ee98n, 0xd0f2cbb02e3b67c7n, 0x93536795e3a33e88n, 0xa80c038ccd5ccec8n,
  0xb8ad50c6f649af94n, 0xbce192de8a85b8ean, 0x17d835b85bbb15f3n, 0x2f2e6163076bcfadn,
  0xde4daaaca71dc9a5n, 0xa6a2506687956571n, 0xad87a3535c49ef28n, 0x32d892fad841c342n,
  0x7127512f72f27ccen, 0xa7f32346f95978e3n, 0x12e0b01abb051238n, 0x15e034d40fa197aen,
  0x314dffbe0815a3b4n, 0x027990f029623981n, 0xcadcd4e59ef40c4dn, 0x9abfd8766a33735cn,
  0x0e3ea96b5304a7d0n, 0xad0c42d6fc585992n, 0x187306c89bc215a9n, 0xd4a60abcf3792b95n,
  0xf935451de4f21df2n, 0xa9538f0419755787n, 0xdb9acddff56ca510n, 0xd06c98cd5c0975ebn,
  0xe612a3cb9ecba951n, 0xc766e62cfcadaf96n, 0xee64435a9752fe72n, 0xa192d576b245165an,
  0x0a8787bf8ecb74b2n, 0x81b3e73d20b49b6fn, 0x7fa8220ba3b2ecean, 0x245731c13ca42499n,
  0xb78dbfaf3a8d83bdn, 0xea1ad565322a1a0bn, 0x60e61c23a3795013n, 0x6606d7e446282b93n,
  0x6ca4ecb15c5f91e1n, 0x9f626da15c9625f3n, 0xe51b38608ef25f57n, 0x958a324ceb064572n,
]

const VECTOR_KEY = Uint8Array.from({ length: 16 }, (_, i) => i)

function joined(hash: SipHash, low: number): bigint {
  return (BigInt(hash.high >>> 0) << 32n) | BigInt(low >>> 0)
}

function randomBytes(prng: Prng, length: number): Uint8Array {
  const bytes = new Uint8Array(length)
  prng.fill(bytes)
  return bytes
}

describe('hashBytes', () => {
  test('gives the 64 reference vectors', () => {
    const hash = new SipHash(VECTOR_KEY)
    const results = VECTORS.map((_, n) => joined(hash, hash.hashBytes(Uint8Array.from({ length: n }, (_, i) => i))))
    expect(results).toEqual(VECTORS)
  })

  test('agrees with the oracle for random keys and lengths, whatever was hashed before', () => {
    const prng = new Prng(1)
    for (let i = 0; i < 2_000; i++) {
      const key = randomBytes(prng, 16)
      const message = randomBytes(prng, prng.below(100))
      const hash = new SipHash(key)
      expect(joined(hash, hash.hashBytes(message))).toBe(sipHashOracle(2, 4, key, message))
    }
  })

  test('takes a message up to the limit and asserts beyond it', () => {
    const hash = new SipHash(VECTOR_KEY)
    const longest = randomBytes(new Prng(2), MESSAGE_BYTES_MAX)
    expect(joined(hash, hash.hashBytes(longest))).toBe(sipHashOracle(2, 4, VECTOR_KEY, longest))
    expect(() => hash.hashBytes(new Uint8Array(MESSAGE_BYTES_MAX + 1))).toThrow('assertion failed')
  })
})

describe('hash4', () => {
  test('hashes four little-endian words: the 16-byte reference vector', () => {
    const hash = new SipHash(VECTOR_KEY)
    const low = hash.hash4(0x03020100, 0x07060504, 0x0b0a0908, 0x0f0e0d0c)
    expect(low).toBe(0x57c29bdb | 0)
    expect(hash.high).toBe(0x3f2acc7f | 0)
  })

  test('agrees with the oracle, with the npm package and with hashBytes for random keys and words', () => {
    const prng = new Prng(3)
    for (let i = 0; i < 5_000; i++) {
      const key = randomBytes(prng, 16)
      const words = [prng.next(), prng.next(), prng.next(), prng.next()] as const
      const message = bytesOfWords(...words)
      const hash = new SipHash(key)
      const result = joined(hash, hash.hash4(...words))
      expect(result).toBe(sipHashOracle(2, 4, key, message))
      expect(result).toBe(joined(hash, hash.hashBytes(message)))
      const fromNpm = siphash.hash(new Uint32Array(key.buffer), message)
      expect(result).toBe((BigInt(fromNpm.h >>> 0) << 32n) | BigInt(fromNpm.l >>> 0))
    }
  })

  test('returns int32 and keeps the high word int32', () => {
    const prng = new Prng(4)
    const hash = new SipHash(VECTOR_KEY)
    for (let i = 0; i < 100; i++) {
      const low = hash.hash4(prng.next(), i, 0, 0)
      expect(low).toBe(low | 0)
      expect(hash.high).toBe(hash.high | 0)
    }
  })

  test('keeps two keys and their high words apart', () => {
    const first = new SipHash(VECTOR_KEY)
    const second = new SipHash(VECTOR_KEY.map((byte) => byte + 16))
    const low = first.hash4(1, 2, 3, 4)
    const high = first.high
    expect(second.hash4(1, 2, 3, 4)).not.toBe(low)
    expect(first.high).toBe(high)
    expect(first.hash4(1, 2, 3, 4)).toBe(low)
  })

  test('reads its key from a view into a larger buffer', () => {
    const padded = new Uint8Array(32)
    padded.set(VECTOR_KEY, 5)
    expect(new SipHash(padded.subarray(5, 21)).hash4(1, 2, 3, 4)).toBe(new SipHash(VECTOR_KEY).hash4(1, 2, 3, 4))
  })
})

test('asserts a key of 16 bytes', () => {
  expect(() => new SipHash(new Uint8Array(15))).toThrow('assertion failed')
  expect(() => new SipHash(new Uint8Array(17))).toThrow('assertion failed')
})
