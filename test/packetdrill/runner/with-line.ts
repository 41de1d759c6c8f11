/**
 * Gives a refusal of the stack the line of the script that asked for it.
 */
import { ScriptError } from '../language/script-error.ts'
import { Unsupported } from '../stack.ts'

/** Runs `action`; what it refuses is reported for `line`. */
export function withLine<T>(line: number, action: () => T): T {
  try {
    return action()
  } catch (error) {
    if (error instanceof Unsupported) throw new ScriptError('unsupported', line, error.message)
    throw error
  }
}
