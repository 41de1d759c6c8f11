/**
 * The eight lessons as data: what the lab is told before, the steps that a student takes, what is predicted, which checks
 * decide, and what was seen in the end. Their words stand in the catalogues. Pure.
 */
import type { CheckName } from '../../../../lab/checks/checks.ts'
import type { AttackRequest, ClientsRequest } from '../../../contract/attacker.ts'
import type { ServerConfig } from '../../../contract/server.ts'
import type { Observer } from './observer.ts'

export const LESSON_NAMES = [
  'handshake',
  'syn-timeout',
  'flood',
  'cookies',
  'two-queues',
  'four-way-close',
  'time-wait',
  'close-wait',
] as const
export type LessonName = (typeof LESSON_NAMES)[number]

export function isLessonName(text: string | undefined): text is LessonName {
  return LESSON_NAMES.some((name) => name === text)
}

/** What the student does. One step's control is lit at a time: the first that is not done. */
export type Step =
  /** The next connection of an honest client is followed. */
  | { readonly kind: 'follow' }
  /** An attack is started; with `follow` its next packet is followed. */
  | { readonly kind: 'attack'; readonly request: AttackRequest; readonly follow?: true }
  | { readonly kind: 'knob'; readonly knob: keyof ServerConfig; readonly value: number }
  /** Honest clients come no more. */
  | { readonly kind: 'stop-clients' }

/** What is seen beside the text: the followed connection, both queues, or the states with the ages of the sockets in one of them. */
export type Picture = 'exchange' | 'queues' | 'time_wait' | 'close_wait'

/** How a predicted number is held against what was seen. */
export interface Prediction {
  readonly unit: 'segments' | 'seconds' | 'requests' | 'percent' | 'rate' | 'connections' | 'sockets'
  readonly max: number
  /** Right when it is off by at most so much, or by so large a share of what was seen. */
  readonly off: { readonly by: number } | { readonly share: number }
}

export interface Lesson {
  readonly name: LessonName
  /** What differs from the server's defaults. */
  readonly config: Partial<ServerConfig>
  readonly clients: ClientsRequest
  /** Runs from the beginning: what the student is to end. */
  readonly attack?: AttackRequest
  readonly steps: readonly [Step, ...Step[]]
  readonly picture: Picture
  readonly prediction: Prediction
  readonly checks: readonly [CheckName, ...CheckName[]]
  /** The number to hold against the prediction; undefined until the run has shown it. */
  seen(observer: Observer): number | undefined
  /** Numbers of the questions that belong here. */
  readonly questions: readonly number[]
}

/** Honest clients of most lessons: enough that a share of them says something after a few seconds. */
const CLIENTS: ClientsRequest = { rate: 20, connectTimeout: 3 }

/** Enough to keep 129 places taken, and no more than a telephone can simulate with ease. */
const FLOOD: AttackRequest = { kind: 'syn-flood', rate: 500, duration: 600 }

/**
 * Backlog of the lesson on two queues: one that 15 connections a second more than are accepted fill while one looks on, and
 * that the clients of a machine which was busy for three seconds do not fill when they all come at once.
 */
const SHORT_BACKLOG = 64

export const LESSONS: readonly Lesson[] = [
  {
    name: 'handshake',
    config: {},
    clients: CLIENTS,
    steps: [{ kind: 'follow' }],
    picture: 'exchange',
    prediction: { unit: 'segments', max: 100, off: { by: 0 } },
    checks: ['handshake-complete'],
    seen: (observer) => (observer.isEstablished ? observer.figures['handshake.segments'] : undefined),
    questions: [1, 2, 3, 4, 5],
  },
  {
    name: 'syn-timeout',
    config: { synAckRetries: 2 },
    clients: CLIENTS,
    steps: [
      { kind: 'attack', request: { kind: 'syn-flood', rate: 1, duration: 1, arrivals: 'constant' }, follow: true },
    ],
    picture: 'exchange',
    prediction: { unit: 'seconds', max: 1000, off: { by: 1 } },
    checks: ['request-expired'],
    seen: (observer) => observer.halfOpenSeconds,
    questions: [6, 7, 8],
  },
  {
    name: 'flood',
    // As in the lesson before it: a request that nobody answers holds its place for 7 s.
    config: { synCookies: 0, synAckRetries: 2 },
    clients: CLIENTS,
    steps: [{ kind: 'attack', request: FLOOD }],
    picture: 'queues',
    // Half as many or twice as many: what matters is whether it is tens or thousands.
    prediction: { unit: 'rate', max: 100_000, off: { share: 0.5 } },
    checks: ['syn-queue-full', 'drops-counted', 'clients-locked-out'],
    seen: (observer) => observer.freedPerSecond,
    questions: [10, 11, 13],
  },
  {
    name: 'cookies',
    config: { synCookies: 0 },
    clients: CLIENTS,
    attack: FLOOD,
    steps: [{ kind: 'knob', knob: 'synCookies', value: 1 }],
    picture: 'queues',
    prediction: { unit: 'percent', max: 100, off: { by: 5 } },
    checks: ['cookies-save'],
    seen: (observer) => observer.servedPercent,
    questions: [14, 15, 16, 17],
  },
  {
    name: 'two-queues',
    config: { backlog: SHORT_BACKLOG },
    clients: CLIENTS,
    steps: [{ kind: 'knob', knob: 'acceptInterval', value: 200 }],
    picture: 'queues',
    prediction: { unit: 'connections', max: 100_000, off: { by: 0 } },
    checks: ['accept-queue-full', 'cookies-idle'],
    seen: (observer) => observer.figures['accept_queue.max'],
    questions: [9, 12, 24],
  },
  {
    name: 'four-way-close',
    config: {},
    clients: CLIENTS,
    steps: [{ kind: 'follow' }],
    picture: 'exchange',
    prediction: { unit: 'segments', max: 100, off: { by: 0 } },
    checks: ['connection-closed'],
    seen: (observer) => (observer.isClosed ? observer.figures['close.segments'] : undefined),
    questions: [18],
  },
  {
    name: 'time-wait',
    config: {},
    clients: CLIENTS,
    // Connections that say nothing: the server is the one to close.
    attack: { kind: 'connect-flood', rate: 5, duration: 600 },
    steps: [{ kind: 'knob', knob: 'requestTimeout', value: 1 }],
    picture: 'time_wait',
    prediction: { unit: 'seconds', max: 100_000, off: { by: 5 } },
    checks: ['time-wait-there'],
    seen: (observer) => observer.timeWaitSeconds,
    questions: [19, 20, 21, 23],
  },
  {
    name: 'close-wait',
    config: {},
    // Clients that close when no answer has come for a second.
    clients: { rate: 5, responseTimeout: 1 },
    steps: [{ kind: 'knob', knob: 'acceptInterval', value: 60_000 }, { kind: 'stop-clients' }],
    picture: 'close_wait',
    prediction: { unit: 'sockets', max: 100, off: { by: 0 } },
    checks: ['close-wait-stays'],
    seen: (observer) => observer.closeWaitGone,
    questions: [22, 25],
  },
]

export function lessonNamed(name: LessonName): Lesson {
  return LESSONS.find((lesson) => lesson.name === name) as Lesson
}

/** Whether a prediction is near enough to what was seen. */
export function isRight({ off }: Prediction, predicted: number, seen: number): boolean {
  return Math.abs(predicted - seen) <= ('by' in off ? off.by : off.share * seen)
}
