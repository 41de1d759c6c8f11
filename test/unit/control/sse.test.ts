import { once } from 'node:events'
import { get, type IncomingMessage } from 'node:http'
import { type AddressInfo, connect, type Socket } from 'node:net'
import { promisify } from 'node:util'
import { Registry } from 'prom-client'
import { afterEach, describe, expect, it } from 'vitest'
import { buildControlApp, type ControlApp } from '../../../control/app.ts'
import { ApiError } from '../../../control/errors.ts'
import { EventStream, type EventStreamOptions, type Greeting } from '../../../control/sse.ts'

let app: ControlApp
let stream: EventStream

const HELLO: Greeting = { event: 'hello', data: { first: true } }

async function serve(
  options: EventStreamOptions = {},
  greet = async (): Promise<Greeting> => HELLO,
  wanted?: ReadonlySet<string>,
): Promise<void> {
  stream = new EventStream(options)
  app = buildControlApp({ name: 'synlab-test', about: 'A test.', logLevel: 'silent', metrics: new Registry() })
  app.get('/events', (_request, reply) => stream.subscribe(reply, greet, wanted))
  app.addHook('preClose', async () => stream.close())
  await app.listen({ host: '127.0.0.1', port: 0 })
}

/** A listener that collects what it hears. */
async function listen(): Promise<{
  response: IncomingMessage
  heard: () => string
  until: (text: string) => Promise<void>
}> {
  const { port } = app.server.address() as AddressInfo
  const [response] = (await once(get({ host: '127.0.0.1', port, path: '/events' }), 'response')) as [IncomingMessage]
  response.setEncoding('utf8')
  let heard = ''
  response.on('data', (chunk: string) => {
    heard += chunk
  })
  response.on('error', () => {})
  const until = async (text: string): Promise<void> => {
    while (!heard.includes(text)) await once(response, 'data')
  }
  return { response, heard: () => heard, until }
}

afterEach(async () => {
  await app.close()
})

describe('an event stream', () => {
  it('greets each listener, then tells all of them the same, with ids that go up', async () => {
    await serve()
    const [one, two] = [await listen(), await listen()]
    expect(one.response.headers['content-type']).toMatch(/^text\/event-stream/)
    stream.publish('note', { text: 'line one\nline two' })
    stream.publish('note', 2)
    for (const listener of [one, two]) {
      await listener.until('data: 2\n\n')
      expect(listener.heard()).toBe(
        'id: 0\nevent: hello\ndata: {"first":true}\n\n' +
          'id: 1\nevent: note\ndata: {"text":"line one\\nline two"}\n\n' +
          'id: 2\nevent: note\ndata: 2\n\n',
      )
    }
  })

  it('tells a listener what it wants to hear, and knows what nobody does', async () => {
    await serve({}, undefined, new Set(['note']))
    expect(stream.isWanted('note')).toBe(false)
    const listener = await listen()
    await listener.until('hello')
    expect([stream.isWanted('note'), stream.isWanted('other')]).toEqual([true, false])
    stream.publish('other', 1)
    stream.publish('note', 2)
    await listener.until('data: 2\n\n')
    expect(listener.heard()).toBe('id: 0\nevent: hello\ndata: {"first":true}\n\nid: 2\nevent: note\ndata: 2\n\n')
  })

  it('forgets a listener that goes away', async () => {
    await serve()
    const { response } = await listen()
    expect(stream.size).toBe(1)
    response.destroy()
    while (stream.size > 0) await new Promise((resolve) => setImmediate(resolve))
    stream.publish('note', 1)
  })

  it('sends comments while it is quiet', async () => {
    await serve({ heartbeat: 5 })
    const listener = await listen()
    await listener.until(':')
    await listener.until('\n: still here\n\n')
  })

  it('drops a listener that does not read, and keeps one that does', async () => {
    await serve({ maxBuffered: 64 * 1024 })
    const slow = await listen()
    const quick = await listen()
    slow.response.pause()
    const bulk = 'x'.repeat(1024 * 1024)
    // The kernel's socket buffers take a few megabytes before anything waits here.
    for (let i = 0; i < 64 && stream.size === 2; i++) {
      stream.publish('bulk', bulk)
      await quick.until(`id: ${i + 1}\nevent: bulk\ndata: "${bulk}"\n\n`)
    }
    expect(stream.size).toBe(1)
    stream.publish('note', 'you')
    await quick.until('data: "you"')
  })

  it('refuses more listeners than allowed', async () => {
    await serve({ maxListeners: 1 })
    await listen()
    const reply = await app.inject('/events')
    expect(reply.statusCode).toBe(429)
    expect(reply.json()).toMatchObject({ code: 'TOO_MANY' })
  })

  it('keeps no place for one that leaves before it is greeted', async () => {
    // A greeting that takes as long as the test wants.
    let isAsked: () => void = () => {}
    let answer: (greeting: Greeting) => void = () => {}
    await serve({ maxListeners: 1 }, () => {
      isAsked()
      return new Promise((resolve) => {
        answer = resolve
      })
    })
    const { port } = app.server.address() as AddressInfo
    for (let visit = 0; visit < 3; visit++) {
      const asked = new Promise<void>((resolve) => {
        isAsked = resolve
      })
      const request = get({ host: '127.0.0.1', port, path: '/events' }).on('error', () => {})
      await asked
      expect(stream.size).toBe(1)
      request.destroy()
      while (stream.size > 0) await new Promise((resolve) => setImmediate(resolve))
      answer(HELLO)
    }
    const greeted = listen()
    while (stream.size === 0) await new Promise((resolve) => setImmediate(resolve))
    stream.publish('note', 'before the greeting, which tells what it has changed')
    answer(HELLO)
    const listener = await greeted
    await listener.until('\n\n')
    expect(listener.heard()).toBe('id: 1\nevent: hello\ndata: {"first":true}\n\n')
  })

  it('has all its places after more short visits than there are places', async () => {
    let visitor: Socket | undefined
    await serve({}, async () => {
      // The visitor leaves while its greeting is under way, and the server has seen it leave.
      visitor?.destroy()
      while (visitor !== undefined && (await connections()) > 0) await new Promise((resolve) => setImmediate(resolve))
      return HELLO
    })
    const { port } = app.server.address() as AddressInfo
    const connections = promisify(app.server.getConnections.bind(app.server))
    for (let visit = 0; visit < 150; visit++) {
      visitor = connect({ port, host: '127.0.0.1' })
      visitor.write('GET /events HTTP/1.1\r\nHost: localhost\r\n\r\n')
      await once(visitor, 'close')
    }
    visitor = undefined
    const listener = await listen()
    expect(listener.response.statusCode).toBe(200)
    await listener.until('hello')
  })

  it('gives the place back when there is nothing to greet with, and says why', async () => {
    await serve({ maxListeners: 1 }, () => Promise.reject(new ApiError('UNAVAILABLE', 'no engine')))
    for (let visit = 0; visit < 2; visit++) {
      const reply = await app.inject('/events')
      expect([reply.statusCode, reply.json().message]).toEqual([503, 'no engine'])
    }
    expect(stream.size).toBe(0)
  })

  it('ends with the server, which need not wait for it', async () => {
    await serve()
    const { response } = await listen()
    const ended = once(response, 'end')
    await app.close()
    await ended
  })
})
