/** The life of one lesson on the page: a prediction is given, the lab is prepared, the run is watched, and all is put back. */
import { useEffect, useRef, useState } from 'preact/hooks'
import { useLab } from '../../app/lab-context.ts'
import type { Lesson } from './lesson.ts'
import { Observer } from './observer.ts'
import { type Before, clientsRequest, prepare, restore, untilTold } from './run.ts'
import { LESSONS_WORDS } from './strings.ts'

/** One attempt: what was predicted, and what is seen. */
export interface Trial {
  readonly number: number
  readonly predicted: number
  readonly observer: Observer
}

export type RunState = 'predicting' | 'preparing' | 'running'

/** Why nothing moves; the names of sentences. */
export type Trouble = 'paused' | 'labAway'

export interface Run {
  readonly state: RunState
  readonly trial: Trial | undefined
  /** Server and attacker are there. */
  readonly isReady: boolean
  readonly trouble: Trouble | undefined
  begin(predicted: number): void
}

/** How often virtual time is looked at, to see whether it stands still, milliseconds. */
const LOOK_MS = 1000

export function useRun(lesson: Lesson): Run {
  const lab = useLab()
  const { store, source, asks, ui } = lab
  const [state, setState] = useState<RunState>('predicting')
  const [trial, setTrial] = useState<Trial | undefined>(undefined)
  const before = useRef<Before | undefined>(undefined)
  const trouble = useTrouble()
  const config = store.server.value?.state.config
  const clients = [...store.attackers.value.values()][0]?.state.clients

  useEffect(() => {
    if (trial === undefined || state !== 'running') return
    return store.onTold((message) => trial.observer.hear(message))
  }, [store, trial, state])

  useEffect(
    () => () => {
      if (before.current !== undefined) restore(before.current, source.controls)
    },
    [source],
  )

  const begin = (predicted: number): void => {
    if (config === undefined || clients === undefined) return
    before.current ??= { config, clients: clientsRequest(clients) }
    setState('preparing')
    const words = LESSONS_WORDS[ui.language.value]
    void asks
      .ask('lesson', words.begin, async () => {
        await untilTold(store, await prepare(lesson, source.controls, await source.knobs()))
        return true
      })
      .then((isPrepared) => {
        setTrial((last) =>
          isPrepared ? { number: (last?.number ?? 0) + 1, predicted, observer: new Observer(store) } : last,
        )
        setState(isPrepared ? 'running' : 'predicting')
      })
  }
  return { state, trial, isReady: config !== undefined && clients !== undefined, trouble, begin }
}

/** Why nothing moves: the lab is silent, or its own time stands still. */
function useTrouble(): Trouble | undefined {
  const { store } = useLab()
  const [isStill, setIsStill] = useState(false)
  useEffect(() => {
    let last = store.now.value
    const timer = setInterval(() => {
      setIsStill(store.hello.value?.clock === 'virtual' && store.now.value === last)
      last = store.now.value
    }, LOOK_MS)
    return () => clearInterval(timer)
  }, [store])
  if (store.status.value.kind !== 'live' || store.presence.value.get('server')?.isThere === false) return 'labAway'
  return isStill ? 'paused' : undefined
}
