/**
 * The lab behind a page server: one stream of messages in, control calls out. Comes back by itself when the stream breaks,
 * and says when nothing has come for a while: the stream tells something ten times a second as long as it lives.
 */
import { type Session, TOKEN_HEADER } from '../../contract/http.ts'
import type { LabControls, LabRefusal, LabSource, SourceStatus } from '../../contract/source.ts'
import type { StreamMessage } from '../../contract/stream.ts'

/** After so much silence something is wrong, milliseconds. */
const SILENT_MS = 1500

/** How often silence is looked for. */
const LOOK_MS = 250

/** Before a broken stream is opened again. */
const RETRY_MS = 1000

export class LiveSource implements LabSource {
  readonly controls: LabControls
  private readonly base: string
  private token: Promise<string> | undefined

  /** `base`: where the page server is; '' for where the page came from. */
  constructor(base = '') {
    this.base = base
    this.controls = {
      configure: (patch) => this.call('PATCH', '/api/config', patch),
      startAttack: (request, attacker) => this.call('POST', `/api/attacks${ofAttacker(attacker)}`, request),
      stopAttack: (attacker, id) => this.call('DELETE', `/api/attacks/${encodeURIComponent(attacker)}/${id}`),
      stopAllAttacks: async () => (await this.call<{ stopped: number }>('DELETE', '/api/attacks')).stopped,
      setClients: (request, attacker) => this.call('PUT', `/api/clients${ofAttacker(attacker)}`, request),
      reset: () => this.call('POST', '/api/reset'),
      sockets: (state, limit) =>
        this.call(
          'GET',
          `/api/sockets?limit=${limit}${state === undefined ? '' : `&state=${encodeURIComponent(state)}`}`,
        ),
      follow: async (request) => {
        if (request === undefined) {
          await this.call('DELETE', '/api/tap')
          return undefined
        }
        return (await this.call<{ tap: number }>('POST', '/api/tap', request)).tap
      },
      cookie: (request) => this.call('POST', '/api/cookie', request),
    }
  }

  knobs: LabSource['knobs'] = async () =>
    (await this.call<{ knobs: Awaited<ReturnType<LabSource['knobs']>> }>('GET', '/api/knobs')).knobs

  attackKinds: LabSource['attackKinds'] = async () =>
    (await this.call<{ kinds: Awaited<ReturnType<LabSource['attackKinds']>> }>('GET', '/api/attack-kinds')).kinds

  subscribe(listener: (message: StreamMessage) => void, onStatus: (status: SourceStatus) => void): () => void {
    let stream: EventSource | undefined
    let retry: ReturnType<typeof setTimeout> | undefined
    let lastAt = Date.now()
    let kind: SourceStatus['kind'] = 'connecting'
    /** Processes that are there: without any the stream has nothing to tell, and its silence means nothing. */
    const tellers = new Set<string>()
    const become = (status: SourceStatus): void => {
      if (status.kind === kind) return
      kind = status.kind
      onStatus(status)
    }
    const open = (): void => {
      stream = new EventSource(`${this.base}/api/stream`)
      stream.onmessage = ({ data }) => {
        const message = JSON.parse(data) as StreamMessage
        lastAt = Date.now()
        become({ kind: 'live' })
        notePresence(tellers, message)
        listener(message)
      }
      stream.onerror = () => {
        // The next page server has another token.
        this.token = undefined
        // A browser tries again by itself unless the answer was an error; then it has given up.
        if (stream?.readyState !== EventSource.CLOSED) return
        clearTimeout(retry)
        retry = setTimeout(open, RETRY_MS)
      }
    }
    onStatus({ kind: 'connecting' })
    open()
    const look = setInterval(() => {
      const isExpected = tellers.size > 0 || stream?.readyState !== EventSource.OPEN
      if (isExpected && Date.now() - lastAt > SILENT_MS) become({ kind: 'silent', since: lastAt })
    }, LOOK_MS)
    return () => {
      clearInterval(look)
      clearTimeout(retry)
      stream?.close()
    }
  }

  /** Rejects with the refusal of whoever refused. */
  private async call<Answer>(method: string, path: string, body?: unknown): Promise<Answer> {
    const isChange = method !== 'GET'
    const headers: Record<string, string> = {}
    if (isChange) headers[TOKEN_HEADER] = await this.pageToken()
    if (body !== undefined) headers['content-type'] = 'application/json'
    const response = await this.reach(path, {
      method,
      headers,
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
    if (!response.ok) throw await refusalOf(response)
    return (await (response.status === 204 ? undefined : response.json())) as Answer
  }

  /** What a browser says when nobody answers differs from one to the next, and tells a person nothing. */
  private async reach(path: string, init?: RequestInit): Promise<Response> {
    return fetch(this.base + path, init).catch((): never => {
      const refusal: LabRefusal = { code: 'UNREACHABLE', message: 'the page’s server does not answer' }
      throw refusal
    })
  }

  private pageToken(): Promise<string> {
    this.token ??= this.reach('/api/session').then(async (response) => {
      if (!response.ok) throw await refusalOf(response)
      return ((await response.json()) as Session).token
    })
    // What failed once is asked anew the next time.
    this.token.catch(() => {
      this.token = undefined
    })
    return this.token
  }
}

function notePresence(tellers: Set<string>, message: StreamMessage): void {
  if (message.type === 'hello') tellers.clear()
  const told = message.type === 'hello' ? message.presence : message.type === 'presence' ? [message] : []
  for (const { who, isThere } of told) {
    if (isThere) tellers.add(who)
    else tellers.delete(who)
  }
}

function ofAttacker(attacker: string | undefined): string {
  return attacker === undefined ? '' : `?attacker=${encodeURIComponent(attacker)}`
}

async function refusalOf(response: Response): Promise<LabRefusal> {
  const fallback: LabRefusal = { code: String(response.status), message: `${response.status} ${response.statusText}` }
  try {
    const body = (await response.json()) as Partial<LabRefusal>
    return typeof body.message === 'string' ? { ...fallback, ...body } : fallback
  } catch {
    return fallback
  }
}
