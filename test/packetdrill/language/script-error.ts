/**
 * What can be wrong with a script: it cannot be read (`syntax`), it asks for something that this interpreter or the
 * stack under test does not have (`unsupported`), or the stack did something else than the script says (`failure`).
 */
export type ScriptErrorKind = 'syntax' | 'unsupported' | 'failure'

export class ScriptError extends Error {
  readonly kind: ScriptErrorKind
  /** Line of the script, from 1. */
  readonly line: number

  constructor(kind: ScriptErrorKind, line: number, message: string) {
    super(message)
    this.name = 'ScriptError'
    this.kind = kind
    this.line = line
  }
}
