/** The map of states, the ages of those that stay, and the table of sockets like `ss`. */
import { useEffect, useState } from 'preact/hooks'
import type { SocketList, SocketRow } from '../../../contract/server.ts'
import { useFormat, useLab, useText } from '../../app/lab-context.ts'
import { refusalText } from '../../controls/asks.ts'
import { QuestionsHere } from '../../questions/questions-here.tsx'
import { AgeStrip } from './age-strip.tsx'
import { StateDiagram } from './state-diagram.tsx'
import { NODES, type StateName } from './state-map.ts'
import './states.css'
import { STATES } from './strings.ts'

/** How often sockets are asked for while the view is seen, and how many. */
const LOOK_MS = 1000
const ROWS_MAX = 200
const AGES_MAX = 500
const TIME_WAIT_MS = 60_000

export function StatesView() {
  const text = useText(STATES)
  const format = useFormat()
  const [chosen, setChosen] = useState<StateName | undefined>(undefined)
  const { list, timeWait, closeWait, refusal } = useSockets(chosen)
  return (
    <section class="states-view" aria-label={text.title}>
      <div class="view-head">
        <h1>
          {text.title} <QuestionsHere place="states" />
        </h1>
        <p class="quiet">{text.about}</p>
      </div>
      <div class="states-grid">
        <div class="panel">
          <StateDiagram chosen={chosen} onChoose={setChosen} />
        </div>
        <div class="states-side">
          <section class="panel" aria-label={text.ages}>
            <AgeStrip
              title={text.timeWaitAges}
              state="TIME-WAIT"
              ages={agesOf(timeWait)}
              total={timeWait?.total ?? 0}
              span={TIME_WAIT_MS}
            />
            <AgeStrip
              title={text.closeWaitAges}
              state="CLOSE-WAIT"
              ages={agesOf(closeWait)}
              total={closeWait?.total ?? 0}
              span={TIME_WAIT_MS}
            />
          </section>
          <section class="panel sockets" aria-labelledby="sockets">
            <div class="panel-title">
              <h2 id="sockets">
                {text.sockets}{' '}
                <span class="quiet">
                  {list !== undefined && text.shown(format.count(list.sockets.length), format.count(list.total))}
                </span>
              </h2>
              <select
                aria-label={text.filter}
                value={chosen ?? ''}
                onChange={(event) => setChosen((event.currentTarget.value || undefined) as StateName | undefined)}
              >
                <option value="">{text.all}</option>
                {NODES.filter(({ state }) => state !== 'close').map(({ state, label }) => (
                  <option key={state} value={state}>
                    {label}
                  </option>
                ))}
              </select>
            </div>
            {refusal !== undefined && <p role="alert">{refusal}</p>}
            <SocketTable rows={list?.sockets ?? []} />
          </section>
        </div>
      </div>
    </section>
  )
}

function agesOf(list: SocketList | undefined): readonly number[] {
  return list?.sockets.flatMap(({ ageMs }) => ageMs ?? []) ?? []
}

/** Sockets, asked for again and again while somebody looks; an answer that comes after a newer question is dropped. */
function useSockets(chosen: StateName | undefined) {
  const { source } = useLab()
  const [list, setList] = useState<SocketList | undefined>(undefined)
  const [timeWait, setTimeWait] = useState<SocketList | undefined>(undefined)
  const [closeWait, setCloseWait] = useState<SocketList | undefined>(undefined)
  const [refusal, setRefusal] = useState<string | undefined>(undefined)
  useEffect(() => {
    let isOver = false
    let timer: ReturnType<typeof setTimeout> | undefined
    const look = async (): Promise<void> => {
      if (!document.hidden) {
        try {
          const { controls } = source
          const wanted = chosen === 'close' ? undefined : chosen
          const [some, waiting, forgotten] = await Promise.all([
            controls.sockets(wanted, ROWS_MAX),
            controls.sockets('time_wait', AGES_MAX),
            controls.sockets('close_wait', AGES_MAX),
          ])
          if (isOver) return
          setList(some)
          setTimeWait(waiting)
          setCloseWait(forgotten)
          setRefusal(undefined)
        } catch (problem) {
          if (!isOver) setRefusal(refusalText(problem))
        }
      }
      if (!isOver) timer = setTimeout(() => void look(), LOOK_MS)
    }
    void look()
    return () => {
      isOver = true
      clearTimeout(timer)
    }
  }, [source, chosen])
  return { list, timeWait, closeWait, refusal }
}

function SocketTable({ rows }: { rows: readonly SocketRow[] }) {
  const text = useText(STATES)
  const format = useFormat()
  const { columns } = text
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a box that scrolls has to be reached by the keyboard
    <section class="table-box" tabIndex={0} aria-label={text.table}>
      <table>
        <thead>
          <tr>
            {Object.values(columns).map((name) => (
              <th key={name} scope="col">
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map(({ state, recvQ, sendQ, local, peer, timer, ageMs }) => (
            <tr key={`${local} ${peer} ${state}`}>
              <td>{state.toUpperCase().replaceAll('_', '-')}</td>
              <td>{format.count(recvQ)}</td>
              <td>{format.count(sendQ)}</td>
              <td>{local}</td>
              <td>{peer}</td>
              <td>
                {timer === null
                  ? ''
                  : text.timer(timer.kind, format.duration(timer.remainingMs), format.count(timer.retries))}
              </td>
              <td>{ageMs === null ? '' : format.duration(ageMs)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  )
}
