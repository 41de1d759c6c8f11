/**
 * Fields of Linux's struct tcp_info as far as a TCB has their values. Read first: tcp_get_info() (net/ipv4/tcp.c).
 */

import { State } from '../../tcpip/base/states.ts'
import { MILLISECOND } from '../../tcpip/base/time.ts'
import { RECOVERY_FAST, RECOVERY_TIMEOUT, type Tcb } from '../../tcpip/connection/tcb.ts'
import { seqDiff } from '../../tcpip/wire/seq.ts'
import type { EndpointSocket } from './endpoint-socket.ts'
import { CODE_CONSTANTS } from './runner/constants.ts'

/** Linux's number of each state. */
const STATE_NUMBERS: Readonly<Record<State, number>> = {
  [State.CLOSED]: CODE_CONSTANTS.TCP_CLOSE,
  [State.LISTEN]: CODE_CONSTANTS.TCP_LISTEN,
  [State.SYN_SENT]: CODE_CONSTANTS.TCP_SYN_SENT,
  [State.SYN_RECEIVED]: CODE_CONSTANTS.TCP_SYN_RECV,
  [State.ESTABLISHED]: CODE_CONSTANTS.TCP_ESTABLISHED,
  [State.FIN_WAIT_1]: CODE_CONSTANTS.TCP_FIN_WAIT1,
  [State.FIN_WAIT_2]: CODE_CONSTANTS.TCP_FIN_WAIT2,
  [State.CLOSE_WAIT]: CODE_CONSTANTS.TCP_CLOSE_WAIT,
  [State.CLOSING]: CODE_CONSTANTS.TCP_CLOSING,
  [State.LAST_ACK]: CODE_CONSTANTS.TCP_LAST_ACK,
  [State.TIME_WAIT]: CODE_CONSTANTS.TCP_TIME_WAIT,
}

type Field = (tcb: Tcb, now: number) => number

const FIELDS: Readonly<Record<string, Field>> = {
  tcpi_ca_state: congestionState,
  tcpi_options: (tcb) =>
    (tcb.timestamps ? CODE_CONSTANTS.TCPI_OPT_TIMESTAMPS : 0) |
    (tcb.sackPermitted ? CODE_CONSTANTS.TCPI_OPT_SACK : 0) |
    (tcb.rcvWindowShift > 0 || tcb.sndWindowShift > 0 ? CODE_CONSTANTS.TCPI_OPT_WSCALE : 0),
  tcpi_snd_wscale: (tcb) => tcb.sndWindowShift,
  tcpi_rcv_wscale: (tcb) => tcb.rcvWindowShift,
  tcpi_rto: (tcb) => tcb.rto,
  tcpi_rtt: (tcb) => Math.round(tcb.srtt),
  tcpi_rttvar: (tcb) => Math.round(tcb.rttDeviation),
  tcpi_retransmits: (tcb) => tcb.retransmits,
  tcpi_backoff: (tcb) => tcb.retransmits,
  tcpi_snd_mss: (tcb) => tcb.sndMss,
  tcpi_rcv_mss: (tcb) => tcb.rcvMss,
  tcpi_advmss: (tcb) => tcb.offer.mss,
  tcpi_unacked: (tcb) => Math.ceil(seqDiff(tcb.sndNxt, tcb.sndUna) / tcb.sndMss),
  tcpi_snd_cwnd: (tcb) => tcb.cwnd,
  tcpi_snd_ssthresh: (tcb) => tcb.ssthresh,
  tcpi_ato: (tcb) => tcb.ackDelay,
  tcpi_probes: (tcb) => tcb.probes,
  tcpi_bytes_acked: (tcb) => tcb.bytesAcked,
  tcpi_last_data_recv: (tcb, now) => Math.floor((now - tcb.lastDataAt) / MILLISECOND),
  tcpi_notsent_bytes: (tcb) => Math.max(0, tcb.sendQueue.length - seqDiff(tcb.sndNxt, tcb.sndUna)),
}

/** Whether something is missing: by the retransmission timer, by what arrived beyond it, or by nothing yet but its signs. */
function congestionState(tcb: Tcb): number {
  if (tcb.recovery === RECOVERY_TIMEOUT) return CODE_CONSTANTS.TCP_CA_Loss
  if (tcb.recovery === RECOVERY_FAST) return CODE_CONSTANTS.TCP_CA_Recovery
  return tcb.duplicateAcks > 0 || tcb.sacked.count > 0 ? CODE_CONSTANTS.TCP_CA_Disorder : CODE_CONSTANTS.TCP_CA_Open
}

/** The value of a field for a socket; undefined when there is none. */
export function tcpInfo(socket: EndpointSocket, field: string, now: number): number | undefined {
  const { tcb, listener } = socket
  if (field === 'tcpi_state') {
    if (listener !== undefined) return CODE_CONSTANTS.TCP_LISTEN
    return tcb === undefined ? CODE_CONSTANTS.TCP_CLOSE : STATE_NUMBERS[tcb.state]
  }
  return tcb === undefined ? undefined : FIELDS[field]?.(tcb, now)
}
