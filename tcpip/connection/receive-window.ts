/**
 * The window that a connection offers. Read first: RFC 9293 3.8.6.2.2, RFC 7323 2.3 and 2.4, Linux tcp_select_window().
 */
import { MAX_WINDOW_FIELD } from './segment-size.ts'
import { QUEUE_BYTES, type Tcb } from './tcb.ts'

/** Less free space than this share of the queue is not offered (Linux __tcp_select_window). */
const LEAST_SHARE = 16

/**
 * Bytes of the receive queue that may still be offered. A sliver is not: a window that opens by slivers makes for silly
 * segments (RFC 9293 3.8.6.2.2, MUST-39).
 */
export function receiveRoom(tcb: Tcb): number {
  const room = QUEUE_BYTES - tcb.receiveQueue.length
  return room < QUEUE_BYTES / LEAST_SHARE ? 0 : room
}

/**
 * Chooses the window to advertise now, as the field says it, and notes it in RCV.WND. The right edge never moves back: when
 * RCV.NXT has moved on by less than a unit of the window scale, the window is rounded up, a little beyond the room that is
 * meant to be offered. The queue has place for that, and once it has not, the edge does give way (RFC 7323 2.4).
 */
export function selectWindowField(tcb: Tcb): number {
  const shift = tcb.rcvWindowShift
  const room = receiveRoom(tcb) >> shift
  const promised = (tcb.rcvWnd + (1 << shift) - 1) >> shift
  const keeps = promised << shift <= tcb.receiveQueue.free
  const field = Math.min(MAX_WINDOW_FIELD, keeps ? Math.max(room, promised) : room)
  tcb.rcvWnd = field << shift
  tcb.offeredWnd = tcb.rcvWnd
  return field
}
