/**
 * Initial sequence numbers and timestamp offsets: RFC 6528 (ISN = M + F(4-tuple, secret)) with Linux's clock. Read first:
 * RFC 9293 3.4.1, Linux secure_tcp_seq_and_ts_off() and seq_scale() (net/core/secure_seq.c).
 */
import { SipHash } from '../base/siphash.ts'

/** The ISN clock advances once per 64 ns (Linux seq_scale): 15.625 steps a microsecond, wrapping in 274 s. */
const STEPS_PER_MICROSECOND = 1000 / 64

export class IsnGenerator {
  private readonly hash: SipHash

  /** `key`: 16 secret bytes. */
  constructor(key: Uint8Array) {
    this.hash = new SipHash(key)
  }

  /** The ISN of a connection that opens at `now`. Leaves the connection's timestamp offset in `tsOffset`. */
  next(local: number, remote: number, ports: number, now: number): number {
    const low = this.hash.hash4(local, remote, ports, 0)
    // 64 bits of clock do not fit a double's integers for ever, but 274 s of it wrap exactly.
    const clock = Math.floor(now * STEPS_PER_MICROSECOND) % 0x1_0000_0000
    return (low + clock) | 0
  }

  /** Timestamp offset of the connection last given to `next` or `timestampOffset`: the other half of the same hash. */
  get tsOffset(): number {
    return this.hash.high | 0
  }

  /** The offset alone, for a connection whose ISN is not ours to choose (SYN cookies). */
  timestampOffset(local: number, remote: number, ports: number): number {
    this.hash.hash4(local, remote, ports, 0)
    return this.hash.high | 0
  }
}
