/**
 * One control plane of the lab, spoken to over HTTP. A refusal becomes an error with the plane's own words.
 */
import { EventReader } from './event-reader.ts'
import { PATIENCE_MS } from './patience.ts'

/** A control plane said no. `message` is its own. */
export class Refusal extends Error {
  /** HTTP status. */
  readonly status: number
  /** The plane's word for the kind of error; undefined when what answered is no control plane. */
  readonly code: string | undefined
  /** The field that is wrong, dotted, if it is one. */
  readonly path: string | undefined

  constructor(status: number, message: string, code?: string, path?: string) {
    super(message)
    this.name = 'Refusal'
    this.status = status
    this.code = code
    this.path = path
  }
}

export class ControlPlane {
  /** Where it listens, such as http://127.0.0.1:8081. */
  readonly url: string

  constructor(url: string) {
    this.url = url
  }

  /** Sends a request. Throws a Refusal, or the error of `fetch` when nothing answers in time. */
  async request(method: string, path: string, body?: unknown): Promise<Response> {
    const init =
      body === undefined ? {} : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }
    const signal = AbortSignal.timeout(PATIENCE_MS)
    const response = await fetch(`${this.url}${path}`, { method, signal, ...init })
    if (response.ok) return response
    throw await refusalOf(response, `${method} ${this.url}${path}`)
  }

  /** The same, for an answer in JSON. */
  async json<T>(method: string, path: string, body?: unknown): Promise<T> {
    const response = await this.request(method, path, body)
    return (await response.json()) as T
  }

  /** What it tells by itself, until the reader is closed or the plane ends. `E`: its events by name. */
  listen<E extends Record<string, unknown>>(): Promise<EventReader<E>> {
    return EventReader.open<E>(`${this.url}/api/events`)
  }
}

async function refusalOf(response: Response, request: string): Promise<Refusal> {
  const fallback = `${request}: ${response.status}`
  const answer: unknown = await response.json().catch(() => undefined)
  const { message, code, path } = (answer ?? {}) as { message?: string; code?: string; path?: string }
  return new Refusal(response.status, message ?? fallback, code, path)
}
