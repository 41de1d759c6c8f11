/**
 * Why a packet was dropped: one closed list, after Linux's `skb_drop_reason`. Every packet that comes in ends with
 * exactly one of these, `ACCEPTED` included, so that packets in = accepted + dropped by reason. A packet is accepted
 * when the host made use of it; a packet that only earned a RST, or a rate-limited ACK, was dropped.
 */
export const DropReason = {
  ACCEPTED: 0,

  /** IPv4: shorter than its header or than its total length says. */
  IP_TRUNCATED: 1,
  IP_BAD_VERSION: 2,
  IP_BAD_HEADER_LENGTH: 3,
  IP_BAD_CHECKSUM: 4,
  /** A fragment: the lab's links carry whole packets, so reassembly would only be an attack surface. */
  IP_FRAGMENT: 5,
  IP_NOT_TCP: 6,
  /** Destination is not one of the host's addresses. */
  IP_NOT_LOCAL: 7,
  /** Source is multicast, broadcast, loopback or 0/8: no reply could reach it (RFC 1122 3.2.1.3). */
  IP_BAD_SOURCE: 8,

  /** TCP: shorter than 20 bytes or than its data offset says. */
  TCP_TRUNCATED: 9,
  TCP_BAD_DATA_OFFSET: 10,
  TCP_BAD_CHECKSUM: 11,

  /** No connection, no listener: answered by RST unless it was one. */
  NO_SOCKET: 12,

  /** LISTEN: a segment that a listener ignores (RST, SYN+FIN, no flags). */
  LISTEN_IGNORED: 13,
  /** LISTEN: an ACK that cannot be a cookie's (no recent overflow, or cookies off): answered by RST. */
  LISTEN_STRAY_ACK: 14,
  SYN_QUEUE_FULL: 15,
  ACCEPT_QUEUE_FULL: 16,
  /** Linux's last-quarter rule: cookies off, SYN queue three quarters full, peer not proven. */
  SYN_QUEUE_RESERVED: 17,
  COOKIE_INVALID: 18,

  /** SYN-RECEIVED: SEG.ACK is not ISS+1; answered by RST. */
  HALF_OPEN_BAD_ACK: 19,
  HALF_OPEN_OUT_OF_WINDOW: 20,
  HALF_OPEN_NO_ACK: 21,
  /** SYN-RECEIVED: a duplicate SYN inside the rate limit of its half-open entry. */
  HALF_OPEN_RATE_LIMITED: 22,
  HALF_OPEN_RST_NOT_EXACT: 23,
  /** SYN-RECEIVED: a new SYN inside the window ends the half-open entry and is answered by RST. */
  HALF_OPEN_SYN_IN_WINDOW: 24,
  /** TCP_DEFER_ACCEPT: a bare ACK while data is awaited. */
  HALF_OPEN_DEFERRED: 25,

  /** SYN-SENT: unacceptable ACK, or a RST without a good ACK. */
  SYN_SENT_UNACCEPTABLE: 26,
  /** Synchronized states: RFC 9293 3.10.7.4, first check. */
  OUT_OF_WINDOW: 27,
  RST_NOT_EXACT: 28,
  SYN_IN_CONNECTION: 29,
  NO_ACK: 30,
  BAD_ACK: 31,
  PAWS: 32,
  /** In-window data that does not start at RCV.NXT, or for which the receive buffer has no room. */
  OUT_OF_ORDER: 33,
  RECEIVE_BUFFER_FULL: 34,
  /** Data for an application that has closed. */
  DATA_AFTER_CLOSE: 35,
  /** TIME-WAIT: nothing to do with it but an ACK. */
  TIME_WAIT: 36,

  /** No free TCB for a new connection. */
  CONNECTION_TABLE_FULL: 37,

  /** A valid cookie for a 4-tuple that has a half-open entry by now: the connection it makes is discarded. */
  COOKIE_OF_HALF_OPEN: 38,
  /** SYN-RECEIVED: the echoed timestamp is none that a SYN-ACK of ours carried. */
  HALF_OPEN_BAD_ECHO: 39,
  /** An ICMP error that changes nothing: no half-open entry it is about, a wrong number, or not a fatal kind. */
  ICMP_IGNORED: 40,
} as const

export type DropReason = (typeof DropReason)[keyof typeof DropReason]

/** Names by number, for metrics labels and logs: lower case, as Prometheus labels are written. */
export const DROP_REASON_NAMES: readonly string[] = Object.keys(DropReason).map((name) => name.toLowerCase())

export const DROP_REASON_COUNT = DROP_REASON_NAMES.length
