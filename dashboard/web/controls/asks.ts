/**
 * What was asked of the lab: waiting for its answer, or refused in its own words. The page shows what the lab confirmed and
 * never what it hopes; beside that it shows what was asked, until the answer is there.
 */
import { signal } from '@preact/signals'
import type { LabRefusal } from '../../contract/source.ts'

export type Ask =
  | { readonly state: 'waiting'; readonly wanted: string }
  | { readonly state: 'refused'; readonly wanted: string; readonly message: string }

export class Asks {
  /** By the name of the control, for example `knob.backlog`. */
  readonly open = signal<ReadonlyMap<string, Ask>>(new Map())

  /** Asks `request` in the name of a control; `wanted` is shown while it waits. Resolves to undefined when refused. */
  async ask<Answer>(name: string, wanted: string, request: () => Promise<Answer>): Promise<Answer | undefined> {
    this.set(name, { state: 'waiting', wanted })
    try {
      const answer = await request()
      this.set(name, undefined)
      return answer
    } catch (problem) {
      this.set(name, { state: 'refused', wanted, message: refusalText(problem) })
      return undefined
    }
  }

  /** Forgets a refusal. */
  clear(name: string): void {
    this.set(name, undefined)
  }

  private set(name: string, ask: Ask | undefined): void {
    const open = new Map(this.open.value)
    if (ask === undefined) open.delete(name)
    else open.set(name, ask)
    this.open.value = open
  }
}

/** The words of whoever refused: those of a `LabRefusal`, or what went wrong on the way. */
export function refusalText(problem: unknown): string {
  if (typeof problem === 'object' && problem !== null && 'message' in problem) return (problem as LabRefusal).message
  return String(problem)
}
