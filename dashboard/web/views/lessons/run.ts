/**
 * What a lesson asks of the lab: to begin anew with its settings, what its steps do, and to be afterwards as it was before.
 */
import type { AttackerState, ClientsRequest } from '../../../contract/attacker.ts'
import type { Knobs, ServerConfig } from '../../../contract/server.ts'
import type { LabControls } from '../../../contract/source.ts'
import type { LabStore } from '../../store/lab-store.ts'
import type { Lesson, Step } from './lesson.ts'

/** What the lab was told before a lesson began. */
export interface Before {
  readonly config: ServerConfig
  readonly clients: ClientsRequest
}

/** What clients are told, out of what is told of them. */
const CLIENT_KEYS = [
  'mode',
  'rate',
  'arrivals',
  'concurrency',
  'thinkTime',
  'connectTimeout',
  'responseTimeout',
  'requests',
  'pause',
  'speaks',
  'returning',
  'os',
] as const

/** The request that makes clients as they are now. */
export function clientsRequest(clients: AttackerState['clients']): ClientsRequest {
  const told = CLIENT_KEYS.filter((key) => clients[key] !== undefined).map((key) => [key, clients[key]])
  return told.length === 0 ? { rate: 0 } : (Object.fromEntries(told) as unknown as ClientsRequest)
}

/** Whatever the last lesson still asks of the lab: the next one waits for it. */
let pending: Promise<unknown> = Promise.resolve()

/** What the server has answered to a lesson's preparation. */
export interface Prepared {
  /** Its own time when it began anew, seconds. */
  readonly uptimeSeconds: number
  readonly config: ServerConfig
}

/** Begins anew with the lesson's settings; rejects with the lab's refusal. */
export async function prepare(lesson: Lesson, controls: LabControls, knobs: Knobs): Promise<Prepared> {
  await pending
  await controls.stopAllAttacks()
  // First of all: the lab in the browser begins anew with the settings of its scenario.
  const { uptimeSeconds } = await controls.reset()
  const defaults = Object.fromEntries(knobs.map((knob) => [knob.name, knob.default])) as Partial<ServerConfig>
  const config = await controls.configure({ ...defaults, ...lesson.config })
  await controls.setClients(lesson.clients)
  if (lesson.attack !== undefined) await controls.startAttack(lesson.attack)
  return { uptimeSeconds, config }
}

/** What is told so much later is of the prepared lab, whoever has turned a knob since; seconds. */
const LATER = 2

/** Resolves when the store was told of the prepared server: before that it still shows what was before. */
export function untilTold(store: LabStore, { uptimeSeconds, config }: Prepared): Promise<void> {
  const isTold = (): boolean => {
    const state = store.server.value?.state
    if (state === undefined || state.uptimeSeconds < uptimeSeconds) return false
    return state.uptimeSeconds >= uptimeSeconds + LATER || JSON.stringify(state.config) === JSON.stringify(config)
  }
  return new Promise((resolve) => {
    const look = (): void => {
      if (!isTold()) return
      stop()
      resolve()
    }
    const stop = store.onTold(look)
    look()
  })
}

/** Ends what the lesson has begun and puts the settings back; what the lab refuses stays as it is. */
export function restore({ config, clients }: Before, controls: LabControls): void {
  const calls = [
    () => controls.follow(undefined),
    () => controls.stopAllAttacks(),
    () => controls.configure(config),
    () => controls.setClients(clients),
  ]
  pending = calls.reduce<Promise<unknown>>(
    (before, call) => before.then((): Promise<unknown> => call()).catch(() => undefined),
    Promise.resolve(),
  )
}

/** Takes a step whose control is a button; a knob turns itself. */
export async function take(step: Exclude<Step, { kind: 'knob' }>, controls: LabControls): Promise<void> {
  switch (step.kind) {
    case 'follow':
      await controls.follow({ follow: 'honest' })
      return
    case 'attack':
      if (step.follow) await controls.follow({ follow: 'hostile' })
      await controls.startAttack(step.request)
      return
    case 'stop-clients':
      await controls.setClients({ rate: 0 })
  }
}
