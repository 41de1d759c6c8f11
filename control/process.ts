/**
 * The life of a process of the lab: it starts or says in one line why not, tells the process that started it that it is
 * up, and ends cleanly: on a signal, when its parent goes away, when its engine fails.
 */
import type { AddressInfo, Server } from 'node:net'
import closeWithGrace from 'close-with-grace'

/** Exit status of a process that was given something wrong: an option, a port that is taken. */
export const EXIT_USAGE = 2
const EXIT_FAILURE = 1

/** Milliseconds that closing may take. */
const CLOSE_TIMEOUT_MS = 5_000

/** The process cannot start, and it is the caller who can change that. `message` is one line: what, where, what is allowed. */
export class StartError extends Error {
  constructor(message: string) {
    super(message)
    this.name = 'StartError'
  }
}

/** A process that is up. */
export interface Service {
  /** What the parent is told: real ports, for example. */
  readonly ready: Readonly<Record<string, unknown>>
  /** Resolves with the reason when the service can no longer work. */
  readonly failed: Promise<Error>
  close(): Promise<void>
}

/**
 * Runs a service until it is asked to end. With an IPC channel (child_process.fork), the parent receives
 * `{type: 'ready', ...}` once it is up, and the end of the channel is the end of the service; an interrupt from the
 * terminal, which reaches parent and children alike, is then left to the parent.
 */
export async function runService(name: string, start: () => Promise<Service>): Promise<void> {
  const hasParent = process.send !== undefined
  const service = await startOrExit(name, start)
  let isClosing = false
  const grace = closeWithGrace(
    { delay: CLOSE_TIMEOUT_MS, logger: { error: (what) => complain(name, what) }, skip: hasParent ? ['SIGINT'] : [] },
    async ({ err }) => {
      isClosing = true
      if (err !== undefined) complain(name, err)
      await service.close()
    },
  )
  const end = (): void => {
    if (!isClosing) grace.close()
  }
  if (hasParent) {
    process.on('SIGINT', () => {})
    process.on('disconnect', end)
    if (!process.connected) {
      end()
      return
    }
    // A parent that goes away right now is noticed by its disconnect.
    process.send?.({ type: 'ready', ...service.ready }, undefined, undefined, () => {})
  }
  const reason = await service.failed
  if (isClosing) return
  complain(name, reason)
  process.exit(EXIT_FAILURE)
}

async function startOrExit(name: string, start: () => Promise<Service>): Promise<Service> {
  try {
    return await start()
  } catch (error) {
    complain(name, error)
    process.exit(error instanceof StartError ? EXIT_USAGE : EXIT_FAILURE)
  }
}

/** An address to bind, and what to say to somebody who has to choose another. */
export interface BindTarget {
  readonly host: string
  readonly port: number
  /** Flag and variable of each. */
  readonly hostOption: string
  readonly portOption: string
}

/** Runs something that binds an address. One that is taken, or cannot be had, becomes a StartError. */
export async function bindOrExplain<T>(target: BindTarget, bind: () => Promise<T>): Promise<T> {
  try {
    return await bind()
  } catch (error) {
    throw explainBindError(target, codeOf(error)) ?? error
  }
}

/** Lets an API listen. When it cannot, the engine behind it ends, too, and the error is a StartError that says why. */
export async function listenOrEnd(
  api: { listen(at: { host: string; port: number }): Promise<unknown>; readonly server: Server },
  target: BindTarget,
  engine: { close(): Promise<void> },
): Promise<AddressInfo> {
  const { host, port } = target
  try {
    await bindOrExplain(target, () => api.listen({ host, port }))
  } catch (error) {
    await engine.close()
    throw error
  }
  return api.server.address() as AddressInfo
}

function explainBindError({ host, port, hostOption, portOption }: BindTarget, code: string): StartError | undefined {
  switch (code) {
    case 'EADDRINUSE':
      return new StartError(`${host}:${port} is in use (set ${portOption})`)
    case 'EACCES':
      return new StartError(`${host}:${port} needs a privilege that this user does not have (set ${portOption})`)
    case 'EADDRNOTAVAIL':
      return new StartError(`${host} is not an address of this machine (set ${hostOption})`)
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return new StartError(`${host} is not a name that can be resolved (set ${hostOption})`)
    default:
      return undefined
  }
}

function codeOf(error: unknown): string {
  const { code, cause } = error as { code?: string; cause?: { code?: string } }
  return code ?? cause?.code ?? ''
}

function complain(name: string, what: unknown): void {
  const isExpected = what instanceof StartError || typeof what === 'string'
  const text = what instanceof Error ? (isExpected ? what.message : (what.stack ?? what.message)) : String(what)
  process.stderr.write(`${name}: ${text}\n`)
}
