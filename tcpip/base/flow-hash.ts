/**
 * The hash of the flow tables: HalfSipHash-1-3 (from SipHash's reference implementation; Linux uses it as hsiphash in
 * include/linux/siphash.h). It is keyed, because the attacker chooses the tuple: with a hash that he can compute he
 * would fill one probe sequence and make every lookup linear. Too weak for cookies, which the attacker gets to see.
 */
import { assert } from './assert.ts'

/** The last word of a message carries its length in bytes in the top byte: three words. */
const LENGTH_WORD = 12 << 24

export class FlowHash {
  private readonly k0: number
  private readonly k1: number

  /** `key`: 8 secret bytes. */
  constructor(key: Uint8Array) {
    assert(key.length === 8, 'a flow hash key has 8 bytes')
    const view = new DataView(key.buffer, key.byteOffset, key.length)
    this.k0 = view.getInt32(0, true)
    this.k1 = view.getInt32(4, true)
  }

  /** Hash of three int32 words, usually source address, destination address and both ports; int32. */
  hash(a: number, b: number, c: number): number {
    // `| 0` tells the compiler that the state is int32 from the start; without it the hash takes twice the time.
    let v0 = this.k0 | 0
    let v1 = this.k1 | 0
    let v2 = v0 ^ 0x6c796765
    let v3 = v1 ^ 0x74656462
    let word = a
    // The round is written out twice, once per loop: as a function it would have to return four numbers.
    for (let i = 0; i < 4; i++) {
      v3 ^= word
      v0 = (v0 + v1) | 0
      v1 = ((v1 << 5) | (v1 >>> 27)) ^ v0
      v0 = (v0 << 16) | (v0 >>> 16)
      v2 = (v2 + v3) | 0
      v3 = ((v3 << 8) | (v3 >>> 24)) ^ v2
      v0 = (v0 + v3) | 0
      v3 = ((v3 << 7) | (v3 >>> 25)) ^ v0
      v2 = (v2 + v1) | 0
      v1 = ((v1 << 13) | (v1 >>> 19)) ^ v2
      v2 = (v2 << 16) | (v2 >>> 16)
      v0 ^= word
      word = i === 0 ? b : i === 1 ? c : LENGTH_WORD
    }
    v2 ^= 0xff
    for (let i = 0; i < 3; i++) {
      v0 = (v0 + v1) | 0
      v1 = ((v1 << 5) | (v1 >>> 27)) ^ v0
      v0 = (v0 << 16) | (v0 >>> 16)
      v2 = (v2 + v3) | 0
      v3 = ((v3 << 8) | (v3 >>> 24)) ^ v2
      v0 = (v0 + v3) | 0
      v3 = ((v3 << 7) | (v3 >>> 25)) ^ v0
      v2 = (v2 + v1) | 0
      v1 = ((v1 << 13) | (v1 >>> 19)) ^ v2
      v2 = (v2 << 16) | (v2 >>> 16)
    }
    return v1 ^ v3
  }
}
