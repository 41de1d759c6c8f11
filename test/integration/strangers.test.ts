/**
 * Strangers at the ports of a process: who connects and says nothing, says half of something, or does not read, keeps no
 * process from ending in order, and no attack alive. Needs the compiled program (`npm test` compiles first).
 */
import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import { LabProcess } from '../support/processes/lab-process.ts'
import { LiveLab } from '../support/processes/live-lab.ts'

const HOST = 'Host: 127.0.0.1\r\n'

/** What each says before it falls silent. */
const STRANGERS = [
  '',
  `GET /healthz HTTP/1.1\r\n${HOST}`,
  `POST /api/reset HTTP/1.1\r\n${HOST}Content-Type: application/json\r\nContent-Length: 9\r\n\r\n{`,
  `GET /api/events HTTP/1.1\r\n${HOST}\r\n`,
  `GET /healthz HTTP/1.1\r\n${HOST}\r\n`,
]

const lab = new LiveLab()
const sockets: Socket[] = []

afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.destroy()
  await lab.stop()
})

/** One connection of each kind to `port`, none of which reads. */
async function visit(port: unknown): Promise<void> {
  for (const beginning of STRANGERS) {
    const socket = connect({ port: Number(port), host: '127.0.0.1', noDelay: true })
    sockets.push(socket)
    socket.on('error', () => {})
    await once(socket, 'connect')
    socket.write(beginning)
  }
}

async function endsInOrder(process: LabProcess): Promise<void> {
  // Its connections were accepted before this one.
  await process.request('GET', '/healthz')
  process.child.kill('SIGTERM')
  expect(await process.exit).toEqual({ code: 0, signal: null })
  expect(process.stderr).toBe('')
}

describe('with strangers at its ports', () => {
  it('an attacker with a gateway ends in order, and its attacks before it', async () => {
    const server = await lab.server()
    const attacker = await lab.attacker(server, '--gateway-port=0')
    const events = await fetch(`http://127.0.0.1:${attacker.ready.apiPort}/api/events`)
    await attacker.request('POST', '/api/attacks', { kind: 'syn-flood', rate: 1000, duration: 600 })
    await visit(attacker.ready.apiPort)
    await visit((attacker.ready.gateway as { port: number }).port)
    await endsInOrder(attacker)
    expect(await events.text()).toMatch(/event: attack\ndata: .*"state":"stopped"/)
  })

  it('a server ends in order', async () => {
    const server = await lab.server()
    await visit(server.ready.apiPort)
    await endsInOrder(server)
  })

  it('a page server ends in order, also when nothing that it listens to says a word', async () => {
    const silent = createServer((socket) => sockets.push(socket))
    silent.listen(0, '127.0.0.1')
    await once(silent, 'listening')
    const url = `http://127.0.0.1:${(silent.address() as AddressInfo).port}`
    const page = new LabProcess('dashboard/server/main.js', [
      '--port=0',
      `--server-url=${url}`,
      `--attacker-urls=${url}`,
    ])
    try {
      await page.waitUntilReady()
      await visit(page.ready.apiPort)
      // One that listens, so that the page server asks; and a call that waits for an answer.
      void fetch(`http://127.0.0.1:${page.ready.apiPort}/api/stream`).catch(() => {})
      void fetch(`http://127.0.0.1:${page.ready.apiPort}/api/knobs`).catch(() => {})
      while (sockets.length < STRANGERS.length + 2) await once(silent, 'connection')
      await endsInOrder(page)
    } finally {
      await page.kill()
      silent.close()
    }
  })
})
