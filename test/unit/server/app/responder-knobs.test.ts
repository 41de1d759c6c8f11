/**
 * The knobs of the pure responder, in virtual time: when it accepts, how many it serves, how long it waits for a request,
 * and a server that speaks first.
 */
import { describe, expect, it } from 'vitest'
import { GREETING } from '../../../../server/app/application-config.ts'
import { REST_MAX } from '../../../../server/app/http-request-deadlines.ts'
import { RESPONSE } from '../../../../server/app/responder.ts'
import { REQUEST_LIMITS } from '../../../../server/web/http-request-timer.ts'
import { Mib } from '../../../../tcpip/base/counters.ts'
import { State } from '../../../../tcpip/base/states.ts'
import { MILLISECOND } from '../../../../tcpip/base/time.ts'
import { Served, Visitor } from '../../../support/worlds/served.ts'

const REQUEST = 'GET / HTTP/1.1\r\nHost: victim\r\n\r\n'

function accepted({ host }: Served): number {
  return host.counters.mib[Mib.Accepted]
}

/** `count` clients that connect at once, and what they have sent. */
function crowd(served: Served, count: number): Visitor[] {
  const visitors = Array.from({ length: count }, (_, i) => new Visitor(served, 41_000 + i))
  served.settle()
  return visitors
}

describe('acceptInterval', () => {
  it('is the time between two accepts, to the microsecond, as long as somebody waits', () => {
    const served = new Served({ acceptInterval: 250 })
    crowd(served, 5)
    const times: number[] = []
    const start = served.now
    for (let before = 0; accepted(served) < 5; served.now = served.host.nextDeadline()) {
      served.host.poll(served.now)
      if (accepted(served) > before) times.push((served.now - start) / MILLISECOND)
      before = accepted(served)
    }
    expect(times).toEqual([0, 250, 500, 750, 1000])
    expect(served.host.listener.acceptQueue.length).toBe(0)
  })

  it('makes a client wait for its answer, not for its handshake', () => {
    const served = new Served({ acceptInterval: 1000 })
    const [first, second] = crowd(served, 2)
    second.send(REQUEST)
    served.pass(999)
    expect([first.tcb.state, second.tcb.state]).toEqual([State.ESTABLISHED, State.ESTABLISHED])
    expect([accepted(served), second.text]).toEqual([1, ''])
    served.pass(1)
    expect([accepted(served), second.text]).toEqual([2, RESPONSE])
  })

  it('0 drains at once what a longer one has left, and a longer one holds the next ones back', () => {
    const served = new Served({ acceptInterval: 60_000, backlog: 16 })
    crowd(served, 10)
    expect(served.host.listener.acceptQueue.length).toBe(9)
    served.host.configure({ ...served.host.config, acceptInterval: 0 })
    served.pass(0)
    expect(served.host.listener.acceptQueue.length).toBe(0)
    served.host.configure({ ...served.host.config, acceptInterval: 60_000 })
    served.connect()
    expect(served.host.listener.acceptQueue.length).toBe(1)
  })

  it('is spent on a connection that was reset while it waited, which needs no worker', () => {
    const served = new Served({ acceptInterval: 100, workers: 3 })
    const [, second] = crowd(served, 3)
    served.client.abort(second.tcb, served.now)
    served.settle()
    served.pass(100)
    expect([accepted(served), served.host.openConnections]).toEqual([2, 1])
    served.pass(100)
    expect([accepted(served), served.host.openConnections]).toEqual([3, 2])
  })
})

describe('workers', () => {
  it('are as many connections as are served; the others wait although nobody does anything', () => {
    const served = new Served({ workers: 3, requestTimeout: 0 })
    crowd(served, 8)
    served.pass(3_600_000)
    expect([served.host.openConnections, served.host.listener.acceptQueue.length]).toEqual([3, 5])
  })

  it.each([
    ['closes', (served: Served, { tcb }: Visitor) => served.client.close(tcb, served.now)],
    ['resets', (served: Served, { tcb }: Visitor) => served.client.abort(tcb, served.now)],
    ['sends a head that never ends', (_: Served, visitor: Visitor) => visitor.send('x'.repeat(9000))],
  ])('one is free again when its client %s', (_what, leave) => {
    const served = new Served({ workers: 1 })
    const [first, second] = crowd(served, 2)
    second.send(REQUEST)
    served.settle()
    expect(second.text).toBe('')
    leave(served, first)
    served.settle()
    expect(second.text).toBe(RESPONSE)
    expect(served.host.openConnections).toBe(1)
  })

  it('none is free while its client keeps the connection after the answer', () => {
    const served = new Served({ workers: 1 })
    const [first, second] = crowd(served, 2)
    first.send(REQUEST)
    second.send(REQUEST)
    served.pass(10_000)
    expect([first.text, second.text]).toEqual([RESPONSE, ''])
  })
})

