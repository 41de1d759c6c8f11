/**
 * A load of HTTP requests by autocannon, and what came of it in a window of time. Read first: autocannon's lib/run.js and
 * lib/httpClient.js, for what its events mean.
 *
 * autocannon is a closed loop: each of its connections waits for an answer, or for its timeout, before it asks again. A
 * server that stalls is asked less often for that, and is seen stalling less often than it was. Its correction for that
 * (recordValueWithExpectedInterval) takes seconds for milliseconds and is left out; figures here are counted from its
 * events, and only in the window.
 */
import type { EventEmitter } from 'node:events'
import autocannon from 'autocannon'
import { percentile } from '../bundle/percentile.ts'

export interface LoadOptions {
  readonly url: string
  readonly connections: number
  /** Requests offered per second, over all connections: at least one for each of them. */
  readonly rate: number
  /** Seconds that a request may take, connection included. */
  readonly timeout: number
  /** Connections are kept for all requests; else each request has its own. */
  readonly isKeepAlive: boolean
}

/** What happened in a window. */
export interface LoadFigures {
  readonly seconds: number
  /** Answers, of any status. */
  readonly answers: number
  readonly non2xx: number
  readonly timeouts: number
  /** Connections that broke, timeouts not counted. */
  readonly errors: number
  /** From the writing of a request to the end of its answer, milliseconds; undefined without answers. */
  readonly p50: number | undefined
  readonly p99: number | undefined
  readonly max: number | undefined
}

/** Longest run of autocannon, seconds: it is stopped before. */
const DURATION_MAX = 36_000

/** Milliseconds after which autocannon notices that it has been stopped. */
const SAMPLE_MS = 100

/** autocannon lets each connection ask for its share of the rate at the beginning of each of its seconds. */
const PACE_MS = 1_000

/** So that connections do not all ask at once, they are divided into groups that begin one after the other. */
const GROUPS = 10

/** Message of the error that autocannon reports for a request without an answer. */
const TIMEOUT_MESSAGE = 'request timed out'

/** Parts of autocannon's response parser that its types leave out. */
interface ResponseHead {
  readonly statusCode: number
  /** Names and values in turn. */
  readonly headers: readonly string[]
}

export class Load {
  private readonly options: LoadOptions
  private readonly starts: NodeJS.Timeout[]
  private readonly instances: autocannon.Instance[] = []
  private readonly runs: Promise<void>[] = []
  private readonly answered = new Set<unknown>()
  private openedAt = 0
  private latencies: number[] = []
  private non2xx = 0
  private timeouts = 0
  private errors = 0

  /** Starts asking; all connections do within a second. */
  constructor(options: LoadOptions) {
    this.options = options
    const groups = Math.min(GROUPS, options.connections)
    this.starts = Array.from({ length: groups }, (_, group) => {
      return setTimeout(() => this.startGroup(group, groups), (group * PACE_MS) / groups)
    })
  }

  private startGroup(group: number, groups: number): void {
    const { url, connections, rate, timeout, isKeepAlive } = this.options
    const options = {
      url,
      timeout,
      connections: shareOf(connections, group, groups),
      overallRate: shareOf(rate, group, groups),
      duration: DURATION_MAX,
      sampleInt: SAMPLE_MS,
      ignoreCoordinatedOmission: true,
      ...(isKeepAlive ? {} : { reconnectRate: 1, setupClient: reportLastResponses }),
    }
    this.runs.push(new Promise((resolve) => this.instances.push(this.watch(autocannon(options, () => resolve())))))
  }

  private watch(instance: autocannon.Instance): autocannon.Instance {
    instance.on('response', (client, status, _bytes, milliseconds) => {
      this.answered.add(client)
      this.latencies.push(milliseconds)
      if (status < 200 || status > 299) this.non2xx++
    })
    instance.on('reqError', (error: Error) => {
      if (error.message === TIMEOUT_MESSAGE) this.timeouts++
      else this.errors++
    })
    return instance
  }

  /** Connections that have had an answer. */
  get answeredConnections(): number {
    return this.answered.size
  }

  /** Counting begins here. */
  openWindow(): void {
    this.openedAt = performance.now()
    this.latencies = []
    this.non2xx = 0
    this.timeouts = 0
    this.errors = 0
  }

  /** What happened since `openWindow`. */
  readWindow(): LoadFigures {
    const { non2xx, timeouts, errors } = this
    const latencies = this.latencies.sort((a, b) => a - b)
    const seconds = (performance.now() - this.openedAt) / 1000
    return {
      seconds,
      answers: latencies.length,
      non2xx,
      timeouts,
      errors,
      p50: percentile(latencies, 50),
      p99: percentile(latencies, 99),
      max: latencies.at(-1),
    }
  }

  /** Stops asking, and waits until all connections are closed. */
  async stop(): Promise<void> {
    for (const start of this.starts) clearTimeout(start)
    for (const instance of this.instances) instance.stop()
    await Promise.all(this.runs)
  }
}

/** What a group has of `total`, which is shared out as evenly as can be. */
function shareOf(total: number, group: number, groups: number): number {
  return Math.floor(total / groups) + (group < total % groups ? 1 : 0)
}

/**
 * autocannon 9 does not report the response after which it reconnects: with one request per connection, none at all. This
 * reports it from the client's other events, once its body is whole; without a length, once its head is there.
 */
function reportLastResponses(client: autocannon.Client): void {
  // `request` is emitted, and not in the types.
  const events = client as EventEmitter
  let sentAt = 0
  let status = 0
  let missing = 0
  const report = (): void => void events.emit('response', status, 0, performance.now() - sentAt)
  events.on('request', () => {
    sentAt = performance.now()
  })
  events.on('headers', ({ statusCode, headers }: ResponseHead) => {
    status = statusCode
    missing = contentLength(headers)
    if (missing === 0) report()
  })
  events.on('body', (chunk: Uint8Array) => {
    if (missing === 0) return
    missing -= chunk.length
    if (missing === 0) report()
  })
}

/** Bytes of the body; 0 when the head does not say. */
function contentLength(headers: readonly string[]): number {
  const at = headers.findIndex((text, index) => index % 2 === 0 && text.toLowerCase() === 'content-length')
  return at < 0 ? 0 : Number(headers[at + 1])
}
