import { Agent, type IncomingMessage, type RequestOptions, request } from 'node:http'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { buildWebApp, byteAt, MAX_BYTES, type WebApp } from '../../../../server/web/web-app.ts'
import { Mib } from '../../../../tcpip/base/counters.ts'
import { State } from '../../../../tcpip/base/states.ts'
import { MILLISECOND } from '../../../../tcpip/base/time.ts'
import { DuplexLab, type DuplexLabOptions } from '../../../support/worlds/duplex-lab.ts'

let app: WebApp

beforeAll(async () => {
  app = await buildWebApp()
})

afterAll(() => app.close())

interface Answer {
  response: IncomingMessage | undefined
  body: Buffer
  isWhole: boolean
  error: Error | undefined
}

class WebLab extends DuplexLab {
  readonly agent: Agent

  constructor(options: DuplexLabOptions = {}, keepAlive = false) {
    super({ ...options, app })
    this.agent = new Agent({ keepAlive, maxFreeSockets: Number.POSITIVE_INFINITY })
    this.agent.createConnection = (() => this.connect()) as unknown as Agent['createConnection']
  }

  /** Begins a request. */
  ask(path: string, options: RequestOptions = {}, body?: Buffer): Answer {
    const answer: Answer = { response: undefined, body: Buffer.alloc(0), isWhole: false, error: undefined }
    const chunks: Buffer[] = []
    const asking = request({ host: '10.9.0.5', path, agent: this.agent, ...options }, (response) => {
      answer.response = response
      response.on('data', (chunk: Buffer) => chunks.push(chunk))
      response.on('end', () => {
        answer.body = Buffer.concat(chunks)
        answer.isWhole = response.complete
      })
    })
    asking.on('error', (error) => {
      answer.error = error
    })
    asking.end(body)
    return answer
  }

  async get(path: string, options: RequestOptions = {}, body?: Buffer): Promise<Answer> {
    const answer = this.ask(path, options, body)
    await this.until(() => answer.isWhole || answer.error !== undefined)
    return answer
  }
}

describe('what is said on a connection', () => {
  /** Says `text`, when `begun` has been heard that this is all, and hears what is answered until the other end closes. */
  async function say(text: string, begun = ''): Promise<string> {
    const lab = new DuplexLab({ app })
    const connection = lab.connect()
    let answer = ''
    let hasClosed = false
    connection.on('data', (chunk: Buffer) => {
      answer += chunk
    })
    connection.on('error', () => {})
    connection.on('close', () => {
      hasClosed = true
    })
    connection.write(text)
    await lab.until(() => answer.includes(begun))
    connection.end()
    await lab.until(() => hasClosed)
    return answer
  }

  it('is answered in the words of the service when it is no HTTP', async () => {
    const answer = await say('\0\x01\r\n\r\n')
    expect(answer).toMatch(/^HTTP\/1\.1 400 Bad Request\r\n/)
    expect(answer).toContain('{"code":"BAD_REQUEST","message":"the request is not HTTP"}')
  })

  it('is not answered in the midst of an answer: a body that breaks off breaks its echo off', async () => {
    const answer = await say('POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 30\r\n\r\nabc', 'abc')
    expect(answer).toMatch(/^HTTP\/1\.1 200 OK\r\n/)
    expect(answer).toMatch(/\r\n\r\nabc$/)
  })

  it('is refused when it is for a proxy', async () => {
    const answer = await say('CONNECT example.org:443 HTTP/1.1\r\nHost: example.org:443\r\n\r\n')
    expect(answer).toMatch(/^HTTP\/1\.1 501 Not Implemented\r\n/)
    expect(answer).toContain('this is no proxy')
  })
})

describe('GET /', () => {
  it.each([
    [0, 'in the SYN queue, stored'],
    [2, 'nowhere: remade from a SYN cookie'],
  ])('tells its visitor how they got in, with SYN cookies %i', async (synCookies, where) => {
    const lab = new WebLab({ faults: { latency: 30 * MILLISECOND } })
    lab.listener.configure({ ...lab.listener.config, synCookies })
    const page = String((await lab.get('/')).body)
    expect(page).toContain('This page came through the TCP under attack.')
    expect(page).toContain(where)
    // There and back, 60 ms: of a cookie's timestamp the options take 64 more.
    const took = Number(/took<\/dt><dd>(?:at most )?([\d.]+) ms/.exec(page)?.[1])
    expect(took).toBeGreaterThanOrEqual(60)
    expect(took).toBeLessThan(synCookies === 0 ? 62 : 126)
    lab.close()
  })
})

function pattern(length: number): Buffer {
  const bytes = Buffer.alloc(length)
  for (let i = 0; i < length; i++) bytes[i] = byteAt(i)
  return bytes
}

const LOSSY = {
  latency: 5 * MILLISECOND,
  loss: 20_000,
  duplicate: 5_000,
  reorder: 10_000,
  reorderDelay: 2 * MILLISECOND,
}
const TEN_MEGABYTES = 10_000_000

