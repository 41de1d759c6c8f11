/** When which attack ran, gathered from the states of the attackers; what ended longer ago than the page looks back is forgotten. */
import type { AttackerState, AttackView } from '../../contract/attacker.ts'
import type { AttackerId } from '../../contract/stream.ts'

export interface AttackSpan {
  readonly attacker: AttackerId
  readonly id: number
  readonly kind: AttackView['kind']
  /** Per second, as it was told. */
  readonly rate: number
  readonly from: number
  /** Undefined while it runs. */
  readonly to: number | undefined
  /** As the attacker last told it. */
  readonly view: AttackView
}

/** Spans kept, at most. */
const SPANS_MAX = 256

/** A start that is told again differs by the time of the telling; another attack of the same number differs by more. */
const SAME_START_MS = 1500

/** `spans` with what `state`, told at `at`, says of them; what ended before `oldest` is left out. */
export function updateSpans(
  spans: readonly AttackSpan[],
  attacker: AttackerId,
  state: AttackerState,
  at: number,
  oldest: number,
): readonly AttackSpan[] {
  const told = state.attacks.map((view) => toSpan(attacker, view, at, spans))
  const untold = spans.filter((span) => span.attacker !== attacker || !told.some((other) => isSame(span, other)))
  // An attack that ran and is no longer listed has ended since: the attacker was reset or began anew.
  const others = untold.map((span) =>
    span.attacker === attacker && span.to === undefined ? { ...span, to: at } : span,
  )
  const kept = [...others, ...told].filter(({ to }) => to === undefined || to > oldest)
  return kept.toSorted((a, b) => a.from - b.from).slice(-SPANS_MAX)
}

function toSpan(attacker: AttackerId, view: AttackView, at: number, spans: readonly AttackSpan[]): AttackSpan {
  const from = at - view.elapsed * 1000
  const isOver = view.state !== 'running'
  const span = { attacker, id: view.id, kind: view.kind, rate: view.rate, from, to: isOver ? from : undefined, view }
  // The times of the first telling stay: a span must not tremble, and that of an ended attack no longer follows the clock.
  const known = spans.find(
    (other) => other.attacker === attacker && other.id === view.id && (isOver || isSame(other, span)),
  )
  if (known === undefined) return isOver ? { ...span, to: at } : span
  return { ...span, from: known.from, to: isOver ? (known.to ?? known.from + view.elapsed * 1000) : undefined }
}

function isSame(a: AttackSpan, b: AttackSpan): boolean {
  return a.attacker === b.attacker && a.id === b.id && Math.abs(a.from - b.from) < SAME_START_MS
}
