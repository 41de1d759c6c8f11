/**
 * When received data is acknowledged: at once while the connection is young or after two full segments, else up to 40 ms
 * later, in the hope that a reply will carry the ACK. Read first: RFC 9293 3.8.6.3, RFC 5681 4.2, Linux
 * tcp_event_data_recv(), __tcp_ack_snd_check(), tcp_send_delayed_ack().
 */
import { MILLISECOND } from '../base/time.ts'
import { seqDiff } from '../wire/seq.ts'
import type { ConnectionHost } from './host.ts'
import { ACK_LATER, ACK_NONE, ACK_NOW, type Tcb } from './tcb.ts'
import { DELAYED_ACK } from './tcb-table.ts'

/** Least and usual delay of an ACK, microseconds (Linux TCP_ATO_MIN, TCP_DELACK_MIN). */
const ACK_DELAY = 40 * MILLISECOND

/** Most ACKs that a young connection sends at once (Linux TCP_MAX_QUICKACKS). */
const MAX_QUICK_ACKS = 16

/** Data arrived in order: notes what the delayed-ACK rules need to know. */
export function onDataReceived(tcb: Tcb, now: number): void {
  if (tcb.ackDelay === 0) {
    const windowSegments = Math.floor(tcb.rcvWnd / (2 * tcb.sndMss))
    tcb.quickAcks = Math.max(2, Math.min(MAX_QUICK_ACKS, windowSegments))
    tcb.ackDelay = ACK_DELAY
  }
  tcb.lastDataAt = now
  if (tcb.ackOwed === ACK_NONE) tcb.ackOwed = ACK_LATER
}

/** Data is sent soon after data came: both sides take turns, and ACKs can wait for the reply. */
export function onDataSent(tcb: Tcb, now: number): void {
  if (now - tcb.lastDataAt < tcb.ackDelay) tcb.pingPong = true
}

/** An ACK went out, alone or with data. */
export function onAckSent(host: ConnectionHost, tcb: Tcb): void {
  if (tcb.ackOwed !== ACK_NONE && tcb.quickAcks > 0) tcb.quickAcks--
  tcb.ackOwed = ACK_NONE
  tcb.lastAckSent = tcb.rcvNxt
  host.tcbs.disarm(tcb, DELAYED_ACK)
}

/** Whether the ACK that is owed goes out now; if not, its timer is armed. */
export function isAckDue(host: ConnectionHost, tcb: Tcb, now: number): boolean {
  if (tcb.ackOwed === ACK_NONE) return false
  if (tcb.ackOwed === ACK_NOW || tcb.reassembly.count > 0) return true
  if (tcb.quickAcks > 0 && !tcb.pingPong) return true
  if (seqDiff(tcb.rcvNxt, tcb.lastAckSent) > tcb.sndMss) return true
  if (!host.tcbs.isArmed(tcb, DELAYED_ACK)) host.tcbs.arm(tcb, DELAYED_ACK, now + tcb.ackDelay)
  return false
}
