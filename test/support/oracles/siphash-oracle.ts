/**
 * SipHash and HalfSipHash in the shape of the paper, for any number of rounds: BigInt words, one list of operations.
 * Slow, and independent of the code under test, whose oracle it is.
 */

interface Variant {
  /** Bits per word. */
  readonly bits: bigint
  readonly initial: readonly [bigint, bigint, bigint, bigint]
  /** Rotations in the order in which the round uses them. */
  readonly rotations: readonly [bigint, bigint, bigint, bigint, bigint, bigint]
}

const SIP: Variant = {
  bits: 64n,
  initial: [0x736f6d6570736575n, 0x646f72616e646f6dn, 0x6c7967656e657261n, 0x7465646279746573n],
  rotations: [13n, 32n, 16n, 21n, 17n, 32n],
}

const HALF_SIP: Variant = {
  bits: 32n,
  initial: [0n, 0n, 0x6c796765n, 0x74656462n],
  rotations: [5n, 16n, 8n, 7n, 13n, 16n],
}

function littleEndian(bytes: Uint8Array): bigint {
  return bytes.reduceRight((value, byte) => (value << 8n) | BigInt(byte), 0n)
}

/** The four state words after the final rounds. */
function finalState(variant: Variant, c: number, d: number, key: Uint8Array, message: Uint8Array): bigint[] {
  const { bits, initial, rotations } = variant
  const wordBytes = Number(bits / 8n)
  const wrap = (x: bigint): bigint => BigInt.asUintN(Number(bits), x)
  const rotate = (x: bigint, n: bigint): bigint => wrap(x << n) | (x >> (bits - n))
  const keys = [littleEndian(key.subarray(0, wordBytes)), littleEndian(key.subarray(wordBytes, 2 * wordBytes))]
  const v = initial.map((constant, i) => constant ^ keys[i & 1])
  const step = (to: number, from: number, rotation: bigint): void => {
    v[to] = wrap(v[to] + v[from])
    v[from] = rotate(v[from], rotation) ^ v[to]
  }
  const round = (): void => {
    step(0, 1, rotations[0])
    v[0] = rotate(v[0], rotations[1])
    step(2, 3, rotations[2])
    step(0, 3, rotations[3])
    step(2, 1, rotations[4])
    v[2] = rotate(v[2], rotations[5])
  }
  const padded = new Uint8Array((Math.floor(message.length / wordBytes) + 1) * wordBytes)
  padded.set(message)
  padded[padded.length - 1] = message.length
  for (let at = 0; at < padded.length; at += wordBytes) {
    const word = littleEndian(padded.subarray(at, at + wordBytes))
    v[3] ^= word
    for (let i = 0; i < c; i++) round()
    v[0] ^= word
  }
  v[2] ^= 0xffn
  for (let i = 0; i < d; i++) round()
  return v
}

/** SipHash-c-d with 64 bits of output; 16 key bytes. */
export function sipHashOracle(c: number, d: number, key: Uint8Array, message: Uint8Array): bigint {
  return finalState(SIP, c, d, key, message).reduce((sum, word) => sum ^ word)
}

/** HalfSipHash-c-d with 32 bits of output; 8 key bytes. */
export function halfSipHashOracle(c: number, d: number, key: Uint8Array, message: Uint8Array): number {
  const [, v1 = 0n, , v3 = 0n] = finalState(HALF_SIP, c, d, key, message)
  return Number(v1 ^ v3)
}

/** The bytes of int32 words in little-endian order. */
export function bytesOfWords(...words: number[]): Uint8Array {
  const bytes = new Uint8Array(words.length * 4)
  const view = new DataView(bytes.buffer)
  words.forEach((word, i) => {
    view.setInt32(i * 4, word, true)
  })
  return bytes
}
