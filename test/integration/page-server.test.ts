/**
 * The page server over real processes: what it tells is what they say, and any of them may die and come back.
 */
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type Session, TOKEN_HEADER } from '../../dashboard/contract/http.ts'
import type { GapMessage, StreamMessage } from '../../dashboard/contract/stream.ts'
import { EventReader, type StreamEvent } from '../../lab/client/event-reader.ts'
import { decodePlace, HONEST, HOSTILE } from '../../server/app/slot-frame.ts'
import type { SocketList } from '../../server/contract.ts'
import { LabProcess, until } from '../support/processes/lab-process.ts'
import { type PageEvents, untilTold } from '../support/worlds/page-lab.ts'

const FLOOD = { kind: 'syn-flood', rate: 500, duration: 600 }

let processes: LabProcess[] = []
let readers: EventReader<PageEvents>[] = []
let server: LabProcess
let attacker: LabProcess
let page: LabProcess

async function start(script: string, ...args: string[]): Promise<LabProcess> {
  const process = new LabProcess(script, args)
  processes.push(process)
  await process.waitUntilReady()
  return process
}

const startServer = (apiPort: unknown = 0, linkPort: unknown = 0) =>
  start('server/main.js', `--api-port=${apiPort}`, `--link-port=${linkPort}`, '--syn-cookies=0', '--backlog=64')

const startAttacker = (apiPort: unknown = 0) =>
  start('attacker/main.js', `--api-port=${apiPort}`, `--hub=127.0.0.1:${server.ready.linkPort}`, '--clients-rate=20')

const startPage = (port: unknown = 0) =>
  start(
    'dashboard/server/main.js',
    `--port=${port}`,
    `--server-url=http://127.0.0.1:${server.ready.apiPort}`,
    `--attacker-urls=http://127.0.0.1:${attacker.ready.apiPort}`,
  )

async function listen(): Promise<EventReader<PageEvents>> {
  const reader = await EventReader.open<PageEvents>(`http://127.0.0.1:${page.ready.apiPort}/api/stream`)
  readers.push(reader)
  return reader
}

beforeEach(async () => {
  server = await startServer()
  attacker = await startAttacker()
  page = await startPage()
})

afterEach(async () => {
  for (const reader of readers) reader.close()
  await Promise.all(processes.map((process) => process.kill()))
  processes = []
  readers = []
})

