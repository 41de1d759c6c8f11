/**
 * What a population of honest clients is told to do: names, defaults and ranges in one place, for the control API, the
 * scenario files and the command line alike. `completeClients` turns what somebody asks for into a spec.
 */
import { SYN_SCHEDULES, type SynScheduleName } from '../../tcpip/connection/syn-schedule.ts'
import type { ArrivalKind } from './arrivals.ts'

/**
 * `open`: clients arrive at a rate, whatever became of the ones before, and are measured from the moment they meant to
 * start. `closed`: so many users, each of whom waits for an outcome, thinks, and tries again, measured from the actual
 * start. A closed load asks less the worse it is served, and so hides an outage (coordinated omission): it is here to be
 * compared with what an open one measures.
 */
export const CLIENT_MODES = ['open', 'closed'] as const
export type ClientMode = (typeof CLIENT_MODES)[number]

/** Who speaks first: the client with a request, or the server with a greeting, one line that ends in LF. */
export const SPEAKERS = ['client', 'server'] as const
export type Speaker = (typeof SPEAKERS)[number]

/** Operating systems that differ in when they repeat a SYN. */
export const CLIENT_SYSTEMS = Object.keys(SYN_SCHEDULES) as readonly SynScheduleName[]

/** What clients do whatever their number is. */
interface ClientManners {
  /** Seconds from the start (see `ClientMode`) until a client gives up connecting. */
  readonly connectTimeout: number
  /** Seconds from ESTABLISHED, or from a further request, until a client gives up waiting for the whole answer. */
  readonly responseTimeout: number
  /** Requests per connection: 1 for short connections, more for kept ones. */
  readonly requests: number
  /** Seconds between an answer and the next request of the connection. */
  readonly pause: number
  readonly speaks: Speaker
  /** Share of attempts made from a few addresses over and over; the others come from one address after the other. */
  readonly returning: number
  readonly os: SynScheduleName
  /** Safe integer >= 0; without one the host's own generator decides. */
  readonly seed?: number
}

export interface OpenClients extends ClientManners {
  readonly mode: 'open'
  /** New connections per second. */
  readonly rate: number
  readonly arrivals: ArrivalKind
}

export interface ClosedClients extends ClientManners {
  readonly mode: 'closed'
  /** Users. */
  readonly concurrency: number
  /** Seconds between an outcome and the same user's next attempt. */
  readonly thinkTime: number
}

export type ClientSpec = OpenClients | ClosedClients

/** What every client does by default. */
const MANNERS = {
  connectTimeout: 3,
  responseTimeout: 5,
  requests: 1,
  pause: 0,
  speaks: 'client',
  returning: 0,
  os: 'linux',
} as const satisfies ClientManners

/**
 * An open load but for its rate. Three seconds is about what a visitor or a health check grants, and it is long enough for
 * two repeats of a lost SYN (1 s and 2 s). A response may take a little longer, because a request may have been lost as
 * well.
 */
export const CLIENT_DEFAULTS = { mode: 'open', arrivals: 'poisson', ...MANNERS } as const satisfies Omit<
  OpenClients,
  'rate' | 'seed'
>

/** A closed load but for its number of users. */
export const CLOSED_CLIENT_DEFAULTS = { mode: 'closed', thinkTime: 1, ...MANNERS } as const satisfies Omit<
  ClosedClients,
  'concurrency' | 'seed'
>

/**
 * Inclusive ranges. A connect timeout beyond 131 s would wait for a TCP that has given up itself (tcp_syn_retries); the
 * rate is bounded because each closed connection stays in TIME-WAIT for a minute. A user thinks for a millisecond at
 * least: without it, a server that refuses at once would be asked without end in one instant of virtual time.
 */
export const CLIENT_RANGES = {
  rate: { min: 0.001, max: 1000 },
  concurrency: { min: 1, max: 1000 },
  thinkTime: { min: 0.001, max: 3600 },
  connectTimeout: { min: 1, max: 131 },
  responseTimeout: { min: 1, max: 131 },
  requests: { min: 1, max: 1000 },
  pause: { min: 0, max: 3600 },
  returning: { min: 0, max: 1 },
} as const

/** Connections under way at a time, at most: 16 s of the highest rate without any answer. */
export const CLIENTS_IN_FLIGHT_MAX = 16_384

