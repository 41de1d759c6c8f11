/**
 * What a segment that has been dealt with brings about at once: data that may go now, and an ACK. Read first: Linux
 * tcp_data_snd_check(), tcp_ack_snd_check().
 */
import { isAckDue } from './acknowledge.ts'
import type { ConnectionHost } from './host.ts'
import { output, sendAck } from './send.ts'
import type { Tcb } from './tcb.ts'

/** Sends what may be sent, and the ACK that is owed, if it is due and rode on nothing. Calls of the program bring no ACK forward. */
export function respond(host: ConnectionHost, tcb: Tcb, now: number): void {
  output(host, tcb, now)
  if (isAckDue(host, tcb, now)) sendAck(host, tcb, now)
}
