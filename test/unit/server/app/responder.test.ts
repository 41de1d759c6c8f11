import { describe, expect, it } from 'vitest'
import { MAX_HEAD_BYTES, RESPONSE } from '../../../../server/app/responder.ts'
import { Mib } from '../../../../tcpip/base/counters.ts'
import { State } from '../../../../tcpip/base/states.ts'
import { receiveRoom } from '../../../../tcpip/connection/receive-window.ts'
import { Served, type Visitor } from '../../../support/worlds/served.ts'

const REQUEST = 'GET / HTTP/1.1\r\nHost: victim\r\n\r\n'

/** Sends `text` on a fresh connection and returns the client afterwards. */
function ask(served: Served, ...parts: string[]): Visitor {
  const visitor = served.connect()
  for (const part of parts) {
    visitor.send(part)
    served.settle()
  }
  return visitor
}

describe('a request', () => {
  it('is answered with 200 and a body as long as Content-Length says', () => {
    const { text } = ask(new Served(), REQUEST)
    const [head = '', body = ''] = text.split('\r\n\r\n')
    expect(head).toMatch(/^HTTP\/1\.1 200 OK\r\n/)
    expect(Number(/Content-Length: (\d+)/.exec(head)?.[1])).toBe(body.length)
    expect(body.length).toBeGreaterThan(0)
  })

  it('leaves the connection open for the next one', () => {
    const served = new Served()
    const visitor = ask(served, REQUEST)
    expect(visitor.tcb.state).toBe(State.ESTABLISHED)
    visitor.send(REQUEST)
    served.settle()
    expect(visitor.text).toBe(RESPONSE + RESPONSE)
  })

  it('is answered only when its empty line is complete, however it is cut', () => {
    for (let cut = 1; cut < REQUEST.length; cut++) {
      const served = new Served()
      const visitor = ask(served, REQUEST.slice(0, cut))
      expect(visitor.text).toBe('')
      visitor.send(REQUEST.slice(cut))
      served.settle()
      expect(visitor.text).toBe(RESPONSE)
    }
  })

  it('ends at CRLFCRLF and at nothing that only looks like it', () => {
    const almost = 'GET / HTTP/1.1\r\r\n\n\r\nX: \r\n\r\r\n'
    expect(ask(new Served(), almost).text).toBe('')
    expect(ask(new Served(), almost, '\r\n').text).toBe(RESPONSE)
  })

  it('may come in one segment with others and each gets its answer, in order', () => {
    expect(ask(new Served(), REQUEST.repeat(3)).text).toBe(RESPONSE.repeat(3))
  })

  it('that came before accept() is answered', () => {
    // The completing ACK carries the request when data is awaited before accept (TCP_DEFER_ACCEPT).
    const served = new Served({ deferAccept: 5 })
    const visitor = served.connect()
    expect(served.host.counters.mib[Mib.Accepted]).toBe(0)
    visitor.send(REQUEST)
    served.settle()
    expect(visitor.text).toBe(RESPONSE)
  })
})

describe('a head that never ends', () => {
  it('aborts the connection as soon as it is longer than allowed', () => {
    const served = new Served()
    const visitor = served.connect()
    visitor.send(`GET / HTTP/1.1\r\nX: ${'x'.repeat(MAX_HEAD_BYTES)}`)
    served.settle()
    expect(visitor.closed).toBe('reset')
    expect(visitor.text).toBe('')
    expect(served.host.endpoint.tcbs.size).toBe(0)
  })

  it('is allowed exactly the length that is allowed', () => {
    const filler = 'x'.repeat(MAX_HEAD_BYTES - REQUEST.length - 'X: \r\n'.length)
    const head = REQUEST.replace('Host:', `X: ${filler}\r\nHost:`)
    expect(head.length).toBe(MAX_HEAD_BYTES)
    expect(ask(new Served(), head).text).toBe(RESPONSE)
    expect(ask(new Served(), head.replace('X:', 'XX:')).text).toBe('')
  })

  it('does not count against the next request on a connection', () => {
    const long = REQUEST.replace('Host:', `X: ${'x'.repeat(5000)}\r\nHost:`)
    expect(ask(new Served(), long, long, long).text).toBe(RESPONSE.repeat(3))
  })
})

describe('the end of a connection', () => {
  it('follows the client, and leaves nothing behind but the client in TIME-WAIT', () => {
    const served = new Served()
    const visitor = ask(served, REQUEST)
    served.client.close(visitor.tcb, served.now)
    served.settle()
    expect(served.host.endpoint.tcbs.size).toBe(0)
    expect(served.client.tcbs.counts[State.TIME_WAIT]).toBe(1)
    expect(served.host.counters.mib[Mib.OutRsts]).toBe(0)
  })

  it('comes after the answer when the client closes right behind its request', () => {
    const served = new Served()
    const visitor = served.connect()
    visitor.send(REQUEST)
    served.client.close(visitor.tcb, served.now)
    served.settle()
    // The client no longer reads: it answers the response with a RST, after which nothing is left here.
    expect(served.host.endpoint.tcbs.size).toBe(0)
  })

  it('comes when the client closes in the middle of a request', () => {
    const served = new Served()
    const visitor = ask(served, 'GET / HT')
    served.client.close(visitor.tcb, served.now)
    served.settle()
    expect(served.host.endpoint.tcbs.size).toBe(0)
  })

  it('does not mix up the state of two connections that share a TCB one after the other', () => {
    const served = new Served()
    const first = ask(served, 'GET / HTTP/1.1\r\n\r')
    served.client.abort(first.tcb, served.now)
    served.settle()
    const second = ask(served, '\n')
    expect(second.text).toBe('')
    second.send('\r\n\r\n')
    served.settle()
    expect(second.text).toBe(RESPONSE)
  })
})

describe('a client that does not read', () => {
  it('stalls its own requests, not the host, and gets every answer once it reads', () => {
    const served = new Served()
    const visitor = served.connect()
    visitor.isReading = false
    const count = 2500
    let unsent = REQUEST.repeat(count)
    const push = (): void => {
      unsent = unsent.slice(visitor.send(unsent))
      served.settle()
    }
    while (unsent.length > 0 && served.client.tcbs.at(visitor.tcb.index).sendQueue.free > 0) push()
    // Less than a segment of window is left: the server does not send crumbs (RFC 9293 3.8.6.2.1).
    expect(receiveRoom(visitor.tcb)).toBeLessThan(visitor.tcb.sndMss)
    served.host.endpoint.tcbs.forEach((tcb) => {
      expect(tcb.sendQueue.free).toBe(0)
      expect(tcb.receiveQueue.length).toBeGreaterThan(0)
    })
    visitor.isReading = true
    for (let round = 0; round < 2000 && visitor.text.length < count * RESPONSE.length; round++) {
      visitor.read()
      push()
      served.pass(1000)
    }
    expect(visitor.text).toBe(RESPONSE.repeat(count))
  })
})
