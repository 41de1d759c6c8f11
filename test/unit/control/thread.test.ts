import { EventEmitter } from 'node:events'
import { MessageChannel, type MessagePort, type Worker } from 'node:worker_threads'
import { describe, expect, it } from 'vitest'
import { serveThread, ThreadClient } from '../../../control/thread.ts'

type TestCommands = {
  add: { request: { a: number; b: number }; reply: number }
  fail: { request: undefined; reply: null }
  hang: { request: undefined; reply: null }
  close: { request: undefined; reply: null }
}
type TestEvents = { note: string }

/** A worker without a thread: its port, and the end when the test says so. */
class FakeWorker extends EventEmitter {
  readonly enginePort: MessagePort
  private readonly port: MessagePort
  private isOver = false

  constructor() {
    super()
    const { port1, port2 } = new MessageChannel()
    this.port = port1
    this.enginePort = port2
    port1.on('message', (message) => this.emit('message', message))
    // A thread that has nothing left to wait for ends.
    port1.on('close', () => this.exit(0))
  }

  postMessage(message: unknown): void {
    this.port.postMessage(message)
  }

  async terminate(): Promise<number> {
    this.exit(1)
    return 1
  }

  exit(status: number): void {
    this.port.close()
    if (!this.isOver) this.emit('exit', status)
    this.isOver = true
  }
}

function connect() {
  const worker = new FakeWorker()
  const client = new ThreadClient<TestCommands, TestEvents, { port: number }>(worker as unknown as Worker)
  return { worker, client }
}

async function start() {
  const { worker, client } = connect()
  const engine = { emit: (_note: string): void => {}, isClosed: false }
  await serveThread<TestCommands, TestEvents, { port: number }>(worker.enginePort, async ({ emit }) => {
    engine.emit = (note) => emit('note', note)
    return {
      ready: { port: 7 },
      handlers: {
        add: ({ a, b }) => a + b,
        fail: () => {
          throw Object.assign(new Error('no memory'), { code: 'ENOMEM' })
        },
        hang: () => new Promise<never>(() => {}),
        close: () => {
          engine.isClosed = true
          return null
        },
      },
    }
  })
  return { worker, client, engine }
}

describe('a thread client', () => {
  it('is ready with what the engine says', async () => {
    const { client } = await start()
    expect(await client.ready).toEqual({ port: 7 })
    await client.close()
  })

  it('gets each reply to its own call', async () => {
    const { client } = await start()
    const sums = [1, 2, 3].map((n) => client.call('add', { a: n, b: 10 }))
    expect(await Promise.all(sums)).toEqual([11, 12, 13])
    await client.close()
  })

  it('gets errors with message and code, and goes on', async () => {
    const { client } = await start()
    await expect(client.call('fail', undefined)).rejects.toMatchObject({ message: 'no memory', code: 'ENOMEM' })
    expect(await client.call('add', { a: 1, b: 1 })).toBe(2)
    await client.close()
  })

  it('hears events in order, before the reply to a later call', async () => {
    const { client, engine } = await start()
    const heard: string[] = []
    client.on('note', (note) => heard.push(note))
    engine.emit('one')
    engine.emit('two')
    await client.call('add', { a: 0, b: 0 })
    expect(heard).toEqual(['one', 'two'])
    await client.close()
  })

  it('is told why the engine could not start, with the code of the cause', async () => {
    const { worker, client } = connect()
    await serveThread<TestCommands, TestEvents, { port: number }>(worker.enginePort, async () => {
      throw new Error('cannot bind', { cause: Object.assign(new Error(), { code: 'EADDRINUSE' }) })
    })
    await expect(client.ready).rejects.toMatchObject({ message: 'cannot bind', code: 'EADDRINUSE' })
    expect(await client.failed).toMatchObject({ code: 'THREAD_CLOSED' })
    await expect(client.call('add', { a: 1, b: 1 })).rejects.toMatchObject({ code: 'THREAD_CLOSED' })
    await client.close()
  })

  it('closes the engine first, then the thread; what still hangs is rejected', async () => {
    const { client, engine } = await start()
    const hanging = client.call('hang', undefined)
    const rejected = expect(hanging).rejects.toMatchObject({ code: 'THREAD_CLOSED' })
    await client.close()
    expect(engine.isClosed).toBe(true)
    await rejected
    await expect(client.call('add', { a: 1, b: 1 })).rejects.toMatchObject({ code: 'THREAD_CLOSED' })
  })

  it('says so when the engine dies by itself, and rejects what is pending', async () => {
    const { worker, client } = await start()
    const hanging = expect(client.call('hang', undefined)).rejects.toMatchObject({ code: 'THREAD_CLOSED' })
    worker.emit('error', new Error('assertion failed: x'))
    worker.exit(1)
    expect(await client.failed).toMatchObject({ message: 'assertion failed: x' })
    await hanging
  })
})