describe('the web app over the endpoint', () => {
  it('serves a page to node:http', async () => {
    const { response, body } = await new WebLab().get('/')
    expect(response?.statusCode).toBe(200)
    expect(response?.headers['content-type']).toMatch('text/html')
    expect(String(body)).toContain('<title>synlab</title>')
  })

  it('answers what it does not know with 404 in JSON', async () => {
    const { response, body } = await new WebLab().get('/nothing?x=1')
    expect(response?.statusCode).toBe(404)
    expect(JSON.parse(String(body))).toEqual({ code: 'NOT_FOUND', message: 'there is no /nothing' })
  })

  it.each([
    ['GET', '/echo', 'POST'],
    ['OPTIONS', '/', 'GET, HEAD'],
    ['DELETE', '/bytes/7/', 'GET, HEAD'],
  ])('says which methods there are in place of %s for %s', async (method, path, allow) => {
    const { response, body } = await new WebLab().get(path, { method })
    expect([response?.statusCode, response?.headers.allow]).toEqual([405, allow])
    expect(JSON.parse(String(body))).toMatchObject({ code: 'METHOD_NOT_ALLOWED' })
  })

  it.each(['/bytes/x', `/bytes/${MAX_BYTES + 1}`, '/bytes/-1', '/slow?ms=60001', '/slow?s=3'])(
    'refuses %s',
    async (path) => {
      const { response, body } = await new WebLab().get(path)
      expect(response?.statusCode).toBe(400)
      expect(Object.keys(JSON.parse(String(body)) as object)).toEqual(['code', 'message', 'path'])
    },
  )

  it.each([
    ['bytes=10-19', 206, [10, 19]],
    ['bytes=70000-', 206, [70_000, 99_999]],
    ['bytes=-1', 206, [99_999, 99_999]],
    ['bytes=-999999', 206, [0, 99_999]],
    ['bytes=99999-200000', 206, [99_999, 99_999]],
    ['bytes=100000-', 416, undefined],
    ['bytes=-0', 416, undefined],
    ['bytes=0-1,5-6', 200, [0, 99_999]],
    ['bytes=5-1', 200, [0, 99_999]],
    ['bytes=-', 200, [0, 99_999]],
    ['lines=1-2', 200, [0, 99_999]],
  ] as const)('sends the part that is asked for: %s', async (range, status, bounds) => {
    const { response, body } = await new WebLab().get('/bytes/100000', { headers: { range } })
    const { 'content-range': contentRange, 'accept-ranges': accepted } = response?.headers ?? {}
    expect([response?.statusCode, accepted]).toEqual([status, 'bytes'])
    if (bounds === undefined) {
      expect(contentRange).toBe('bytes */100000')
      expect(JSON.parse(String(body))).toMatchObject({ code: 'RANGE_NOT_SATISFIABLE' })
      return
    }
    const [first, last] = bounds
    expect(contentRange).toBe(status === 206 ? `bytes ${first}-${last}/100000` : undefined)
    expect(body.equals(pattern(100_000).subarray(first, last + 1))).toBe(true)
  })

  it('sends no part to who asks for the head alone', async () => {
    const { response } = await new WebLab().get('/bytes/100', { method: 'HEAD', headers: { range: 'bytes=0-0' } })
    expect([response?.statusCode, response?.headers['content-length']]).toEqual([200, '100'])
  })

  it('sends everything when the range depends on a version that it cannot have', async () => {
    const headers = { range: 'bytes=0-0', 'if-range': '"x"' }
    const { response, body } = await new WebLab().get('/bytes/100', { headers })
    expect([response?.statusCode, body.length]).toEqual([200, 100])
  })

  it('says that it speaks no websocket, and goes on with HTTP where another protocol is offered', async () => {
    const upgrade = (protocol: string) => ({ headers: { connection: 'Upgrade', upgrade: protocol } })
    const refused = await new WebLab().get('/', upgrade('websocket'))
    expect([refused.response?.statusCode, JSON.parse(String(refused.body))]).toMatchObject([
      501,
      { code: 'NOT_IMPLEMENTED', message: expect.stringContaining('no websocket') },
    ])
    expect((await new WebLab().get('/', upgrade('h2c'))).response?.statusCode).toBe(200)
  })

  it('takes its time when asked to', async () => {
    const lab = new WebLab()
    const start = performance.now()
    const answer = lab.ask('/slow?ms=50')
    while (!answer.isWhole) await lab.until(() => answer.isWhole || lab.server.tcbs.size > 0).then(() => tick(lab))
    expect(JSON.parse(String(answer.body))).toEqual({ ms: 50 })
    expect(performance.now() - start).toBeGreaterThan(48)
  })

  it('downloads 10 MB through a lossy link, byte for byte', async () => {
    const lab = new WebLab({ faults: LOSSY })
    const { body } = await lab.get(`/bytes/${TEN_MEGABYTES}`)
    expect(body.equals(pattern(TEN_MEGABYTES))).toBe(true)
    expect(lab.link.toNear.lost).toBeGreaterThan(50)
  })

  it('uploads 10 MB through a lossy link and gets them back, byte for byte', async () => {
    const lab = new WebLab({ faults: LOSSY })
    const upload = pattern(TEN_MEGABYTES)
    const { body } = await lab.get('/echo', { method: 'POST' }, upload)
    expect(body.equals(upload)).toBe(true)
    expect(lab.link.toFar.lost).toBeGreaterThan(50)
  })

  it('answers 10,000 concurrent keep-alive connections', async () => {
    const count = 10_000
    const lab = new WebLab({ maxConnections: 16_384, ring: 16_384 }, true)
    const first = Array.from({ length: count }, () => lab.ask('/'))
    await lab.until(() => first.every(({ isWhole }) => isWhole))
    expect(lab.server.tcbs.counts[State.ESTABLISHED]).toBe(count)
    const second = Array.from({ length: count }, () => lab.ask('/bytes/3'))
    await lab.until(() => second.every(({ isWhole }) => isWhole))
    expect(second.every(({ body }) => body.equals(pattern(3)))).toBe(true)
    // The same connections: none was opened for the second round.
    expect(lab.server.tcbs.counts[State.ESTABLISHED]).toBe(count)
    expect(lab.client.tcbs.size).toBe(count)
    lab.agent.destroy()
    lab.close()
  })

  it('/leak lets CLOSE-WAIT pile up, and only that', async () => {
    const lab = new WebLab()
    for (let i = 1; i <= 5; i++) {
      expect((await lab.get('/leak')).response?.statusCode).toBe(200)
      await lab.get('/')
    }
    await lab.pass(600)
    expect(lab.server.tcbs.counts[State.CLOSE_WAIT]).toBe(5)
    expect(lab.server.tcbs.size).toBe(5)
    lab.close()
    await lab.pass(1)
    expect(lab.server.tcbs.counts[State.CLOSE_WAIT]).toBe(0)
  })

  it('/close-first leaves TIME-WAIT with the server, / with the client', async () => {
    // On a link without any delay the client could close at the same time.
    const lab = new WebLab({ faults: { latency: MILLISECOND } }, true)
    const { response } = await lab.get('/close-first')
    expect(response?.headers.connection).toBe('close')
    await lab.pass(1)
    expect(lab.server.tcbs.counts[State.TIME_WAIT]).toBe(1)
    expect(lab.client.tcbs.counts[State.TIME_WAIT]).toBe(0)
    const other = new WebLab()
    await other.get('/', { headers: { connection: 'keep-alive' } })
    other.agent.destroy()
    await other.pass(1)
    expect(other.server.tcbs.counts[State.TIME_WAIT]).toBe(0)
  })

  it('survives a client that resets in the middle of a download', async () => {
    const lab = new WebLab()
    const stream = lab.connect()
    stream.write('GET /bytes/1000000 HTTP/1.1\r\nHost: x\r\n\r\n')
    stream.once('readable', () => {})
    await lab.until(() => stream.readableLength > 0)
    stream.resetAndDestroy()
    await lab.pass(1)
    expect(lab.server.tcbs.size).toBe(0)
    expect((await lab.get('/')).response?.statusCode).toBe(200)
  })

  it('survives a client that resets before it is accepted', async () => {
    const lab = new WebLab()
    const stream = lab.connect()
    // Handshake, data and RST reach the server in one turn, before its program has run.
    stream.once('connect', () => {
      stream.write('GET / HTTP/1.1\r\nHost: x\r\n\r\n')
      stream.resetAndDestroy()
    })
    await lab.until(() => stream.destroyed)
    await lab.pass(1)
    expect(lab.server.counters.mib[Mib.Accepted]).toBe(1)
    expect([lab.server.tcbs.size, lab.listener.acceptQueue.length]).toEqual([0, 0])
    expect((await lab.get('/')).response?.statusCode).toBe(200)
  })

  it('sends small answers without waiting for acknowledgments, as http.Server does', async () => {
    const lab = new WebLab({}, true)
    await lab.get('/')
    lab.server.tcbs.forEach((tcb) => {
      expect(tcb.noDelay).toBe(true)
    })
    expect(lab.server.tcbs.size).toBe(1)
    lab.agent.destroy()
  })

  it('answers bytes that are not HTTP with 400 and closes', async () => {
    const lab = new WebLab()
    const stream = lab.connect()
    let text = ''
    stream.on('data', (chunk) => {
      text += String(chunk)
    })
    stream.write('this is not HTTP\r\n\r\n')
    await lab.until(() => stream.destroyed)
    expect(text).toMatch(/^HTTP\/1\.1 400 /)
  })
})

/** One round of Node's event loop and of the lab. */
async function tick(lab: DuplexLab): Promise<void> {
  let rounds = 0
  await lab.until(() => rounds++ > 1)
  await new Promise((resolve) => setImmediate(resolve))
}
