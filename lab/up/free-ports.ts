/**
 * Finds out before anything is started whether the lab's ports can be had, so that the message names the flag to change.
 */
import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { createServer } from 'node:net'
import { UsageError } from '../usage-error.ts'

/** All of the lab's sockets are bound here. */
export const HOST = '127.0.0.1'

export interface WantedPort {
  readonly port: number
  readonly protocol: 'tcp' | 'udp'
  /** The flag that chooses it. */
  readonly flag: string
}

/** Throws UsageError for the first port that cannot be bound. Port 0, "any free one", always can. */
export async function checkPorts(wanted: readonly WantedPort[]): Promise<void> {
  for (const { port, protocol, flag } of wanted) {
    if (port === 0) continue
    const same = wanted.find((other) => other.flag !== flag && other.port === port && other.protocol === protocol)
    if (same !== undefined) throw new UsageError(`${flag} ${port}: is the same as ${same.flag}`)
    const code = protocol === 'tcp' ? await tryTcp(port) : await tryUdp(port)
    if (code === undefined) continue
    const reason = code === 'EADDRINUSE' ? 'is in use' : `cannot be bound (${code})`
    throw new UsageError(`${protocol} port ${port} of ${HOST} ${reason}: choose another with ${flag}`)
  }
}

async function tryTcp(port: number): Promise<string | undefined> {
  const server = createServer()
  server.listen(port, HOST)
  const code = await once(server, 'listening').then(() => undefined, errorCode)
  if (code === undefined) await new Promise((resolve) => server.close(resolve))
  return code
}

async function tryUdp(port: number): Promise<string | undefined> {
  const socket = createSocket('udp4')
  socket.bind(port, HOST)
  const code = await once(socket, 'listening').then(() => undefined, errorCode)
  await new Promise<void>((resolve) => socket.close(() => resolve()))
  return code
}

function errorCode(error: NodeJS.ErrnoException): string {
  return error.code ?? error.message
}
