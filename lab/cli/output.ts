/**
 * Where a command prints: the process's own streams, or a test's.
 */
import type { ProgressOutput } from '../report/progress.ts'

export interface Output {
  readonly stdout: { write(text: string): unknown }
  readonly stderr: ProgressOutput
}
