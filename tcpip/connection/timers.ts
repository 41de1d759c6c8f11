/**
 * What happens when a connection's timer fires: the right answer of its state, or the end. Read first: Linux
 * tcp_write_timer(), tcp_delack_timer(), tcp_keepalive_timer(), RFC 9293 3.10.8.
 */
import { Mib } from '../base/counters.ts'
import { State } from '../base/states.ts'
import { onAckTimeout } from './acknowledge.ts'
import { finishConnection, onFinWait2Timeout } from './close.ts'
import type { ConnectionHost } from './host.ts'
import { onKeepaliveTimeout } from './keepalive.ts'
import { onRetransmitTimeout, onSynTimeout } from './retransmit.ts'
import { sendAck } from './send.ts'
import type { Tcb } from './tcb.ts'
import { type ConnectionTimer, DELAYED_ACK, KEEPALIVE } from './tcb-table.ts'

export function onConnectionTimer(host: ConnectionHost, tcb: Tcb, timer: ConnectionTimer, now: number): void {
  if (timer === DELAYED_ACK) {
    host.counters.add(Mib.DelayedACKs)
    onAckTimeout(tcb)
    sendAck(host, tcb, now)
    return
  }
  if (timer === KEEPALIVE) {
    if (!onKeepaliveTimeout(host, tcb, now)) finishConnection(host, tcb, 'timeout', now)
    return
  }
  switch (tcb.state) {
    case State.SYN_SENT:
    case State.SYN_RECEIVED:
      if (!onSynTimeout(host, tcb, now)) finishConnection(host, tcb, 'timeout', now)
      return
    case State.TIME_WAIT:
      finishConnection(host, tcb, 'closed', now)
      return
    case State.FIN_WAIT_2:
      onFinWait2Timeout(host, tcb, now)
      return
    default:
      if (!onRetransmitTimeout(host, tcb, now)) finishConnection(host, tcb, 'timeout', now)
  }
}
