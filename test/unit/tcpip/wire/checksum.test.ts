/**
 * The Internet checksum against the example of RFC 1071 and against the plainest possible implementation of it.
 */
import { describe, expect, it } from 'vitest'
import { Prng } from '../../../../tcpip/base/prng.ts'
import {
  addBytes,
  addBytesCopying,
  finishChecksum,
  halves,
  isIntact,
  pseudoHeaderSum,
} from '../../../../tcpip/wire/checksum.ts'

/** RFC 1071 1, word by word: no partial sums, no tricks. */
function naiveChecksum(bytes: Uint8Array): number {
  let sum = 0
  for (let i = 0; i < bytes.length; i += 2) {
    sum += bytes[i] * 256 + (i + 1 < bytes.length ? bytes[i + 1] : 0)
    if (sum > 0xffff) sum -= 0xffff
  }
  return 0xffff - sum
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}

function checksumOf(bytes: Uint8Array): number {
  return finishChecksum(addBytes(0, viewOf(bytes), 0, bytes.length))
}

describe('Internet checksum', () => {
  it('sums the bytes of the example in RFC 1071 3 to ddf2', () => {
    const bytes = Uint8Array.of(0x00, 0x01, 0xf2, 0x03, 0xf4, 0xf5, 0xf6, 0xf7)
    expect(addBytes(0, viewOf(bytes), 0, 8)).toBe(0x2ddf0)
    expect(checksumOf(bytes)).toBe(~0xddf2 & 0xffff)
  })

  it('equals the naive sum for 100,000 random packets of even and odd length', () => {
    const prng = new Prng(1071)
    const bytes = new Uint8Array(128)
    let different = 0
    for (let i = 0; i < 100_000; i++) {
      prng.fill(bytes)
      const length = prng.below(bytes.length + 1)
      if (finishChecksum(addBytes(0, viewOf(bytes), 0, length)) !== naiveChecksum(bytes.subarray(0, length)))
        different++
    }
    expect(different).toBe(0)
  })

  it('does not overflow over the longest packet of the largest words', () => {
    const bytes = new Uint8Array(65_535).fill(0xff)
    expect(checksumOf(bytes)).toBe(naiveChecksum(bytes))
    // As the last addition to a sum that another packet's worth of the largest words has brought to its half.
    const twice = addBytes(addBytes(0, viewOf(bytes), 0, 65_534), viewOf(bytes), 0, 65_535)
    expect(finishChecksum(twice)).toBe(naiveChecksum(new Uint8Array(131_069).fill(0xff)))
  })

  it('adds ranges in any split at even offsets to the same sum', () => {
    const bytes = new Uint8Array(41)
    new Prng(2).fill(bytes)
    const whole = checksumOf(bytes)
    for (let split = 0; split <= bytes.length; split += 2) {
      const tail = addBytes(0, viewOf(bytes), split, bytes.length - split)
      expect(finishChecksum(addBytes(tail, viewOf(bytes), 0, split))).toBe(whole)
    }
  })

  it('counts an odd last byte as the high half of a word', () => {
    expect(checksumOf(Uint8Array.of(0xab))).toBe(~0xab00 & 0xffff)
  })

  it('copies and sums in one pass, even and odd lengths alike', () => {
    const from = new Uint8Array(64)
    new Prng(3).fill(from)
    for (let length = 0; length <= 33; length++) {
      const to = new Uint8Array(40).fill(0xee)
      const sum = addBytesCopying(7, from, 5, length, to, 2)
      expect(finishChecksum(sum)).toBe(finishChecksum(addBytes(7, viewOf(from), 5, length)))
      expect([...to.subarray(2, 2 + length)]).toEqual([...from.subarray(5, 5 + length)])
      expect([...to.subarray(0, 2), ...to.subarray(2 + length)].every((byte) => byte === 0xee)).toBe(true)
    }
  })

  it('sums the pseudo header of RFC 9293 3.1', () => {
    const bytes = Uint8Array.of(192, 0, 2, 1, 198, 51, 100, 200, 0, 6, 0x01, 0x23)
    const sum = pseudoHeaderSum(0xc0000201 | 0, 0xc63364c8 | 0, 6, 0x123)
    expect(finishChecksum(sum)).toBe(naiveChecksum(bytes))
  })

  it('adds the halves of a word without regard to its sign', () => {
    expect(halves(-1)).toBe(0x1fffe)
    expect(halves(0x8000_0001 | 0)).toBe(0x8001)
  })

  it('finds a packet intact with its checksum in place, and not after any flip of one bit', () => {
    const bytes = new Uint8Array(22)
    new Prng(4).fill(bytes)
    bytes[10] = 0
    bytes[11] = 0
    viewOf(bytes).setUint16(10, checksumOf(bytes))
    expect(isIntact(addBytes(0, viewOf(bytes), 0, 22))).toBe(true)
    for (let bit = 0; bit < 22 * 8; bit++) {
      bytes[bit >> 3] ^= 1 << (bit & 7)
      expect(isIntact(addBytes(0, viewOf(bytes), 0, 22))).toBe(false)
      bytes[bit >> 3] ^= 1 << (bit & 7)
    }
  })
})
