/**
 * Typed commands and events between the main thread and an engine in a worker thread. Commands are answered in the order
 * in which the engine takes them, one at a time between its turns; errors come back with their code.
 */
import type { MessagePort, Worker } from 'node:worker_threads'

/** Commands by name: what goes in, what comes back. */
export type Commands = Record<string, { request: unknown; reply: unknown }>
/** Events by name: what they carry. */
export type Events = Record<string, unknown>

type Request<C extends Commands, K extends keyof C> = C[K]['request']
type Reply<C extends Commands, K extends keyof C> = C[K]['reply']

interface PlainError {
  readonly message: string
  readonly code: string | undefined
}

type ToEngine = { readonly id: number; readonly command: string; readonly request: unknown }
type FromEngine =
  | { readonly kind: 'ready'; readonly value: unknown }
  | { readonly kind: 'unable'; readonly error: PlainError }
  | { readonly kind: 'reply'; readonly id: number; readonly value: unknown }
  | { readonly kind: 'failure'; readonly id: number; readonly error: PlainError }
  | { readonly kind: 'event'; readonly event: string; readonly data: unknown }

/** An error of the other thread, or about it. `code` is the original's, THREAD_CLOSED when the thread is gone. */
export class ThreadError extends Error {
  readonly code: string | undefined

  constructor(message: string, code: string | undefined) {
    super(message)
    this.name = 'ThreadError'
    this.code = code
  }
}

interface Pending {
  readonly resolve: (value: unknown) => void
  readonly reject: (error: ThreadError) => void
}

type Listener = (data: never) => void

/** The main thread's end. `R` is what the engine says when it is ready. */
export class ThreadClient<C extends Commands, E extends Events, R> {
  /** Resolves when the engine is ready; rejects when it could not start. */
  readonly ready: Promise<R>
  /** Resolves with the reason when the thread has ended although `close` had not asked for it. */
  readonly failed: Promise<ThreadError>
  private readonly worker: Worker
  private readonly pending = new Map<number, Pending>()
  private readonly listeners = new Map<keyof E, Listener[]>()
  private nextId = 1
  /** No more calls: closing, or the thread has ended. */
  private isOver = false
  private failure: ThreadError | undefined

  constructor(worker: Worker) {
    this.worker = worker
    const ready = withResolvers<R>()
    this.ready = ready.promise
    worker.on('message', (message: FromEngine) => {
      if (message.kind === 'ready') ready.resolve(message.value as R)
      else if (message.kind === 'unable') ready.reject(toThreadError(message.error))
      else this.onMessage(message)
    })
    worker.on('error', (error) => {
      this.failure = toThreadError(toPlainError(error))
      ready.reject(this.failure)
    })
    this.failed = new Promise((resolve) => {
      worker.on('exit', (exitCode) => {
        const gone = new ThreadError(`the engine ended with status ${exitCode}`, 'THREAD_CLOSED')
        ready.reject(gone)
        this.rejectPending(gone)
        if (!this.isOver) resolve(this.failure ?? gone)
        this.isOver = true
      })
    })
    // Whoever waits for `ready` hears of it; an engine that fails later rejects nothing that is not awaited.
    this.ready.catch(() => {})
  }

  /** Sends a command. Rejects with a ThreadError: the engine's own, or THREAD_CLOSED when it is gone. */
  call<K extends keyof C & string>(command: K, request: Request<C, K>): Promise<Reply<C, K>> {
    if (this.isOver) return Promise.reject(new ThreadError('the engine is closed', 'THREAD_CLOSED'))
    const id = this.nextId++
    return new Promise((resolve, reject) => {
      this.pending.set(id, { resolve: resolve as (value: unknown) => void, reject })
      this.worker.postMessage({ id, command, request } satisfies ToEngine)
    })
  }

  on<K extends keyof E>(event: K, listener: (data: E[K]) => void): void {
    const listeners = this.listeners.get(event) ?? []
    listeners.push(listener as Listener)
    this.listeners.set(event, listeners)
  }

  /** Asks the engine to close by its `close` command, then ends the thread. Pending calls are rejected. */
  async close(): Promise<void> {
    if (this.isOver) return
    const closed = this.call('close', undefined)
    this.isOver = true
    await closed.catch(() => {})
    await this.worker.terminate()
  }

  private onMessage(message: Exclude<FromEngine, { kind: 'ready' | 'unable' }>): void {
    if (message.kind === 'event') {
      for (const listener of this.listeners.get(message.event) ?? []) listener(message.data as never)
      return
    }
    const pending = this.pending.get(message.id)
    this.pending.delete(message.id)
    if (message.kind === 'reply') pending?.resolve(message.value)
    else pending?.reject(toThreadError(message.error))
  }

  private rejectPending(error: ThreadError): void {
    for (const { reject } of this.pending.values()) reject(error)
    this.pending.clear()
  }
}

/** What an engine does on each command; `close` is among them. */
export type Handlers<C extends Commands> = {
  readonly [K in keyof C]: (request: Request<C, K>) => Reply<C, K> | Promise<Reply<C, K>>
}

/** How an engine speaks to the main thread before and while it serves. */
export interface EnginePort<E extends Events> {
  emit<K extends keyof E & string>(event: K, data: E[K]): void
}

/**
 * The engine's end: `start` brings the engine up, with a port for events, and returns what it answers to commands and
 * what it says when ready. If it fails, the main thread hears why and the thread ends.
 */
export async function serveThread<C extends Commands, E extends Events, R>(
  port: MessagePort,
  start: (port: EnginePort<E>) => Promise<{ readonly ready: R; readonly handlers: Handlers<C> }>,
): Promise<void> {
  const post = (message: FromEngine): void => port.postMessage(message)
  try {
    const { ready, handlers } = await start({ emit: (event, data) => post({ kind: 'event', event, data }) })
    port.on('message', ({ id, command, request }: ToEngine) => {
      answer(handlers[command] as (request: unknown) => unknown, request).then(
        (value) => post({ kind: 'reply', id, value }),
        (error) => post({ kind: 'failure', id, error: toPlainError(error) }),
      )
    })
    post({ kind: 'ready', value: ready })
  } catch (error) {
    post({ kind: 'unable', error: toPlainError(error) })
    port.close()
  }
}

async function answer(handler: (request: unknown) => unknown, request: unknown): Promise<unknown> {
  return handler(request)
}

/** An Error does not keep its own properties on its way through a port; the code of its cause counts as its own. */
function toPlainError(error: unknown): PlainError {
  const { message, code, cause } = error as { message?: string; code?: string; cause?: { code?: string } }
  return { message: message ?? String(error), code: code ?? cause?.code }
}

function toThreadError({ message, code }: PlainError): ThreadError {
  return new ThreadError(message, code)
}

function withResolvers<T>(): { promise: Promise<T>; resolve: (value: T) => void; reject: (error: unknown) => void } {
  let resolve: (value: T) => void = () => {}
  let reject: (error: unknown) => void = () => {}
  const promise = new Promise<T>((onResolve, onReject) => {
    resolve = onResolve
    reject = onReject
  })
  return { promise, resolve, reject }
}
