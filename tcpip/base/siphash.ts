/**
 * SipHash-2-4 with 64 bits of output (Aumasson and Bernstein, "SipHash: a fast short-input PRF"), the keyed hash of SYN
 * cookies and initial sequence numbers; Linux's counterpart is lib/siphash.c. JavaScript has no 64-bit integers fit for
 * a hot path, so the rounds run in a WebAssembly module of two functions. It is assembled below, when this file is
 * loaded, from instructions that can be read. The same rounds on pairs of int32 cost 3.5 times as much.
 */
import { assert } from './assert.ts'

/** The little of the WebAssembly JavaScript interface that is used here; the pure parts have no ambient types. */
declare const WebAssembly: {
  Module: new (bytes: Uint8Array) => object
  Instance: new (module: object) => { readonly exports: unknown }
}

interface SipHashModule {
  readonly memory: { readonly buffer: ArrayBuffer }
  hashWords(k0: number, k1: number, k2: number, k3: number, w0: number, w1: number, w2: number, w3: number): number
  hashMemory(k0: number, k1: number, k2: number, k3: number, at: number, end: number): number
}

type Code = readonly number[]

/** Value types and opcodes by their names in the WebAssembly specification. */
const I32 = 0x7f
const I64 = 0x7e
const END = 0x0b
const I32_STORE = 0x36
const I64_LOAD = 0x29
const I32_ADD = 0x6a
const I32_LT_U = 0x49
const I32_WRAP_I64 = 0xa7
const I64_EXTEND_I32_U = 0xad
const I64_ADD = 0x7c
const I64_OR = 0x84
const I64_XOR = 0x85
const I64_SHL = 0x86
const I64_SHR_U = 0x88
const I64_ROTL = 0x89

/** Operands of a load or store: the alignment as a power of two, then an offset. */
const ALIGNED_4: Code = [2, 0]
const ALIGNED_8: Code = [3, 0]

const localGet = (local: number): Code => [0x20, local]
const localSet = (local: number): Code => [0x21, local]
const localTee = (local: number): Code => [0x22, local]
const i32Const = (value: number): Code => [0x41, ...signedLeb128(BigInt(value))]
const i64Const = (value: bigint): Code => [0x42, ...signedLeb128(value)]
/** Runs the body again for as long as its last value is not 0. */
const loopWhile = (...body: Code): Code => [0x03, 0x40, ...body, 0x0d, 0, END]

/** Locals of both functions. Parameters 0..3 are the key and 4..7 the message, which hashMemory gives by its place. */
const [W0, W1, W2, W3] = [4, 5, 6, 7]
const [AT, MESSAGE_END] = [4, 5]
const M = 8
const [V0, V1, V2, V3] = [9, 10, 11, 12]

/** Places in the module's memory: the upper half of the result, then a message for hashMemory. */
const HIGH_AT = 0
const MESSAGE_AT = 8
const PAGE_BYTES = 65_536

/** Longest message of `hashBytes`, in bytes: what one page of WebAssembly memory holds with its final block. */
export const MESSAGE_BYTES_MAX = PAGE_BYTES - MESSAGE_AT - 8

/** Signed LEB128 of a value read as 64 bits, two's complement. */
function signedLeb128(value: bigint): number[] {
  const bytes: number[] = []
  let rest = BigInt.asIntN(64, value)
  for (;;) {
    const low = Number(rest & 0x7fn)
    rest >>= 7n
    const isLast = rest === ((low & 0x40) === 0 ? 0n : -1n)
    bytes.push(isLast ? low : low | 0x80)
    if (isLast) return bytes
  }
}

/** Unsigned LEB128; `value` < 2^31. */
function unsignedLeb128(value: number): number[] {
  return value < 0x80 ? [value] : [(value & 0x7f) | 0x80, ...unsignedLeb128(value >>> 7)]
}

function add(to: number, from: number): Code {
  return [...localGet(to), ...localGet(from), I64_ADD, ...localSet(to)]
}

function xor(to: number, from: number): Code {
  return [...localGet(to), ...localGet(from), I64_XOR, ...localSet(to)]
}

function rotateLeft(local: number, bits: number): Code {
  return [...localGet(local), ...i64Const(BigInt(bits)), I64_ROTL, ...localSet(local)]
}

/** Leaves on the stack the 64-bit word that two i32 locals make. */
function joined(low: number, high: number): Code {
  return [
    ...[...localGet(low), I64_EXTEND_I32_U],
    ...[...localGet(high), I64_EXTEND_I32_U, ...i64Const(32n), I64_SHL],
    I64_OR,
  ]
}

const SIP_ROUND: Code = [
  ...[...add(V0, V1), ...rotateLeft(V1, 13), ...xor(V1, V0), ...rotateLeft(V0, 32)],
  ...[...add(V2, V3), ...rotateLeft(V3, 16), ...xor(V3, V2)],
  ...[...add(V0, V3), ...rotateLeft(V3, 21), ...xor(V3, V0)],
  ...[...add(V2, V1), ...rotateLeft(V1, 17), ...xor(V1, V2), ...rotateLeft(V2, 32)],
]

const INITIALIZE: Code = [
  ...[...joined(0, 1), ...i64Const(0x736f6d6570736575n), I64_XOR, ...localSet(V0)],
  ...[...joined(2, 3), ...i64Const(0x646f72616e646f6dn), I64_XOR, ...localSet(V1)],
  ...[...joined(0, 1), ...i64Const(0x6c7967656e657261n), I64_XOR, ...localSet(V2)],
  ...[...joined(2, 3), ...i64Const(0x7465646279746573n), I64_XOR, ...localSet(V3)],
]

