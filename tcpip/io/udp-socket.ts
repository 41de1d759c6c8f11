/**
 * The few things that hub and spoke ask of node:dgram: a socket that never waits for a resolver, large buffers, an orderly
 * close, and errors in plain words.
 */
import { createSocket, type Socket } from 'node:dgram'
import { once } from 'node:events'

/** Socket buffer asked for, bytes: at 1 M packets/s of 42 bytes it bridges a pause of about 100 ms. The kernel may give less. */
const SOCKET_BUFFER_BYTES = 4 * 1024 * 1024

/** A UDP socket for IPv4 that takes addresses only, never names, and so never waits for a resolver. */
export function makeSocket(): Socket {
  return createSocket({ type: 'udp4', lookup: (address, _options, done) => done(null, address, 4) })
}

/** Asks for large socket buffers; a system that refuses leaves the socket as it was. */
export function growSocketBuffers(socket: Socket): void {
  try {
    socket.setRecvBufferSize(SOCKET_BUFFER_BYTES)
    socket.setSendBufferSize(SOCKET_BUFFER_BYTES)
  } catch {
    // Smaller buffers lose packets earlier, and lost packets are counted.
  }
}

/** Closes a socket and waits until it is. */
export async function closeSocket(socket: Socket): Promise<void> {
  const closed = once(socket, 'close')
  socket.close()
  await closed
}

const ERROR_TEXTS: Readonly<Record<string, string>> = {
  EADDRINUSE: 'the port is in use',
  EADDRNOTAVAIL: 'this machine has no such address',
  EACCES: 'not permitted',
  EINVAL: 'not an IPv4 address',
  ECONNREFUSED: 'nothing listens on that port',
  ENETUNREACH: 'no route to that network',
  EHOSTUNREACH: 'no route to that host',
  ENOTFOUND: 'no such name',
  EAI_AGAIN: 'the name cannot be resolved now',
}

/** An error of the operating system in plain words, with its code. */
export function describeError(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException
  const text = code === undefined ? undefined : ERROR_TEXTS[code]
  return text === undefined ? message : `${text} (${code})`
}
