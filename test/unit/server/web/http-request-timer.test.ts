import { afterEach, describe, expect, it } from 'vitest'
import { REQUEST_LIMITS, type RequestLimits } from '../../../../server/web/http-request-timer.ts'
import { buildWebApp, type WebApp } from '../../../../server/web/web-app.ts'
import { State } from '../../../../tcpip/base/states.ts'
import { SECOND } from '../../../../tcpip/base/time.ts'
import { DuplexLab } from '../../../support/worlds/duplex-lab.ts'

let app: WebApp | undefined

afterEach(() => app?.close())

interface Visit {
  readonly lab: DuplexLab
  readonly send: (text: string) => void
  /** All that was answered. */
  readonly answer: () => string
  /** Seconds after the connection began at which the server ended it; undefined while it has not. */
  readonly endedAt: () => number | undefined
}

/** A client of an app with `limits` that sends what the test says. */
async function visit(limits: Partial<RequestLimits> = {}): Promise<Visit> {
  app = await buildWebApp(limits)
  const lab = new DuplexLab({ app })
  const stream = lab.connect()
  let text = ''
  let end: number | undefined
  stream.on('data', (chunk) => {
    text += String(chunk)
  })
  stream.on('end', () => {
    end = lab.scheduler.now
  })
  stream.on('error', () => {})
  await lab.pass(0)
  const start = SECOND
  return {
    lab,
    send: (bytes) => void stream.write(bytes),
    answer: () => text,
    endedAt: () => (end === undefined ? undefined : Math.round((end - start) / SECOND)),
  }
}

const HEAD = 'GET / HTTP/1.1\r\nHost: x\r\n'

/** A piece of a request every `gap` seconds, as a client does that wants to be slow. */
async function trickle({ lab, send, endedAt }: Visit, piece: string, gap: number, seconds: number): Promise<void> {
  for (let passed = 0; passed < seconds && endedAt() === undefined; passed += gap) {
    send(piece)
    await lab.pass(gap)
  }
}

describe('limits of requests, in the clock of the host', () => {
  it('are by default those of Node, and Fastify’s for idle connections', () => {
    expect(REQUEST_LIMITS).toEqual({ headersTimeout: 60_000, requestTimeout: 300_000, keepAliveTimeout: 72_000 })
  })

  it('a client that connects and says nothing gets 408 after headersTimeout', async () => {
    const { lab, answer, endedAt } = await visit()
    await lab.pass(59)
    expect([answer(), lab.server.tcbs.counts[State.ESTABLISHED]]).toEqual(['', 1])
    await lab.pass(2)
    expect(answer()).toMatch(/^HTTP\/1\.1 408 Request Timeout\r\n/)
    expect(endedAt()).toBe(60)
  })

  it('a client that has vanished is forgotten', async () => {
    const { lab } = await visit()
    lab.client.tcbs.forEach((tcb) => {
      lab.client.tcbs.close(tcb)
    })
    await lab.pass(61)
    // The answer met a host that knows nothing of the connection.
    expect(lab.server.tcbs.size).toBe(0)
  })

  it('a byte now and then does not help: the head has to be whole', async () => {
    const slow = await visit()
    slow.send(HEAD)
    await trickle(slow, 'X-More: of this\r\n', 5, 100)
    expect(slow.answer()).toMatch(/^HTTP\/1\.1 408 /)
    expect(slow.endedAt()).toBe(60)
  })

  it('a body that comes byte by byte has until requestTimeout', async () => {
    const slow = await visit()
    slow.send('POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\n')
    await trickle(slow, 'b', 10, 400)
    expect(slow.endedAt()).toBe(300)
    // The echo has begun: what is said of the end would be taken for a part of it.
    expect(slow.answer()).toMatch(/^HTTP\/1\.1 200 OK\r\n.*\r\n\r\nb+$/s)
  })

  it('a whole request is not hurried, and an idle connection ends after keepAliveTimeout', async () => {
    const { lab, send, answer, endedAt } = await visit()
    send(`${HEAD}\r\n`)
    await lab.pass(70)
    expect(answer()).toMatch(/^HTTP\/1\.1 200 OK\r\n/)
    expect(answer()).toMatch(/Keep-Alive: timeout=72\r\n/)
    expect(endedAt()).toBeUndefined()
    await lab.pass(5)
    expect(endedAt()).toBe(73)
    expect(answer()).not.toContain('408')
  })

  it('the next request has its own time, from its first byte', async () => {
    const { lab, send, answer, endedAt } = await visit()
    send('POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\n1')
    await lab.pass(100)
    send('2')
    await lab.pass(50)
    expect(answer()).toMatch(/^HTTP\/1\.1 200 OK\r\n/)
    send(HEAD)
    await lab.pass(58)
    expect(endedAt()).toBeUndefined()
    await lab.pass(10)
    expect(endedAt()).toBe(210)
    expect(answer()).toMatch(/HTTP\/1\.1 408 /)
  })

  it('can be other ones, or none, but not contradict each other', async () => {
    const quick = await visit({ headersTimeout: 2000, requestTimeout: 4000 })
    await quick.lab.pass(5)
    expect(quick.endedAt()).toBe(2)
    await app?.close()
    const patient = await visit({ headersTimeout: 0, requestTimeout: 0 })
    patient.send('GET')
    await patient.lab.pass(3600)
    expect(patient.endedAt()).toBeUndefined()
    await expect(buildWebApp({ headersTimeout: 2, requestTimeout: 1 })).rejects.toThrow(RangeError)
  })
})
