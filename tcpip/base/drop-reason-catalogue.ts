/**
 * What every drop reason means, as data: where the decision falls, Linux's counterpart if it has one, and a sentence. The
 * numbers are in drop-reason.ts; the compiler sees to it that each has its entry here.
 */
import type { DropReason } from './drop-reason.ts'

export type DropStage = 'IPv4' | 'TCP' | 'LISTEN' | 'SYN-RECEIVED' | 'connection' | 'none'

export interface DropReasonEntry {
  readonly stage: DropStage
  readonly about: string
  /** Of enum skb_drop_reason (include/net/dropreason-core.h), without SKB_DROP_REASON_. */
  readonly linux?: string
}

export const DROP_REASONS: Readonly<Record<keyof typeof DropReason, DropReasonEntry>> = {
  ACCEPTED: { stage: 'none', about: 'not dropped: the host made use of it' },
  IP_TRUNCATED: { stage: 'IPv4', about: 'shorter than its header or than its total length says', linux: 'IP_INHDR' },
  IP_BAD_VERSION: { stage: 'IPv4', about: 'not of version 4', linux: 'IP_INHDR' },
  IP_BAD_HEADER_LENGTH: { stage: 'IPv4', about: 'its header length is impossible', linux: 'IP_INHDR' },
  IP_BAD_CHECKSUM: { stage: 'IPv4', about: 'the header’s checksum is wrong', linux: 'IP_CSUM' },
  IP_FRAGMENT: { stage: 'IPv4', about: 'a fragment: the lab’s links carry whole packets' },
  IP_NOT_TCP: { stage: 'IPv4', about: 'neither TCP nor an ICMP error about it', linux: 'IP_NOPROTO' },
  IP_NOT_LOCAL: { stage: 'IPv4', about: 'its destination is not one of the host’s addresses' },
  IP_BAD_SOURCE: { stage: 'IPv4', about: 'no reply could reach its source (RFC 1122 3.2.1.3)' },
  TCP_TRUNCATED: { stage: 'TCP', about: 'shorter than 20 bytes or than its data offset says', linux: 'PKT_TOO_SMALL' },
  TCP_BAD_DATA_OFFSET: { stage: 'TCP', about: 'its data offset is impossible', linux: 'PKT_TOO_SMALL' },
  TCP_BAD_CHECKSUM: { stage: 'TCP', about: 'the checksum is wrong', linux: 'TCP_CSUM' },
  NO_SOCKET: {
    stage: 'TCP',
    about: 'no connection and no listener: answered by RST unless it was one',
    linux: 'NO_SOCKET',
  },
  LISTEN_IGNORED: {
    stage: 'LISTEN',
    about: 'a segment that a listener ignores: RST, SYN+FIN, no flags',
    linux: 'TCP_FLAGS',
  },
  LISTEN_STRAY_ACK: { stage: 'LISTEN', about: 'an ACK that cannot be a cookie’s: answered by RST' },
  SYN_QUEUE_FULL: { stage: 'LISTEN', about: 'the SYN queue is full and cookies are off' },
  ACCEPT_QUEUE_FULL: { stage: 'LISTEN', about: 'the accept queue is full' },
  SYN_QUEUE_RESERVED: { stage: 'LISTEN', about: 'the last quarter of the SYN queue is kept for proven peers' },
  COOKIE_INVALID: { stage: 'LISTEN', about: 'an ACK whose cookie is not valid: answered by RST' },
  HALF_OPEN_BAD_ACK: {
    stage: 'SYN-RECEIVED',
    about: 'it acknowledges something else than the SYN-ACK: answered by RST',
  },
  HALF_OPEN_OUT_OF_WINDOW: { stage: 'SYN-RECEIVED', about: 'outside the window', linux: 'TCP_INVALID_SEQUENCE' },
  HALF_OPEN_NO_ACK: { stage: 'SYN-RECEIVED', about: 'no ACK', linux: 'TCP_FLAGS' },
  HALF_OPEN_RATE_LIMITED: {
    stage: 'SYN-RECEIVED',
    about: 'a repeated SYN inside the rate limit of its half-open entry',
  },
  HALF_OPEN_RST_NOT_EXACT: {
    stage: 'SYN-RECEIVED',
    about: 'a RST in the window that is not exact',
    linux: 'TCP_RESET',
  },
  HALF_OPEN_SYN_IN_WINDOW: {
    stage: 'SYN-RECEIVED',
    about: 'a new SYN in the window ends the half-open entry: answered by RST',
  },
  HALF_OPEN_DEFERRED: { stage: 'SYN-RECEIVED', about: 'a bare ACK while data is awaited (TCP_DEFER_ACCEPT)' },
  SYN_SENT_UNACCEPTABLE: { stage: 'connection', about: 'SYN-SENT: an unacceptable ACK, or a RST without a good one' },
  OUT_OF_WINDOW: {
    stage: 'connection',
    about: 'outside the receive window (RFC 9293 3.10.7.4)',
    linux: 'TCP_INVALID_SEQUENCE',
  },
  RST_NOT_EXACT: {
    stage: 'connection',
    about: 'a RST in the window that is not exact: challenge ACK (RFC 5961)',
    linux: 'TCP_RESET',
  },
  SYN_IN_CONNECTION: { stage: 'connection', about: 'a SYN: challenge ACK (RFC 5961)', linux: 'TCP_INVALID_SYN' },
  NO_ACK: { stage: 'connection', about: 'no ACK', linux: 'TCP_FLAGS' },
  BAD_ACK: {
    stage: 'connection',
    about: 'it acknowledges what was never sent, or long ago',
    linux: 'TCP_ACK_UNSENT_DATA',
  },
  PAWS: { stage: 'connection', about: 'its timestamp is old (RFC 7323 PAWS)', linux: 'TCP_RFC7323_PAWS' },
  OUT_OF_ORDER: { stage: 'connection', about: 'data in the window that is not kept out of order' },
  RECEIVE_BUFFER_FULL: { stage: 'connection', about: 'the receive buffer has no room', linux: 'TCP_ZEROWINDOW' },
  DATA_AFTER_CLOSE: { stage: 'connection', about: 'data for a program that has closed', linux: 'TCP_CLOSE' },
  TIME_WAIT: { stage: 'connection', about: 'TIME-WAIT has nothing to do with it but an ACK' },
  CONNECTION_TABLE_FULL: { stage: 'LISTEN', about: 'no room for a new connection' },
  COOKIE_OF_HALF_OPEN: { stage: 'LISTEN', about: 'a valid cookie for a 4-tuple that has a half-open entry by now' },
  HALF_OPEN_BAD_ECHO: { stage: 'SYN-RECEIVED', about: 'it echoes a timestamp that no SYN-ACK carried' },
  ICMP_IGNORED: { stage: 'TCP', about: 'an ICMP error that changes nothing' },
}
