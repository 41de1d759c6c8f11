/**
 * Exit statuses of the command.
 */
export const EXIT_OK = 0
/** Something broke that the user could not know: a bug, a full disk, a child process that died. */
export const EXIT_FAILURE = 1
/** Usage or bad input: one line on stderr says what, nothing was started or written. */
export const EXIT_USAGE = 2
/** The run went well, and a threshold of the scenario did not hold. */
export const EXIT_THRESHOLD = 99

/** Exit status of a process that a signal ended, as a shell reports it. */
export function exitCodeOfSignal(signal: 'SIGINT' | 'SIGTERM' | 'SIGHUP'): number {
  return 128 + { SIGHUP: 1, SIGINT: 2, SIGTERM: 15 }[signal]
}
