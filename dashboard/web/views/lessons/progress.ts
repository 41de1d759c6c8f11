/**
 * What a student has done, as it is kept in the browser, exported, and read by a teacher. Reading checks everything: a file
 * may come from anywhere.
 */
import { isLessonName, type LessonName } from './lesson.ts'

export interface Done {
  /** Milliseconds since the Unix epoch. */
  readonly at: number
  readonly predicted: number
  readonly seen: number
}

export interface Progress {
  /** As the student calls themself; empty for nobody. */
  readonly student: string
  readonly lessons: Readonly<Partial<Record<LessonName, Done>>>
}

export const NO_PROGRESS: Progress = { student: '', lessons: {} }

export const PROGRESS_FORMAT = 'synlab-lessons'
export const PROGRESS_VERSION = 1

/** Longer files are no progress of eight lessons. */
export const PROGRESS_BYTES_MAX = 65_536

/** Longest name that is kept. */
export const STUDENT_MAX = 100

export type ProgressProblem =
  | { readonly kind: 'no-progress' }
  | { readonly kind: 'other-version'; readonly version: string }

export function isProgressProblem(value: Progress | ProgressProblem): value is ProgressProblem {
  return 'kind' in value
}

export function writeProgress({ student, lessons }: Progress): string {
  return `${JSON.stringify({ format: PROGRESS_FORMAT, version: PROGRESS_VERSION, student, lessons }, null, 2)}\n`
}

/** The progress in a text, or why there is none. Lessons that this page does not know are another version's. */
export function readProgress(text: string): Progress | ProgressProblem {
  const value = parse(text)
  if (!isRecord(value) || value.format !== PROGRESS_FORMAT) return { kind: 'no-progress' }
  if (value.version !== PROGRESS_VERSION) return { kind: 'other-version', version: String(value.version) }
  const { student, lessons } = value
  if (typeof student !== 'string' || student.length > STUDENT_MAX || !isRecord(lessons)) return { kind: 'no-progress' }
  const entries = Object.entries(lessons)
  if (!entries.every(([name, done]) => isLessonName(name) && isDone(done))) return { kind: 'no-progress' }
  return { student, lessons: Object.fromEntries(entries) as Progress['lessons'] }
}

export function withDone(progress: Progress, name: LessonName, done: Done): Progress {
  return { ...progress, lessons: { ...progress.lessons, [name]: done } }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function isDone(value: unknown): value is Done {
  return isRecord(value) && (['at', 'predicted', 'seen'] as const).every((key) => Number.isFinite(value[key]))
}
