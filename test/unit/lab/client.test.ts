/**
 * The lab's client: what a control plane says reaches the caller as it was said. The network is a stub.
 */
import { afterEach, describe, expect, it, vi } from 'vitest'
import { ControlPlane, Refusal } from '../../../lab/client/control-plane.ts'
import { EventReader } from '../../../lab/client/event-reader.ts'

afterEach(() => {
  vi.unstubAllGlobals()
})

function answer(body: string | readonly string[], status = 200, type = 'application/json'): void {
  const bytes = [body].flat().map((chunk) => new TextEncoder().encode(chunk))
  const stream = new ReadableStream({
    start(controller) {
      for (const chunk of bytes) controller.enqueue(chunk)
      controller.close()
    },
  })
  vi.stubGlobal('fetch', async () => new Response(stream, { status, headers: { 'content-type': type } }))
}

describe('a control plane', () => {
  const plane = new ControlPlane('http://plane')

  it('that refuses is an error with its own message, code and path', async () => {
    answer('{"code":"OUT_OF_RANGE","message":"backlog: 7 is wrong","path":"backlog"}', 400)
    const refusal = await plane.json('PATCH', '/api/config', {}).catch((error: Refusal) => error)
    expect(refusal).toBeInstanceOf(Refusal)
    expect(refusal).toMatchObject({
      message: 'backlog: 7 is wrong',
      status: 400,
      code: 'OUT_OF_RANGE',
      path: 'backlog',
    })
  })

  it('that is none is an error that names the request', async () => {
    answer('<html>', 502, 'text/html')
    await expect(plane.json('GET', '/api/state')).rejects.toThrow('GET http://plane/api/state: 502')
  })
})

describe('an event reader', () => {
  type Heard = { a: number; b: { text: string } }
  const open = () => EventReader.open<Heard>('http://plane/api/events')

  it('puts events together wherever the stream was cut, and passes comments over', async () => {
    answer(
      ['id: 1\nevent: a\nda', 'ta: 7\n\n: still here\n\nid: 2\nevent: b\ndata: {"text":\ndata: "ä"}\n', '\n'],
      200,
      'text/event-stream',
    )
    const events = []
    for await (const event of await open()) events.push(event)
    expect(events).toEqual([
      { id: 1, event: 'a', data: 7 },
      { id: 2, event: 'b', data: { text: 'ä' } },
    ])
  })

  it('finds the event that is waited for, and says so when the stream ends before it', async () => {
    answer('event: a\ndata: 1\n\nevent: b\ndata: {"text":"x"}\n\nevent: a\ndata: 3\n\n', 200, 'text/event-stream')
    const reader = await open()
    expect(await reader.until('a', (value) => value > 1)).toBe(3)
    await expect(reader.until('b')).rejects.toThrow('the stream ended before b')
    expect(await reader.next()).toBeUndefined()
  })

  it('reads no more while many events wait, and loses none of them', async () => {
    const total = 20_000
    let told = 0
    const stream = new ReadableStream<Uint8Array>(
      {
        pull(controller) {
          if (told === total) controller.close()
          else controller.enqueue(new TextEncoder().encode(`event: a\ndata: ${told++}\n\n`))
        },
      },
      { highWaterMark: 0 },
    )
    const headers = { 'content-type': 'text/event-stream' }
    vi.stubGlobal('fetch', async () => new Response(stream, { status: 200, headers }))
    const reader = await open()
    expect(await reader.until('a', (value) => value === 5)).toBe(5)
    // Whoever reads everything that can be read without waiting for a reader comes to rest.
    for (let before = -1; before !== told; ) {
      before = told
      for (let turn = 0; turn < 1000; turn++) await Promise.resolve()
      await new Promise((resolve) => setImmediate(resolve))
    }
    expect(told).toBeGreaterThan(500)
    expect(told).toBeLessThan(2_000)
    let next = 6
    for await (const { data } of reader) expect(data).toBe(next++)
    expect(next).toBe(total)
  })

  it('refuses what is no event stream', async () => {
    answer('{}')
    await expect(open()).rejects.toThrow('no event stream: 200 application/json')
  })
})
