/**
 * The figures of a run that checks read. Whoever has a run (a result bundle, a live server's state, the lab in a browser)
 * gives those that it has; a check that reads another one says that it is missing. Counters are what was gained in the
 * part of the run that is looked at, by Linux MIB name.
 */
export const FIGURES = [
  /** Segments until both ends were ESTABLISHED. */
  'handshake.segments',
  /** Segments with a FIN, or that acknowledge one, of one connection. */
  'close.segments',
  /** Longest the queue was, and its limit; a queue is full above its limit, for it holds one more (Linux). */
  'syn_queue.max',
  'syn_queue.limit',
  'accept_queue.max',
  'accept_queue.limit',
  /** Honest attempts to connect that have ended, and those of them that were served. */
  'legit.attempted',
  'legit.succeeded',
  'counters.HalfOpenExpired',
  'counters.TCPSynRetrans',
  'counters.TCPReqQFullDrop',
  'counters.ListenDrops',
  'counters.ListenOverflows',
  'counters.SyncookiesSent',
  'counters.SyncookiesRecv',
  /** Sockets of the server in these states, and how many were in CLOSE-WAIT a while before, without traffic since. */
  'sockets.time_wait',
  'sockets.close_wait',
  'sockets.close_wait_before',
] as const

export type FigureName = (typeof FIGURES)[number]
export type Figures = Readonly<Partial<Record<FigureName, number>>>
