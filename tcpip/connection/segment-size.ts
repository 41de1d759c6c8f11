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

/** Largest value of the 16-bit window field. */
export const MAX_WINDOW_FIELD = 65_535

/**
 * The window that SYN and SYN-ACK offer, bytes: as many whole segments as 16 bits can say (Linux
 * tcp_select_initial_window). 64,240 without timestamps, 65,160 with them.
 */
export function initialWindow(timestamps: boolean, mss = ADVERTISED_MSS): number {
  const segmentBytes = mss - (timestamps ? TIMESTAMPS_BYTES : 0)
  return Math.floor(MAX_WINDOW_FIELD / segmentBytes) * segmentBytes
}
