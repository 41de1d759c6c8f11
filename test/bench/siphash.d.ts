/** The npm package `siphash`, as far as it is used here: it brings no types. */
declare module 'siphash' {
  const siphash: {
    /** SipHash-2-4. `key`: four 32-bit words, k0 low, k0 high, k1 low, k1 high. Halves of the result: uint32 or int32. */
    hash(key: Uint32Array, message: Uint8Array): { h: number; l: number }
  }
  export default siphash
}
