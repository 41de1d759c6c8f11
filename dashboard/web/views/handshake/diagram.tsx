/** The sequence diagram: two life lines, time running down, an arrow for each segment, states and timers at the lines. */

import type { TapEnd, TapSegment } from '../../../contract/stream.ts'
import { useFormat, useText } from '../../app/lab-context.ts'
import { useNarrow } from '../../app/use-narrow.ts'
import type { Format } from '../../i18n/format.ts'
import { basesOf, type Exchange, type NumberBases, relativeNumbers, type Step } from './exchange.ts'
import type { HandshakeText } from './strings.en.ts'
import { HANDSHAKE } from './strings.ts'

/** Where things stand, in units of the diagram: with states and timers beside the life lines, or between them. */
interface Geometry {
  readonly width: number
  /** The life lines of client and server. */
  readonly left: number
  readonly right: number
  /** Height of a row. */
  readonly row: number
  /** How far below the top of its row a state stands. */
  readonly stateAt: number
  /** The sides of the life lines on which words end, of client and server. */
  readonly anchors: readonly [client: Anchor, server: Anchor]
  readonly timeX: number
}

const WIDE: Geometry = {
  width: 1000,
  left: 330,
  right: 670,
  row: 62,
  stateAt: 0,
  anchors: ['end', 'start'],
  timeX: 4,
}

const NARROW: Geometry = {
  width: 360,
  left: 8,
  right: 352,
  row: 92,
  stateAt: 46,
  anchors: ['start', 'end'],
  timeX: 18,
}

const TOP = 64
/** Between a life line and words beside it. */
const GAP = 14
/** An arrow falls by so much: a segment takes time. */
const FALL = 16

interface DiagramProps {
  readonly exchange: Exchange
  /** Steps that are shown. */
  readonly shown: number
  /** The moment that timers are reckoned from. */
  readonly now: number
}

export function Diagram({ exchange, shown, now }: DiagramProps) {
  const text = useText(HANDSHAKE)
  const format = useFormat()
  const geometry = useNarrow() ? NARROW : WIDE
  const [clientAnchor, serverAnchor] = geometry.anchors
  const bases = basesOf(exchange)
  const rows = rowsOf(exchange.steps)
  const height = TOP + Math.max(4, (rows.at(-1) ?? 0) + 1) * geometry.row + 40
  const timerY = TOP + ((rows[shown - 1] ?? 0) + 1) * geometry.row
  const first = exchange.steps[0]?.at ?? 0
  const current = exchange.steps[shown - 1]
  return (
    <svg
      class="diagram"
      viewBox={`0 0 ${geometry.width} ${height}`}
      role="img"
      aria-label={`${text.client} ${exchange.client}, ${text.server} ${exchange.server}`}
    >
      <End x={geometry.left} anchor={clientAnchor} name={text.client} address={exchange.client} height={height} />
      <End x={geometry.right} anchor={serverAnchor} name={text.server} address={exchange.server} height={height} />
      {exchange.steps
        .slice(0, shown)
        .map(
          (step, i) =>
            isSeen(step, exchange.steps[i - 1]) && (
              <Row
                key={`${step.at} ${String(i)}`}
                step={step}
                before={exchange.steps[i - 1]}
                y={TOP + (rows[i] ?? 0) * geometry.row}
                geometry={geometry}
                bases={bases}
                isLast={rows[i] === rows[shown - 1]}
                time={format.duration(step.at - first)}
              />
            ),
        )}
      {current !== undefined && (
        <>
          <Timer
            end={current.ends.client}
            x={geometry.left}
            anchor={clientAnchor}
            y={timerY}
            now={now}
            text={text}
            format={format}
          />
          <Timer
            end={current.ends.server}
            x={geometry.right}
            anchor={serverAnchor}
            y={timerY + (geometry === NARROW ? 18 : 0)}
            now={now}
            text={text}
            format={format}
          />
        </>
      )}
    </svg>
  )
}

/** Whether a step has something to draw: where only a timer changed, the timer says so. */
function isSeen({ segment, ends }: Step, before: Step | undefined): boolean {
  if (segment !== undefined || before === undefined) return true
  return ends.client?.state !== before.ends.client?.state || ends.server.state !== before.ends.server.state
}

/** The row of each step; one that is not seen belongs to the row before it. */
function rowsOf(steps: readonly Step[]): number[] {
  let row = -1
  return steps.map((step, i) => (isSeen(step, steps[i - 1]) ? ++row : row))
}

type Anchor = 'start' | 'end'

function End({
  x,
  anchor,
  name,
  address,
  height,
}: {
  x: number
  anchor: Anchor
  name: string
  address: string
  height: number
}) {
  return (
    <>
      <line class="life" x1={x} x2={x} y1={46} y2={height - 8} />
      <text class="end-name" x={x} y={20} text-anchor={anchor}>
        {name}
      </text>
      <text class="end-address" x={x} y={38} text-anchor={anchor}>
        {address}
      </text>
    </>
  )
}

interface RowProps {
  readonly step: Step
  readonly before: Step | undefined
  readonly y: number
  readonly geometry: Geometry
  readonly bases: NumberBases
  readonly isLast: boolean
  readonly time: string
}