/** Takes one 64-bit word of the message: the two rounds of SipHash-2-4. */
function compress(word: Code): Code {
  return [...word, ...localSet(M), ...xor(V3, M), ...SIP_ROUND, ...SIP_ROUND, ...xor(V0, M)]
}

/** The four rounds of SipHash-2-4; the upper half of the result goes to memory, the lower half is returned. */
const FINALIZE: Code = [
  ...[...localGet(V2), ...i64Const(0xffn), I64_XOR, ...localSet(V2)],
  ...[...SIP_ROUND, ...SIP_ROUND, ...SIP_ROUND, ...SIP_ROUND],
  ...[...xor(V0, V1), ...xor(V0, V2), ...xor(V0, V3)],
  ...[...i32Const(HIGH_AT), ...localGet(V0), ...i64Const(32n), I64_SHR_U, I32_WRAP_I64, I32_STORE, ...ALIGNED_4],
  ...[...localGet(V0), I32_WRAP_I64, END],
]

/** A message of exactly 16 bytes; the last word of any message carries its length in the top byte. */
const HASH_WORDS: Code = [
  ...INITIALIZE,
  ...compress(joined(W0, W1)),
  ...compress(joined(W2, W3)),
  ...compress(i64Const(16n << 56n)),
  ...FINALIZE,
]

/** The words from byte AT up to byte MESSAGE_END of the memory, at least one; the caller has written the last one. */
const HASH_MEMORY: Code = [
  ...INITIALIZE,
  ...loopWhile(
    ...compress([...localGet(AT), I64_LOAD, ...ALIGNED_8]),
    ...[...localGet(AT), ...i32Const(8), I32_ADD, ...localTee(AT), ...localGet(MESSAGE_END), I32_LT_U],
  ),
  ...FINALIZE,
]

function vector(items: readonly Code[]): Code {
  return [...unsignedLeb128(items.length), ...items.flat()]
}

function section(id: number, items: readonly Code[]): Code {
  const content = vector(items)
  return [id, ...unsignedLeb128(content.length), ...content]
}

function functionType(parameters: number): Code {
  return [0x60, ...vector(Array<Code>(parameters).fill([I32])), ...vector([[I32]])]
}

function functionBody(locals: readonly Code[], code: Code): Code {
  const body = [...vector(locals), ...code]
  return [...unsignedLeb128(body.length), ...body]
}

function exported(name: string, kind: number, index: number): Code {
  return [...vector(Array.from(name, (letter) => [letter.charCodeAt(0)])), kind, index]
}

function assemble(): Uint8Array {
  const header = [0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0]
  const types = section(1, [functionType(8), functionType(6)])
  const functions = section(3, [[0], [1]])
  const memories = section(5, [[0, 1]])
  const exports = section(7, [exported('hashWords', 0, 0), exported('hashMemory', 0, 1), exported('memory', 2, 0)])
  const bodies = section(10, [
    functionBody([[5, I64]], HASH_WORDS),
    // Two locals go unused here, so that M and V0..V3 have the same numbers in both functions.
    functionBody(
      [
        [2, I32],
        [5, I64],
      ],
      HASH_MEMORY,
    ),
  ])
  return Uint8Array.from([...header, ...types, ...functions, ...memories, ...exports, ...bodies])
}

const module = new WebAssembly.Instance(new WebAssembly.Module(assemble())).exports as SipHashModule
const moduleBytes = new Uint8Array(module.memory.buffer)
/** WebAssembly memory is little-endian whatever the machine; a DataView says so. */
const moduleView = new DataView(module.memory.buffer)
const { hashWords, hashMemory } = module

/** SipHash-2-4 under one key. */
export class SipHash {
  /** Upper 32 bits of the last hash, int32. */
  high = 0
  private readonly k0: number
  private readonly k1: number
  private readonly k2: number
  private readonly k3: number

  /** `key`: 16 bytes, the two 64-bit halves of the key in little-endian order. */
  constructor(key: Uint8Array) {
    assert(key.length === 16, 'a SipHash key has 16 bytes')
    const view = new DataView(key.buffer, key.byteOffset, key.length)
    this.k0 = view.getInt32(0, true)
    this.k1 = view.getInt32(4, true)
    this.k2 = view.getInt32(8, true)
    this.k3 = view.getInt32(12, true)
  }

  /**
   * Hashes the 16 bytes that four int32 words make in little-endian order, as Linux's siphash_4u32. Returns the lower
   * 32 bits, int32, and leaves the upper ones in `high`.
   */
  hash4(w0: number, w1: number, w2: number, w3: number): number {
    const low = hashWords(this.k0, this.k1, this.k2, this.k3, w0, w1, w2, w3)
    this.high = moduleView.getInt32(HIGH_AT, true)
    return low
  }

  /** Hashes `MESSAGE_BYTES_MAX` bytes at most; the result is that of `hash4`. Not for the hot path: it copies. */
  hashBytes(bytes: Uint8Array): number {
    assert(bytes.length <= MESSAGE_BYTES_MAX, 'a SipHash message fits the memory of the module')
    const lastWordAt = MESSAGE_AT + (bytes.length & ~7)
    moduleBytes.fill(0, lastWordAt, lastWordAt + 8)
    moduleBytes.set(bytes, MESSAGE_AT)
    moduleBytes[lastWordAt + 7] = bytes.length
    const low = hashMemory(this.k0, this.k1, this.k2, this.k3, MESSAGE_AT, lastWordAt + 8)
    this.high = moduleView.getInt32(HIGH_AT, true)
    return low
  }
}
