/**
 * A stranger at the UDP link, as a process of its own: sends hellos that are sealed with no key to a port of loopback, as
 * fast as it can but not for ever. Started with `fork`, port and number of sockets; tells how many it has sent when it is
 * told to stop, and ends.
 */
import { createSocket } from 'node:dgram'
import { once } from 'node:events'

/** Most datagrams a second, and in all. */
const RATE_MAX = 200_000
const DATAGRAMS_MAX = 4_000_000
/** Datagrams between two looks at the event loop. */
const BURST = 256

/** A hello of the right length. */
function forgedHello(): Uint8Array {
  const bytes = new Uint8Array(64).fill(9)
  bytes.set([0x53, 0x4c, 1, 1, 0, 0, 0, 0])
  return bytes
}

async function flood(port: number, places: number): Promise<void> {
  const sockets = Array.from({ length: places }, () => createSocket('udp4'))
  for (const socket of sockets) {
    socket.on('error', () => {})
    socket.connect(port, '127.0.0.1')
    await once(socket, 'connect')
  }
  const hello = forgedHello()
  const start = performance.now()
  let sent = 0
  let isOver = false
  const end = (): void => {
    isOver = true
  }
  process.once('message', end)
  process.once('disconnect', end)
  process.send?.('floods')
  while (!isOver && sent < DATAGRAMS_MAX) {
    const due = Math.min(sent + BURST, ((performance.now() - start) * RATE_MAX) / 1000)
    for (; sent < due; sent++) sockets[sent % places].send(hello)
    await new Promise((resolve) => setImmediate(resolve))
  }
  for (const socket of sockets) socket.close()
  process.send?.(sent, undefined, undefined, () => process.disconnect())
}

await flood(Number(process.argv[2]), Number(process.argv[3]))
