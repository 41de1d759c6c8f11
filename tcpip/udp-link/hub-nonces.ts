/**
 * The hub's half of a handshake, without memory: its nonce is a function of a secret, the time and the asker, so that it
 * can be checked when it comes back and nothing is kept for those who never do. The idea of a SYN cookie (RFC 4987 3.6).
 */
import { SECOND } from '../base/time.ts'
import type { MacKey } from './mac-key.ts'
import { NONCE_BYTES } from './udp-frame.ts'

/** How long the nonce for one asker stays the same, microseconds: it is accepted for one to two of these. */
const NONCE_PERIOD = 4 * SECOND

/** Who a handshake frame came from, and the nonce in it. */
export interface Asker {
  readonly address: string
  readonly port: number
  readonly nonce: Uint8Array
}

export function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, i) => byte === b[i])
}

export class HubNonces {
  private readonly key: MacKey

  /** `key`: one that nobody else has. */
  constructor(key: MacKey) {
    this.key = key
  }

  /** The nonce for this asker at this time (`now` in microseconds). */
  make(asker: Asker, now: number): Uint8Array {
    return this.ofPeriod(asker, Math.floor(now / NONCE_PERIOD))
  }

  /** Whether `hubNonce` was made for this asker, in this period or the one before. */
  isRecent(hubNonce: Uint8Array, asker: Asker, now: number): boolean {
    const period = Math.floor(now / NONCE_PERIOD)
    return sameBytes(hubNonce, this.ofPeriod(asker, period)) || sameBytes(hubNonce, this.ofPeriod(asker, period - 1))
  }

  private ofPeriod(asker: Asker, period: number): Uint8Array {
    const place = `${period} ${asker.address} ${asker.port} `
    const bytes = new Uint8Array(place.length + NONCE_BYTES)
    for (let i = 0; i < place.length; i++) bytes[i] = place.charCodeAt(i)
    bytes.set(asker.nonce, place.length)
    return this.key.tag(bytes, bytes.length)
  }
}
