/**
 * The window that a connection offers. Read first: RFC 9293 3.8.6.2.2, RFC 7323 2.3 and 2.4, Linux tcp_select_window().
 */
import { MAX_WINDOW_FIELD } from './segment-size.ts'
import { QUEUE_BYTES, type Tcb } from './tcb.ts'

/** Less free space than this share of the queue is not offered (Linux __tcp_select_window). */
const LEAST_SHARE = 16

/**
 * Bytes of the receive queue that may still be offered. One segment is kept back: what comes while a program reads need not
 * shrink the window (Linux tcp_init_buffer_space). A sliver is not offered: a window that opens by slivers makes for silly segments
 * (RFC 9293 3.8.6.2.2, MUST-39).
 */
export function receiveRoom(tcb: Tcb): number {
  const { mss, space } = tcb.offer
  const all = Math.min(QUEUE_BYTES, space)
  const room = all - tcb.receiveQueue.length
  if (room < all / LEAST_SHARE || room < tcb.rcvMss) return 0
  return Math.min(room, all > 2 * mss ? Math.max(2 * mss, all - mss) : all)
}

/**
 * The window that could be offered now, bytes. With a scale it is rounded up to what the field can say; without one it stays as it
 * was offered last as long as that is within a segment of the room, and else is a whole number of segments (Linux
 * __tcp_select_window).
 */
export function offerableWindow(tcb: Tcb): number {
  const room = receiveRoom(tcb)
  if (tcb.rcvWindowShift > 0) return roundUp(room, tcb.rcvWindowShift)
  const { offeredWnd, rcvMss } = tcb
  return offeredWnd <= room - rcvMss || offeredWnd > room ? room - (room % rcvMss) : offeredWnd
}

/**
 * Chooses the window to advertise now, as the field says it, and notes it in RCV.WND. The right edge never moves back: when
 * RCV.NXT has moved on by less than a unit of the window scale, the window is rounded up, a little beyond the room that is
 * meant to be offered. The queue has place for that, and once it has not, the edge does give way (RFC 7323 2.4).
 */
export function selectWindowField(tcb: Tcb): number {
  const shift = tcb.rcvWindowShift
  const offerable = offerableWindow(tcb)
  const promised = roundUp(tcb.rcvWnd, shift)
  const window = offerable < promised && promised <= tcb.receiveQueue.free ? promised : offerable
  const field = Math.min(MAX_WINDOW_FIELD, window >> shift)
  tcb.rcvWnd = field << shift
  tcb.offeredWnd = tcb.rcvWnd
  return field
}

function roundUp(bytes: number, shift: number): number {
  return ((bytes + (1 << shift) - 1) >> shift) << shift
}
