/** What a lesson shows beside its text: parts of the other views, over the lab as it is now. */
import { useEffect, useState } from 'preact/hooks'
import type { SocketList } from '../../../contract/server.ts'
import { useLab, useText } from '../../app/lab-context.ts'
import { QueuePanel } from '../control-room/queue-panel.tsx'
import { WaitsPanel } from '../control-room/waits-panel.tsx'
import { Diagram } from '../handshake/diagram.tsx'
import '../handshake/handshake.css'
import { AgeStrip } from '../states/age-strip.tsx'
import { StateDiagram } from '../states/state-diagram.tsx'
import type { StateName } from '../states/state-map.ts'
import '../states/states.css'
import { STATES } from '../states/strings.ts'
import type { Lesson } from './lesson.ts'
import { LESSONS_WORDS } from './strings.ts'
import type { Trial } from './use-run.ts'

/** How often sockets are asked for, and how many. */
const LOOK_MS = 1000
const SOCKETS_MAX = 500
const STRIP_MS = 60_000

export function LessonPicture({ lesson: { picture }, trial }: { lesson: Lesson; trial: Trial | undefined }) {
  switch (picture) {
    case 'exchange':
      return <ExchangePicture trial={trial} />
    case 'queues':
      return (
        <>
          <QueuePanel />
          <WaitsPanel />
        </>
      )
    default:
      return <StatesPicture state={picture} trial={trial} />
  }
}

function ExchangePicture({ trial }: { trial: Trial | undefined }) {
  const { clock } = useLab()
  const text = useText(LESSONS_WORDS)
  const now = clock.now.value ?? 0
  const exchange = trial?.observer.exchange
  if (exchange === undefined) return <p class="panel quiet">{text.waiting}</p>
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a box that scrolls has to be reached by the keyboard
    <section class="panel diagram-host" tabIndex={0} aria-label={text.picture}>
      <Diagram exchange={exchange} shown={exchange.steps.length} now={now} />
    </section>
  )
}

function StatesPicture({ state, trial }: { state: 'time_wait' | 'close_wait'; trial: Trial | undefined }) {
  const text = useText(STATES)
  const [chosen, setChosen] = useState<StateName | undefined>(undefined)
  const list = useSockets(state, trial)
  return (
    <>
      <div class="panel">
        <StateDiagram chosen={chosen} onChoose={setChosen} />
      </div>
      <div class="panel">
        <AgeStrip
          title={state === 'time_wait' ? text.timeWaitAges : text.closeWaitAges}
          state={state === 'time_wait' ? 'TIME-WAIT' : 'CLOSE-WAIT'}
          ages={list?.sockets.flatMap(({ ageMs }) => ageMs ?? []) ?? []}
          total={list?.total ?? 0}
          span={STRIP_MS}
        />
      </div>
    </>
  )
}

/** The sockets in a state, asked for again and again while somebody looks; the run hears of them. */
function useSockets(state: string, trial: Trial | undefined): SocketList | undefined {
  const { source } = useLab()
  const [list, setList] = useState<SocketList | undefined>(undefined)
  useEffect(() => {
    let isOver = false
    let timer: ReturnType<typeof setTimeout> | undefined
    const look = async (): Promise<void> => {
      const told = document.hidden
        ? undefined
        : await source.controls.sockets(state, SOCKETS_MAX).catch(() => undefined)
      if (isOver) return
      if (told !== undefined) {
        setList(told)
        trial?.observer.hearSockets(told)
      }
      timer = setTimeout(() => void look(), LOOK_MS)
    }
    void look()
    return () => {
      isOver = true
      clearTimeout(timer)
    }
  }, [source, state, trial])
  return list
}