/** Populations of one host, at most. */
export const POPULATIONS_MAX = 8

/** What somebody asks for; what is left out has its default. */
export interface ClientsRequest extends Partial<Omit<OpenClients, 'mode'>>, Partial<Omit<ClosedClients, 'mode'>> {
  readonly mode?: ClientMode
}

/** Why a request makes no spec: which key, and what is wrong and what would be right. */
export interface ClientsProblem {
  readonly key: string
  readonly what: string
  /** The key is not there and should be, or the other way round, or its value is not allowed beside the others. */
  readonly is: 'missing' | 'superfluous' | 'refused'
}

const OPEN_TAKES = `rate (${span('rate')} connections per second) and arrivals (constant or poisson)`
const CLOSED_TAKES = `concurrency (${span('concurrency')} users) and thinkTime (${span('thinkTime')} seconds)`

/**
 * The clients that are asked for. Types and ranges have been checked against a schema made of `CLIENT_RANGES`; this checks
 * which keys go together, and fills in the defaults.
 */
export function completeClients(request: ClientsRequest): ClientSpec | ClientsProblem {
  const problem = findModeProblem(request) ?? findMannersProblem(request)
  if (problem !== undefined) return problem
  const { seed } = request
  const manners = {
    connectTimeout: request.connectTimeout ?? MANNERS.connectTimeout,
    responseTimeout: request.responseTimeout ?? MANNERS.responseTimeout,
    requests: request.requests ?? MANNERS.requests,
    pause: request.pause ?? MANNERS.pause,
    speaks: request.speaks ?? MANNERS.speaks,
    returning: request.returning ?? MANNERS.returning,
    os: request.os ?? MANNERS.os,
    ...(seed === undefined ? {} : { seed }),
  }
  if (request.mode === 'closed') {
    const { concurrency, thinkTime = CLOSED_CLIENT_DEFAULTS.thinkTime } = request
    return concurrency === undefined
      ? missing('concurrency', `mode "closed" takes ${CLOSED_TAKES}`)
      : { mode: 'closed', concurrency, thinkTime, ...manners }
  }
  const { rate, arrivals = CLIENT_DEFAULTS.arrivals } = request
  return rate === undefined
    ? missing('rate', `mode "open" takes ${OPEN_TAKES}`)
    : { mode: 'open', rate, arrivals, ...manners }
}

export function isClientsProblem(result: ClientSpec | ClientsProblem): result is ClientsProblem {
  return 'what' in result
}

/** Longest time from the start of an attempt to its outcome, seconds. */
export function attemptTimeMax({ connectTimeout, responseTimeout, requests, pause }: ClientSpec): number {
  return connectTimeout + requests * responseTimeout + (requests - 1) * pause
}

function findModeProblem(request: ClientsRequest): ClientsProblem | undefined {
  if (request.mode === 'closed') {
    const key = firstGiven(request, ['rate', 'arrivals'])
    return key === undefined
      ? undefined
      : superfluous(key, `belongs to mode "open"; mode "closed" takes ${CLOSED_TAKES}`)
  }
  const key = firstGiven(request, ['concurrency', 'thinkTime'])
  return key === undefined ? undefined : superfluous(key, `belongs to mode "closed"; mode "open" takes ${OPEN_TAKES}`)
}

function findMannersProblem({ requests = 1, pause = 0, speaks }: ClientsRequest): ClientsProblem | undefined {
  if (speaks === 'server' && requests > 1) {
    const what = `${requests} is not allowed: must be 1 where the server speaks, because such a client asks for nothing`
    return { key: 'requests', what, is: 'refused' }
  }
  if (pause > 0 && requests === 1) {
    return superfluous('pause', 'is the time between two requests: it goes with requests from 2 to 1000')
  }
  return undefined
}

function firstGiven<K extends keyof ClientsRequest>(request: ClientsRequest, keys: readonly K[]): K | undefined {
  return keys.find((key) => request[key] !== undefined)
}

function missing(key: string, what: string): ClientsProblem {
  return { key, what, is: 'missing' }
}

function superfluous(key: string, what: string): ClientsProblem {
  return { key, what, is: 'superfluous' }
}

function span(name: keyof typeof CLIENT_RANGES): string {
  return `${CLIENT_RANGES[name].min} to ${CLIENT_RANGES[name].max}`
}
