/** Progress in this browser's storage. A browser may refuse to remember: then it holds as long as the page, and that is said. */
import { signal } from '@preact/signals'
import { isProgressProblem, NO_PROGRESS, type Progress, readProgress, writeProgress } from './progress.ts'

const KEY = 'synlab.lessons'

export const progress = signal<Progress>(NO_PROGRESS)

/** Whether the browser has refused to remember. */
export const isForgetful = signal(false)

let wasRecalled = false

/**
 * Reads what is remembered, once: where the browser has refused to remember what came since, the page knows better. What
 * cannot be read is left where it is until something is written.
 */
export function recallProgress(): void {
  if (wasRecalled) return
  wasRecalled = true
  try {
    const read = readProgress(localStorage.getItem(KEY) ?? '')
    if (!isProgressProblem(read)) progress.value = read
  } catch {
    isForgetful.value = true
  }
}

export function keepProgress(next: Progress): void {
  progress.value = next
  try {
    localStorage.setItem(KEY, writeProgress(next))
    isForgetful.value = false
  } catch {
    isForgetful.value = true
  }
}
