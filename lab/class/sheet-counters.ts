/**
 * Counters of the server that worksheets ask for, simulated or live.
 */
export const COUNTERS = [
  'SynReceived',
  'SynAckSent',
  'TCPReqQFullDrop',
  'TCPReqQFullDoCookies',
  'ListenDrops',
  'ListenOverflows',
  'SyncookiesSent',
  'SyncookiesRecv',
  'HalfOpenExpired',
  'TCPSynRetrans',
] as const
