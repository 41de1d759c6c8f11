/**
 * What the user asked for cannot be: a wrong flag, file, key or value. The command line prints the message on stderr
 * and exits with status 2; nothing has been started or written by then.
 */
export class UsageError extends Error {
  /** `message` says what is wrong, where, and what is allowed: one line for each thing, below it the place in a text. */
  constructor(message: string) {
    super(message)
    this.name = 'UsageError'
  }
}

/**
 * Something that was started has failed in a way that is no bug of the command, such as a child process that died. The
 * message is printed as one line, and the exit status is 1.
 */
export class RunFailure extends Error {
  constructor(message: string) {
    super(message)
    this.name = 'RunFailure'
  }
}
