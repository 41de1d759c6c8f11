import { describe, expect, it } from 'vitest'
import { listSockets } from '../../../../server/app/socket-rows.ts'
import { CONNECTION_STATES, parseSocketState, SOCKET_STATE_NAMES } from '../../../../server/app/socket-state.ts'
import { State } from '../../../../tcpip/base/states.ts'
import { spoofedSyn } from '../../../support/worlds/local-engine.ts'
import { Served } from '../../../support/worlds/served.ts'

/** SYNs that nobody stands behind. */
function flood(served: Served, count: number): void {
  for (let i = 0; i < count; i++) {
    const packet = spoofedSyn(i)
    served.serverEnd.rx.push(packet, 0, packet.length)
  }
  served.settle()
}

function list(served: Served, state?: (typeof SOCKET_STATE_NAMES)[number], limit = 100) {
  return listSockets(served.host, state, limit, served.now)
}

describe('the socket list', () => {
  it('of an idle server is its listener, with the backlog as Send-Q', () => {
    expect(list(new Served({ backlog: 16 }))).toEqual({
      sockets: [
        { state: 'listen', recvQ: 0, sendQ: 16, local: '10.9.0.5:80', peer: '0.0.0.0:*', timer: null, ageMs: null },
      ],
      total: 1,
      summary: [{ state: 'listen', count: 1, oldestMs: null }],
    })
  })

  it('shows a half-open entry with its timer and its retransmissions', () => {
    const served = new Served()
    flood(served, 1)
    served.pass(400)
    expect(list(served, 'syn_recv').sockets).toEqual([
      {
        state: 'syn_recv',
        recvQ: 0,
        sendQ: 0,
        local: '10.9.0.5:80',
        peer: '198.18.0.0:40000',
        timer: { kind: 'on', remainingMs: 600, retries: 0 },
        ageMs: 400,
      },
    ])
    served.pass(1000)
    expect(list(served, 'syn_recv').sockets[0]?.timer).toEqual({ kind: 'on', remainingMs: 1600, retries: 1 })
  })

  it('shows unread and unacknowledged bytes of a connection, and its retransmission timer', () => {
    const served = new Served()
    const visitor = served.connect()
    expect(list(served, 'established').sockets).toMatchObject([
      { local: '10.9.0.5:80', peer: '10.9.16.0:40000', recvQ: 0, sendQ: 0, timer: null },
    ])
    visitor.send('GET / HTTP/1.1\r\n\r\n')
    // The server answers; the answer's acknowledgement has not come yet.
    served.host.poll(served.now)
    const [row] = list(served, 'established').sockets
    expect(row?.sendQ).toBeGreaterThan(0)
    expect(row?.timer).toMatchObject({ kind: 'on', retries: 0 })
    expect(row?.timer?.remainingMs).toBeGreaterThan(0)
  })

  it('names the timer of a window that the peer has closed persist', () => {
    const served = new Served()
    const visitor = served.connect()
    visitor.isReading = false
    const { endpoint } = served.host
    endpoint.tcbs.forEach((tcb) => {
      while (endpoint.write(tcb, new Uint8Array(4096), 0, 4096, served.now) > 0) served.settle()
    })
    served.pass(1000)
    const [row] = list(served, 'established').sockets
    expect(row?.sendQ).toBeGreaterThan(0)
    expect(row?.timer).toMatchObject({ kind: 'persist' })
    visitor.isReading = true
    visitor.read()
    served.pass(5000)
    expect(list(served, 'established').sockets[0]).toMatchObject({ sendQ: 0, timer: null })
  })

  it('names a wait that only ends a connection timewait', () => {
    const served = new Served()
    const visitor = served.connect()
    // The server closes first: its side ends in TIME-WAIT.
    const { endpoint } = served.host
    endpoint.tcbs.forEach((tcb) => {
      endpoint.close(tcb, served.now)
    })
    served.settle()
    served.client.close(visitor.tcb, served.now)
    served.settle()
    served.pass(20_000)
    expect(list(served).sockets.at(-1)).toMatchObject({
      state: 'time_wait',
      timer: { kind: 'timewait', remainingMs: 40_000 },
    })
  })

  it('is filtered by state, and its total counts what the limit cut off', () => {
    const served = new Served()
    for (let i = 0; i < 3; i++) served.connect()
    flood(served, 20)
    expect(list(served).total).toBe(24)
    expect(list(served).sockets.map(({ state }) => state)).toEqual([
      'listen',
      ...Array(20).fill('syn_recv'),
      ...Array(3).fill('established'),
    ])
    expect(list(served, 'established').sockets).toHaveLength(3)
    expect(list(served, 'syn_recv', 5).sockets).toHaveLength(5)
    expect(list(served, 'syn_recv', 5).total).toBe(20)
    expect(list(served, undefined, 22).sockets.at(-1)?.state).toBe('established')
    served.pass(2000)
    expect(list(served, 'close_wait')).toEqual({
      sockets: [],
      total: 0,
      summary: [
        { state: 'listen', count: 1, oldestMs: null },
        { state: 'syn_recv', count: 20, oldestMs: null },
        { state: 'established', count: 3, oldestMs: 2000 },
      ],
    })
  })
})

describe('state names', () => {
  it('stand beside the states they name', () => {
    expect(SOCKET_STATE_NAMES[State.SYN_RECEIVED]).toBe('syn_recv')
    expect(SOCKET_STATE_NAMES[State.ESTABLISHED]).toBe('established')
    expect(SOCKET_STATE_NAMES[State.FIN_WAIT_1]).toBe('fin_wait1')
    expect(SOCKET_STATE_NAMES[State.CLOSE_WAIT]).toBe('close_wait')
    expect(SOCKET_STATE_NAMES[State.LAST_ACK]).toBe('last_ack')
    expect(SOCKET_STATE_NAMES[State.TIME_WAIT]).toBe('time_wait')
    expect(CONNECTION_STATES).toHaveLength(SOCKET_STATE_NAMES.length - 2)
  })

  it.each([
    ['SYN-RECV', 'syn_recv'],
    ['syn-received', 'syn_recv'],
    ['estab', 'established'],
    ['ESTABLISHED', 'established'],
    ['fin-wait-1', 'fin_wait1'],
    ['FIN-WAIT-2', 'fin_wait2'],
    ['time_wait', 'time_wait'],
    ['syn', undefined],
    ['', undefined],
  ])('are read as ss, RFC 9293 and node_exporter write them: %s', (text, state) => {
    expect(parseSocketState(text)).toBe(state)
  })
})
