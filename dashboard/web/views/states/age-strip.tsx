/** How long sockets have been in a state: each a mark on a strip of time. */
import { SpokenTwin } from '../../a11y/twin.tsx'
import { useFormat, useText } from '../../app/lab-context.ts'
import type { Place } from '../../questions/places.ts'
import { QuestionsHere } from '../../questions/questions-here.tsx'
import { STATES } from './strings.ts'

const WIDTH = 600
const HEIGHT = 34

const PLACE: Readonly<Record<AgeStripProps['state'], Place>> = { 'TIME-WAIT': 'time-wait', 'CLOSE-WAIT': 'close-wait' }

interface AgeStripProps {
  readonly title: string
  readonly state: 'TIME-WAIT' | 'CLOSE-WAIT'
  /** Milliseconds. */
  readonly ages: readonly number[]
  readonly total: number
  /** Where the strip ends, milliseconds; it grows with what is older. */
  readonly span: number
}

export function AgeStrip({ title, state, ages, total, span }: AgeStripProps) {
  const text = useText(STATES)
  const format = useFormat()
  const oldest = Math.max(0, ...ages)
  const end = Math.max(span, oldest)
  const x = (age: number): number => 4 + (age / end) * (WIDTH - 8)
  return (
    <div class="age-strip">
      <p class="panel-title">
        <strong>{title}</strong>
        <QuestionsHere place={PLACE[state]} />
        <span>{total === 0 ? text.noAges : format.count(total)}</span>
      </p>
      <svg viewBox={`0 0 ${WIDTH} ${HEIGHT}`} preserveAspectRatio="none" aria-hidden="true">
        <rect class="ground" width={WIDTH} height={HEIGHT} rx={4} />
        {ages.map((age, i) => (
          <line key={String(i)} x1={x(age)} x2={x(age)} y1={5} y2={HEIGHT - 5} />
        ))}
      </svg>
      <p class="quiet scale">
        <span>0</span>
        <span>{format.duration(end)}</span>
      </p>
      <SpokenTwin text={text.agesTwin(state, format.count(total), format.duration(oldest))} />
    </div>
  )
}
