/** The check: reads the counters when it is asked, says whether the lesson was reached and why, and holds the prediction against what was seen. */
import { useState } from 'preact/hooks'
import { judgeAll, type Verdict } from '../../../../lab/checks/checks.ts'
import type { FigureName } from '../../../../lab/checks/figures.ts'
import { type Reason, sayReason } from '../../../../lab/checks/reason.ts'
import { useFormat, useLab, useText } from '../../app/lab-context.ts'
import type { Format } from '../../i18n/format.ts'
import { isRight, type Lesson } from './lesson.ts'
import { withDone } from './progress.ts'
import { keepProgress, progress } from './progress-store.ts'
import { LESSONS_WORDS } from './strings.ts'
import type { Trial, Trouble } from './use-run.ts'

interface VerdictPanelProps {
  readonly lesson: Lesson
  readonly trial: Trial
  readonly trouble: Trouble | undefined
  onReached(): void
}

interface Judgement {
  readonly verdict: Verdict
  readonly seen: number | undefined
}

export function VerdictPanel({ lesson, trial, trouble, onReached }: VerdictPanelProps) {
  const { ui } = useLab()
  const text = useText(LESSONS_WORDS)
  const format = useFormat()
  const [judgement, setJudgement] = useState<Judgement | undefined>(undefined)
  const { observer, predicted } = trial
  const check = (): void => {
    const verdict = judgeAll(lesson.checks, observer.figures)
    const seen = lesson.seen(observer)
    setJudgement({ verdict, seen })
    if (!verdict.reached || seen === undefined) return
    keepProgress(withDone(progress.value, lesson.name, { at: Date.now(), predicted, seen }))
    onReached()
  }
  const { verdict, seen } = judgement ?? {}
  const reason = ({ reason: { key, values } }: Verdict): string => {
    if (observer.since === undefined) return text.notBegun
    const missing = key === 'figure-missing' ? (values.figure as FigureName) : undefined
    const notYet = missing === undefined ? undefined : text.notYet[missing]
    return notYet ?? sayReason({ key, values: withDigits(values, format) }, ui.language.value)
  }
  const isReached = verdict?.reached === true && seen !== undefined
  return (
    <section class="panel lesson-check" aria-labelledby="lesson-check">
      <h2 id="lesson-check">{text.step.check}</h2>
      <p>
        <button type="button" class="button helpful" data-act="check" onClick={check}>
          {text.check}
        </button>
      </p>
      <div role="status" data-reached={judgement === undefined ? undefined : isReached}>
        {verdict !== undefined && (
          <p>
            <strong>{isReached ? text.reached : text.notReached}</strong>{' '}
            {isReached || !verdict.reached ? reason(verdict) : text.notSeen}
          </p>
        )}
        {verdict !== undefined && !isReached && trouble !== undefined && <p>{text[trouble]}</p>}
        {isReached && (
          <p data-seen={seen}>
            {text.predicted(format.figure(predicted), format.figure(seen))}{' '}
            {isRight(lesson.prediction, predicted, seen) ? text.right : text.wrong}
          </p>
        )}
      </div>
    </section>
  )
}

/** Numbers as the page writes them. */
function withDigits(values: Reason['values'], format: Format): Reason['values'] {
  const entries = Object.entries(values)
  return Object.fromEntries(
    entries.map(([name, value]) => [name, typeof value === 'number' ? format.count(value) : value]),
  )
}
