/**
 * How a connection was opened from the side of the listener, as far as the listener can know: told to whoever accepts it.
 * Times are microseconds.
 */
import type { Handshake } from '../connection/open.ts'

export interface Opening {
  /** Remade from a SYN cookie; else from a request that was stored. */
  readonly isFromCookie: boolean
  /**
   * When the first SYN-ACK went out, and with it when the SYN came, to within `precision`; undefined when the cookie came
   * back without a timestamp, and so nobody knows.
   */
  readonly answeredAt: number | undefined
  readonly precision: number
  /** How often the SYN-ACK was sent again for lack of an answer; undefined when nothing was kept to count it in. */
  readonly repeats: number | undefined
  readonly establishedAt: number
  /** What was agreed on: the peer's MSS, bytes; its window scale, -1 for none; whether it may be told of ranges. */
  readonly mss: number
  readonly windowScale: number
  readonly sackPermitted: boolean
}

/** The opening of the connection that `handshake` has just become, at `now`. */
export function openingOf(handshake: Handshake, now: number): Opening {
  const { answeredAt, precision, repeats, peerMss, peerWindowScale, sackPermitted } = handshake
  return {
    isFromCookie: handshake.isFromCookie,
    answeredAt: answeredAt < 0 ? undefined : answeredAt,
    precision,
    repeats: repeats < 0 ? undefined : repeats,
    establishedAt: now,
    mss: peerMss,
    windowScale: peerWindowScale,
    sackPermitted,
  }
}