function Row({ step, before, y, geometry, bases, isLast, time }: RowProps) {
  const { segment, ends } = step
  const { left, right, stateAt, anchors, timeX } = geometry
  return (
    <g class={isLast ? 'row-last' : ''}>
      <text class="time" x={timeX} y={y + (stateAt > 0 ? 5 : 14)}>
        {time}
      </text>
      {segment !== undefined && <Arrow segment={segment} y={y} geometry={geometry} bases={bases} />}
      <StateChange
        before={before?.ends.client?.state}
        after={ends.client?.state}
        x={left}
        anchor={anchors[0]}
        y={y + stateAt}
        isConcluded={step.concluded !== undefined}
      />
      <StateChange
        before={before?.ends.server.state}
        after={ends.server.state}
        x={right}
        anchor={anchors[1]}
        y={y + stateAt}
        isConcluded={step.concluded === 'both'}
      />
    </g>
  )
}

interface ArrowProps {
  readonly segment: TapSegment
  readonly y: number
  readonly geometry: Geometry
  readonly bases: NumberBases
}

function Arrow({ segment, y, geometry: { left, right }, bases }: ArrowProps) {
  const text = useText(HANDSHAKE)
  const [from, to] = segment.direction === 'to-server' ? [left, right] : [right, left]
  const isDropped = segment.dropped !== undefined
  // What was dropped does not arrive.
  const tip = isDropped ? from + (to - from) * 0.86 : to
  const tipY = y + 8 + FALL
  const back = from < to ? -9 : 9
  const role = segment.isCookie ? 'cookie' : ''
  const notes = [
    segment.isCookie ? text.cookie : '',
    segment.isRepeat ? text.repeat : '',
    segment.dropped === undefined ? '' : text.dropped(segment.dropped),
  ].filter((note) => note !== '')
  const flags = flagsOf(segment)
  const bytes = segment.payloadBytes > 0 ? ` ${segment.payloadBytes} ${text.bytes}` : ''
  return (
    <g class={`arrow ${role} ${isDropped ? 'dropped' : ''} ${segment.isRepeat ? 'repeat' : ''}`}>
      <title>
        {text.segmentTwin(segment.direction === 'to-server' ? text.client : text.server, flags, absolute(segment))}
      </title>
      <line x1={from} y1={y + 8} x2={tip} y2={tipY} />
      {isDropped ? (
        <path d={`M${tip - 6} ${tipY - 6}l12 12m0 -12l-12 12`} />
      ) : (
        <path class="tip" d={`M${tip} ${tipY}l${back} -5v10z`} />
      )}
      <text class="flags" x={(left + right) / 2} y={y + 5} text-anchor="middle">
        {flags}
        {bytes}
        {notes.length > 0 && ` · ${notes.join(' · ')}`}
      </text>
      <text class="numbers" x={(left + right) / 2} y={y + 39} text-anchor="middle">
        {relative(segment, bases)} · {absolute(segment)}
      </text>
    </g>
  )
}

/** In the order in which people say them. */
const SPOKEN = ['SYN', 'FIN', 'RST', 'PSH', 'URG', 'ACK', 'ECE', 'CWR']

function flagsOf({ flags }: TapSegment): string {
  return SPOKEN.filter((flag) => flags.includes(flag)).join(' ')
}

function relative(segment: TapSegment, bases: NumberBases): string {
  const { seq, ack } = relativeNumbers(segment, bases)
  return `seq ${seq ?? '?'}${ack === undefined ? '' : ` ack ${ack}`}`
}

function absolute({ seq, ack, flags }: TapSegment): string {
  return `${seq}${flags.includes('ACK') ? ` / ${ack}` : ''}`
}

interface StateChangeProps {
  readonly before: string | undefined
  readonly after: string | undefined
  readonly x: number
  readonly anchor: Anchor
  readonly y: number
  readonly isConcluded: boolean
}

/** The state of an end, where it has changed; dashed where nobody told it. */
function StateChange({ before, after, x, anchor, y, isConcluded }: StateChangeProps) {
  if (after === undefined || after === before) return null
  const width = after.length * 8.2 + 18
  const left = anchor === 'end' ? x - GAP - width : x + GAP
  return (
    <g class={isConcluded ? 'state concluded' : 'state'}>
      <rect x={left} y={y} width={width} height={24} rx={6} />
      <text x={left + width / 2} y={y + 16.5} text-anchor="middle">
        {after}
      </text>
    </g>
  )
}

interface TimerProps {
  readonly end: TapEnd | undefined
  readonly x: number
  readonly anchor: Anchor
  readonly y: number
  readonly now: number
  readonly text: HandshakeText
  readonly format: Format
}

function Timer({ end, x, anchor, y, now, text, format }: TimerProps) {
  if (end?.timer === undefined) return null
  const { kind, firesAt, retries } = end.timer
  const left = Math.max(0, Math.round((firesAt - now) / 100) * 100)
  return (
    <text class="timer" x={anchor === 'end' ? x - GAP : x + GAP} y={y + 16} text-anchor={anchor}>
      {text.timer(kind, format.duration(left), retries === 0 ? '' : format.count(retries))}
    </text>
  )
}
