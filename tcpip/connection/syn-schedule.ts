/**
 * When a SYN that nobody answers is repeated, and when the attempt is given up: each operating system in its own way.
 * Read first: Linux ip-sysctl tcp_syn_retries and tcp_syn_linear_timeouts.
 */
import { SECOND } from '../base/time.ts'

/** How long to wait after each SYN, microseconds: for the next one, and after the last one before giving up. */
export type SynSchedule = readonly number[]

/** The schedule of SYNs at `times` (seconds after the first, which is at 0) that is given up at `end`. */
function schedule(times: readonly number[], end: number): SynSchedule {
  return [...times.slice(1), end].map((time, index) => (time - times[index]) * SECOND)
}

/** Repeats of Linux that are a second apart, before those that double begin (tcp_syn_linear_timeouts). */
const LINUX_LINEAR_TIMEOUTS = 4

/** Longest time between two of Linux's repeats, seconds (TCP_RTO_MAX), and the doubling that reaches it. */
const LINUX_LONGEST = 120
const LINUX_DOUBLINGS = 6

/**
 * Linux since 6.5, where `retries` (tcp_syn_retries, TCP_SYNCNT) stands for the time that so many doubled repeats would take: the
 * attempt is given up with the first timeout after it (tcp_write_timeout, tcp_model_timeout).
 */
export function linuxSynSchedule(retries: number): SynSchedule {
  const doublings = Math.min(retries, LINUX_DOUBLINGS)
  const limit = 2 ** (doublings + 1) - 1 + (retries - doublings) * LINUX_LONGEST
  const waits: number[] = []
  for (let elapsed = 0; elapsed < limit; ) {
    const wait = Math.min(LINUX_LONGEST, 2 ** Math.max(0, waits.length - LINUX_LINEAR_TIMEOUTS))
    waits.push(wait * SECOND)
    elapsed += wait
  }
  return waits
}

export const SYN_SCHEDULES = {
  /** Linux since 6.5, by default. */
  linux: linuxSynSchedule(6),
  /** Linux before 6.5: six repeats that double. */
  'linux-old': schedule([0, 1, 3, 7, 15, 31, 63], 127),
  /**
   * macOS: XNU bsd/netinet/tcp_timer.c, tcp_syn_backoff[] times TCPTV_RTOBASE (1 s), until the connect timer of
   * TCPTV_KEEP_INIT (75 s) ends the attempt.
   */
  macos: schedule([0, 1, 2, 3, 4, 5, 7, 11, 19, 35, 67], 75),
  /**
   * Windows up to 7: the defaults that Microsoft documents under TcpInitialRTT (3 s, doubled each time) and
   * TcpMaxConnectRetransmissions (two repeats). Later releases have them as InitialRtoMs and MaxSynRetransmissions of
   * Set-NetTCPSetting, whose documentation names no defaults.
   */
  windows: schedule([0, 3, 9], 21),
} as const satisfies Record<string, SynSchedule>

export type SynScheduleName = keyof typeof SYN_SCHEDULES
