/**
 * What every counter of a host counts, as data: where Linux counts the same event, and a sentence. The slots are in
 * counters.ts; the compiler sees to it that each has its entry here.
 */
import type { Mib } from './counters.ts'

/** Linux's table of the counter (net/ipv4/proc.c): /proc/net/snmp, /proc/net/netstat; `lab` for an event it does not count. */
export type CounterGroup = 'Tcp' | 'TcpExt' | 'lab'

export interface CounterEntry {
  readonly group: CounterGroup
  readonly about: string
}

export type CounterName = keyof typeof Mib

const tcp = (about: string): CounterEntry => ({ group: 'Tcp', about })
const tcpExt = (about: string): CounterEntry => ({ group: 'TcpExt', about })
const lab = (about: string): CounterEntry => ({ group: 'lab', about })

export const COUNTERS: Readonly<Record<CounterName, CounterEntry>> = {
  ActiveOpens: tcp('connections begun from here: CLOSED to SYN-SENT'),
  PassiveOpens: tcp('handshakes that a listener completed'),
  AttemptFails: tcp('handshakes of either side that came to nothing'),
  EstabResets: tcp('connections that were reset while ESTABLISHED or in CLOSE-WAIT'),
  InSegs: tcp('segments received, wrong ones included'),
  OutSegs: tcp('segments sent, but for those that only repeat data'),
  RetransSegs: tcp('segments sent again'),
  InErrs: tcp('segments that were malformed, or whose checksum was wrong'),
  OutRsts: tcp('RST segments sent'),
  InCsumErrors: tcp('segments whose checksum was wrong'),
  SyncookiesSent: tcpExt('SYN-ACKs that carried a cookie'),
  SyncookiesRecv: tcpExt('valid cookies that came back'),
  SyncookiesFailed: tcpExt('ACKs whose cookie was not valid'),
  EmbryonicRsts: tcpExt('half-open entries ended by a RST or a new SYN'),
  ListenOverflows: tcpExt('SYNs and final ACKs that found the accept queue full'),
  ListenDrops: tcpExt('segments that a listener dropped, for whatever reason'),
  TCPReqQFullDoCookies: tcpExt('SYNs answered with a cookie in the place of an entry in the SYN queue'),
  TCPReqQFullDrop: tcpExt('SYNs dropped because the SYN queue was full and cookies are off'),
  TCPSynRetrans: tcpExt('SYNs and SYN-ACKs sent again'),
  TCPTimeouts: tcpExt('retransmission timers that ran out'),
  TCPACKSkippedSynRecv: tcpExt('answers to segments of half-open entries that the rate limit held back'),
  TCPDeferAcceptDrop: tcpExt('final ACKs dropped because data is awaited (TCP_DEFER_ACCEPT)'),
  TCPChallengeACK: tcpExt('challenge ACKs sent (RFC 5961)'),
  TCPACKSkippedChallenge: tcpExt('challenge ACKs that the rate limit of the connection held back'),
  TCPSYNChallenge: tcpExt('SYNs in a connection, each of which earns a challenge ACK'),
  TCPAbortOnClose: tcpExt('connections reset because the program closed them with data unread'),
  TCPAbortOnData: tcpExt(
    'connections reset because data came after the program had closed them, or closed with SO_LINGER 0',
  ),
  TCPAbortOnTimeout: tcpExt('connections given up because the peer no longer answered'),
  TCPTimeWaitOverflow: tcpExt('connections that found no room in TIME-WAIT'),
  TW: tcpExt('connections that entered TIME-WAIT, or FIN-WAIT-2 without a program'),
  PAWSEstab: tcpExt('segments of connections refused for an old timestamp'),
  PacketsIn: lab('packets taken from the link, whatever became of them'),
  PacketsOut: lab('packets handed to the link'),
  TransmitRingFull: lab('packets that found the transmit ring full and were lost there'),
  SynReceived: lab('SYNs that reached a listener, duplicates included'),
  SynAckSent: lab('SYN-ACKs that listeners sent: first copies, repeats and cookies'),
  HalfOpenExpired: lab('half-open entries removed because nobody answered the SYN-ACK'),
  HalfOpenCreated: lab('half-open entries created'),
  Accepted: lab('connections handed to the program by accept()'),
  TSEcrRejected: tcpExt('segments of half-open entries whose echoed timestamp no SYN-ACK had carried'),
  PAWSTimewait: tcpExt('segments of TIME-WAIT sockets refused for an old timestamp'),
  TCPACKSkippedTimeWait: tcpExt('answers of TIME-WAIT sockets that the rate limit held back'),
  TCPACKSkippedSeq: tcpExt('answers to segments outside the window that the rate limit held back'),
  BeyondWindow: tcpExt('segments that begin beyond the receive window'),
  OutOfWindowIcmps: tcpExt('ICMP errors that quote a sequence number never sent'),
  TCPFastRetrans: tcpExt('segments sent again before their timer ran out'),
  DelayedACKs: tcpExt('ACKs that were put off and sent by a timer'),
  TCPOFOQueue: tcpExt('segments queued out of order'),
  WindowProbes: lab('probes of closed windows sent'),
  TCPKeepAlive: tcpExt('keepalive probes sent'),
  TCPLossProbes: tcpExt('tail loss probes sent'),
  TCPLossProbeRecovery: tcpExt('losses that a tail loss probe repaired'),
  TCPSackRecovery: tcpExt('recoveries begun by SACK blocks'),
  TCPRenoRecovery: tcpExt('recoveries begun by duplicate ACKs without SACK'),
  TCPSACKReneging: tcpExt('peers that threw away what they had SACKed'),
  TCPDSACKOldSent: tcpExt('D-SACKs sent for data received before'),
  TCPDSACKOfoSent: tcpExt('D-SACKs sent for data that lay beyond a hole'),
  TCPDSACKRecv: tcpExt('D-SACKs received'),
  RequestTimeouts: lab('connections that the program closed because no whole HTTP request had come in time'),
  PAWSOldAck: tcpExt('bare ACKs with an old timestamp, which nobody answers'),
  TCPACKSkippedPAWS: tcpExt('answers to segments with an old timestamp that the rate limit held back'),
  TCPACKSkippedFinWait2: tcpExt('answers in FIN-WAIT-2 without a program that the rate limit held back'),
  HalfOpenEvicted: lab('half-open entries removed to make room for a new SYN'),
  TWKilled: tcpExt('connections that wait in FIN-WAIT-2 without a program for 4 s at most'),
  TCPAbortOnLinger: tcpExt('connections reset because the program closed them in FIN-WAIT-2 and waits for no FIN'),
  PAWSActive: tcpExt('answers to a SYN that echo no timestamp of the attempt, and are reset'),
}

/** How Linux names a counter in full (nstat), such as TcpExtListenDrops; undefined for one of the lab's own. */
export function linuxName(name: CounterName): string | undefined {
  const { group } = COUNTERS[name]
  return group === 'lab' ? undefined : group + name
}