describe('the page server', () => {
  it('tells every honest connection, with ids one after the other', async () => {
    const reader = await listen()
    const events: StreamEvent<PageEvents>[] = []
    let told = 0
    while (told < 20) {
      const event = await reader.next()
      if (event === undefined) throw new Error('the stream ended')
      events.push(event)
      if (event.data.type !== 'connections') continue
      told += event.data.connections.length
      expect(event.data.ended).toBe(event.data.connections.length)
      for (const { startedAt, connectMs, totalMs } of event.data.connections) {
        expect(totalMs).toBeGreaterThanOrEqual(connectMs ?? 0)
        // The client's clock and the page server's are one.
        expect(startedAt + totalMs).toBeLessThanOrEqual(event.data.at)
      }
    }
    const [first] = events
    expect(events.map(({ id }) => id)).toEqual(events.map((_, index) => (first?.id ?? 0) + index))
  })

  it('tells of the places of the SYN queue what the server’s own table says', async () => {
    await attacker.request('POST', '/api/attacks', FLOOD)
    const reader = await listen()
    await untilTold(reader, 'slots', ({ syn }) => syn.length > syn.limit)
    await attacker.request('DELETE', '/api/attacks')
    // A full queue that nobody disturbs changes once a second at most: both are looked at until they are of one moment.
    await attacker.request('PUT', '/api/clients', { rate: 0 })
    await until('places and table agree', async () => {
      const { syn } = await untilTold(reader, 'slots')
      const { body } = await server.request<SocketList>('GET', '/api/sockets?state=syn_recv&limit=1000')
      if (syn.kind !== 'places') throw new Error('64 places are told one by one')
      const places = [...Buffer.from(syn.places, 'base64')].map(decodePlace)
      const hostile = places.filter((place) => place?.holder === HOSTILE)
      const honest = places.filter((place) => place?.holder === HONEST)
      const rows = body.sockets.map(({ peer, timer }) => ({
        isHonest: peer.startsWith('10.9.16.'),
        repeats: timer?.retries ?? 0,
      }))
      const repeats = (of: readonly { readonly repeats: number }[]): number =>
        of.reduce((sum, one) => sum + one.repeats, 0)
      return (
        syn.length === body.total &&
        hostile.length === rows.filter(({ isHonest }) => !isHonest).length &&
        honest.length === rows.filter(({ isHonest }) => isHonest).length &&
        repeats(rows) === [...hostile, ...honest].reduce((sum, place) => sum + (place?.repeats ?? 0), 0)
      )
    })
  })

  it('tells both ends of the connection that is followed', async () => {
    await attacker.request('POST', '/api/attacks', FLOOD)
    const reader = await listen()
    await untilTold(reader, 'slots', ({ syn }) => syn.length > syn.limit)
    const base = `http://127.0.0.1:${page.ready.apiPort}`
    const { token } = (await (await fetch(`${base}/api/session`)).json()) as Session
    const headers = { [TOKEN_HEADER]: token, 'content-type': 'application/json' }
    await fetch(`${base}/api/tap`, { method: 'POST', headers, body: JSON.stringify({ follow: 'honest' }) })
    // Its SYN finds no room, and it waits to send it again; the server knows nothing of it.
    const { event } = await untilTold(
      reader,
      'tap',
      (told) => told.event.kind === 'segment' && told.event.segment.isRepeat === true,
    )
    expect(event).toMatchObject({
      segment: { flags: ['SYN'], dropped: 'syn_queue_full' },
      ends: { client: { state: 'SYN-SENT', timer: { kind: 'on' } }, server: { state: 'LISTEN' } },
    })
  })

  it('says when the server dies, and recovers by itself when it is back', async () => {
    const reader = await listen()
    await untilTold(reader, 'server')
    const { apiPort, linkPort } = server.ready
    await server.kill()
    const gone = await untilTold(reader, 'presence', ({ who }) => who === 'server')
    expect(gone).toMatchObject({ isThere: false, detail: expect.stringContaining(`127.0.0.1:${apiPort}`) })
    server = await startServer(apiPort, linkPort)
    // In which order these come depends on which of two connections is up first.
    let isBack = false
    let gap: GapMessage | undefined
    let pid: number | undefined
    while (!isBack || gap === undefined || pid === undefined) {
      const message = (await reader.next())?.data
      if (message === undefined) throw new Error('the stream ended')
      if (message.type === 'presence' && message.who === 'server') isBack = message.isThere
      if (message.type === 'gap' && message.who === 'server') gap = message
      if (message.type === 'server') pid = message.state.pid
    }
    expect(gap.from).toBeLessThan(gone.at)
    expect(gap.to).toBeGreaterThan(gone.at)
    expect(pid).toBe(server.child.pid)
  })

  it('notices a process that is stopped and no longer says anything, and that it goes on', async () => {
    const reader = await listen()
    const { attacker: id } = await untilTold(reader, 'attacker')
    attacker.child.kill('SIGSTOP')
    const gone = await untilTold(reader, 'presence', ({ who }) => who === id)
    expect(gone).toMatchObject({ isThere: false, detail: expect.stringContaining('nothing heard') })
    attacker.child.kill('SIGCONT')
    expect(await untilTold(reader, 'presence', ({ who }) => who === id)).toMatchObject({ isThere: true })
  })

  it('may die itself: the next one is another session, and is told what goes on', async () => {
    const first = await untilTold(await listen(), 'hello')
    const { apiPort } = page.ready
    await page.kill()
    page = await startPage(apiPort)
    const reader = await listen()
    const second = await untilTold(reader, 'hello')
    expect(second.session).not.toBe(first.session)
    const seen = new Set<StreamMessage['type']>()
    while (!(seen.has('server') && seen.has('attacker') && seen.has('slots'))) {
      const event = await reader.next()
      if (event !== undefined) seen.add(event.data.type)
    }
  })

  it('tells a page that comes late what was switched', async () => {
    await untilTold(await listen(), 'server')
    await server.request('PATCH', '/api/config', { synCookies: 1 })
    await until('the mark is kept', async () => {
      const { marks } = await untilTold(await listen(), 'hello')
      return marks.some((mark) => mark.kind === 'config' && mark.changes.synCookies?.[1] === 1)
    })
  })
})
