/**
 * Sizes that hosts tell each other: segments, options, the window of a handshake.
 */

/** Maximum segment size that a host advertises by default: 1500 bytes of Ethernet less two 20-byte headers. */
export const ADVERTISED_MSS = 1460

/** MSS of a peer that announces none, RFC 9293 3.7.1 (MUST-15). */
export const DEFAULT_MSS = 536

/** Smallest MSS a sender goes down to, whatever the peer asks (Linux TCP_MIN_MSS is 88 with options, 48 without). */
export const MIN_SEND_MSS = 48

/** Bytes that the timestamps option takes from each segment, padding included (RFC 7323 appendix A). */
export const TIMESTAMPS_BYTES = 12

/** Window scale that a host offers by default: what Linux chooses for its default receive buffer limit of 6 MB. */
export const DEFAULT_WINDOW_SCALE = 7

/** In place of a window scale: a host that speaks of none. */
export const NO_WINDOW_SCALE = -1

/** Bytes that a host's windows are taken from by default: half of a receive buffer of 128 KB (Linux tcp_rmem, tcp_full_space). */
export const RECEIVE_SPACE = 65_536

/** What a side says of itself in its SYN or SYN-ACK. */
export interface SynOffer {
  /** MSS to announce, and the most to send, bytes (TCP_MAXSEG). */
  readonly mss: number
  /** Window scale, 0..14, or `NO_WINDOW_SCALE`. */
  readonly windowScale: number
  /** Bytes that the windows are taken from: half of the receive buffer (SO_RCVBUF). */
  readonly space: number
}

export const DEFAULT_OFFER: SynOffer = {
  mss: ADVERTISED_MSS,
  windowScale: DEFAULT_WINDOW_SCALE,
  space: RECEIVE_SPACE,
}

/** Largest window scale (RFC 7323 2.3). */
const MAX_WINDOW_SCALE = 14

/** The window scale that Linux offers for windows of up to `bytes` (tcp_select_initial_window). */
export function windowScaleFor(bytes: number): number {
  return Math.min(MAX_WINDOW_SCALE, Math.max(0, Math.floor(Math.log2(bytes)) - 15))
}

/** Largest value of the 16-bit window field. */
export const MAX_WINDOW_FIELD = 65_535

/**
 * The window that SYN and SYN-ACK offer, bytes: as many whole segments as there is space for, as far as 16 bits can say it (Linux
 * tcp_select_initial_window). By default 64,240 without timestamps, 65,160 with them.
 */
export function initialWindow(timestamps: boolean, { mss, space }: SynOffer = DEFAULT_OFFER): number {
  const segmentBytes = mss - (timestamps ? TIMESTAMPS_BYTES : 0)
  return Math.min(MAX_WINDOW_FIELD, space > segmentBytes ? space - (space % segmentBytes) : space)
}