describe('requestTimeout', () => {
  it('closes a connection that has sent no request, so many seconds after accept(), to the millisecond', () => {
    const served = new Served({ requestTimeout: 10 })
    const visitor = served.connect()
    served.pass(9_999)
    expect([visitor.peerClosed, served.host.openConnections]).toEqual([false, 1])
    served.pass(1)
    expect([visitor.peerClosed, served.host.openConnections]).toEqual([true, 0])
    expect(served.host.counters.mib[Mib.RequestTimeouts]).toBe(1)
  })

  it('is not put off by a byte now and then', () => {
    const served = new Served({ requestTimeout: 10 })
    const visitor = served.connect()
    for (let second = 0; second < 9; second++) {
      visitor.send('x')
      served.pass(1000)
    }
    expect(visitor.peerClosed).toBe(false)
    visitor.send('x')
    served.pass(1000)
    expect(visitor.peerClosed).toBe(true)
  })

  it('starts anew with the first byte after a response, as in Node', () => {
    const served = new Served({ requestTimeout: 10 })
    const visitor = served.connect()
    served.pass(8000)
    visitor.send(REQUEST)
    served.pass(60_000)
    expect([visitor.text, visitor.peerClosed]).toEqual([RESPONSE, false])
    visitor.send('G')
    served.pass(9_999)
    expect(visitor.peerClosed).toBe(false)
    served.pass(1)
    expect(visitor.peerClosed).toBe(true)
    expect(served.host.counters.mib[Mib.RequestTimeouts]).toBe(1)
  })

  it('does not run between two requests: a connection that rests is closed after 73 s, and has not been late', () => {
    const served = new Served({ requestTimeout: 10 })
    const visitor = served.connect()
    visitor.send(REQUEST)
    served.pass(REST_MAX / MILLISECOND - 1)
    expect(visitor.peerClosed).toBe(false)
    served.pass(1)
    expect(visitor.peerClosed).toBe(true)
    expect(served.host.counters.mib[Mib.RequestTimeouts]).toBe(0)
    // What the web app has (server/web), and the second that Node adds.
    expect(REST_MAX / MILLISECOND).toBe(REQUEST_LIMITS.keepAliveTimeout + 1000)
  })

  it('counts from accept(): the time in the accept queue is not the client’s', () => {
    const served = new Served({ requestTimeout: 2, acceptInterval: 5000 })
    const [, second] = crowd(served, 2)
    served.pass(6_999)
    expect(second.peerClosed).toBe(false)
    served.pass(1)
    expect(second.peerClosed).toBe(true)
  })

  it('holds for connections already open when it is changed, and 0 takes it away', () => {
    const served = new Served()
    const [early, late] = crowd(served, 2)
    served.pass(60_000)
    served.host.configure({ ...served.host.config, requestTimeout: 90 })
    late.send(REQUEST)
    served.pass(29_999)
    expect(early.peerClosed).toBe(false)
    served.pass(1)
    expect(early.peerClosed).toBe(true)
    late.send('G')
    served.settle()
    served.host.configure({ ...served.host.config, requestTimeout: 0 })
    served.pass(3_600_000)
    expect(late.peerClosed).toBe(false)
  })

  it('frees the worker for the next in the queue', () => {
    const served = new Served({ workers: 1, requestTimeout: 3 })
    const [, second] = crowd(served, 2)
    second.send(REQUEST)
    served.pass(2_999)
    expect(second.text).toBe('')
    served.pass(1)
    expect(second.text).toBe(RESPONSE)
  })

  it('leaves no timer behind when the client has closed in time', () => {
    const served = new Served({ requestTimeout: 10 })
    const visitor = served.connect()
    served.client.close(visitor.tcb, served.now)
    served.pass(120_000)
    expect(served.host.counters.mib[Mib.RequestTimeouts]).toBe(0)
    expect(served.host.nextDeadline()).toBe(Number.POSITIVE_INFINITY)
  })
})

describe('greeting', () => {
  it('is sent at accept(), before the client has said anything', () => {
    const served = new Served({ greeting: true })
    const visitor = served.connect()
    served.settle()
    expect(visitor.text).toBe(GREETING)
    expect(visitor.peerClosed).toBe(false)
  })

  it('is all that is ever said; the server closes when the client has', () => {
    const served = new Served({ greeting: true })
    const visitor = served.connect()
    visitor.send(REQUEST.repeat(500))
    served.pass(1000)
    expect([visitor.text, served.host.openConnections]).toEqual([GREETING, 1])
    served.client.shutdown(visitor.tcb, served.now)
    served.pass(1000)
    expect([visitor.peerClosed, served.host.openConnections]).toEqual([true, 0])
  })

  it('waits for accept() like everything else', () => {
    const served = new Served({ greeting: true, acceptInterval: 100 })
    const [, second] = crowd(served, 2)
    served.pass(99)
    expect(second.text).toBe('')
    served.pass(1)
    expect(second.text).toBe(GREETING)
  })

  it('does not keep a client that never closes beyond requestTimeout', () => {
    const served = new Served({ greeting: true, requestTimeout: 5 })
    const visitor = served.connect()
    served.pass(5000)
    expect([visitor.peerClosed, served.host.openConnections]).toEqual([true, 0])
    expect(served.host.counters.mib[Mib.RequestTimeouts]).toBe(1)
  })

  it('is for connections accepted from then on', () => {
    const served = new Served()
    const before = served.connect()
    served.host.configure({ ...served.host.config, greeting: true })
    const after = served.connect()
    before.send(REQUEST)
    served.settle()
    expect([before.text, after.text]).toEqual([RESPONSE, GREETING])
  })
})
