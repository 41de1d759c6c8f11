/**
 * connect-flood: handshakes that are completed. What runs out is the accept queue, or the program's workers; the SYN queue
 * has nothing to do with it, and so SYN cookies have not either.
 */
import { describe, expect, it } from 'vitest'
import { DropReason } from '../../../tcpip/base/drop-reason.ts'
import { AttackLab } from '../../support/worlds/attack-lab.ts'

const WORKERS = 10
const BACKLOG = 16

/** Milliseconds. */
const RTT = 25

/** 100 connections per second that are held to the end of the attack, and honest clients. */
function flood(synCookies: number, rate = 100) {
  const lab = new AttackLab({ config: { synCookies, workers: WORKERS, backlog: BACKLOG }, rttMs: RTT })
  const id = lab.attack({ kind: 'connect-flood', rate, duration: 60 })
  lab.run(5)
  lab.clients({ rate: 10 })
  lab.run(20)
  lab.clients(undefined)
  lab.run(15)
  return { lab, id }
}

describe('against a program with ten workers', () => {
  it('ten are served, one more than the backlog waits, and nobody else gets in', () => {
    const { lab, id } = flood(1)
    const { server } = lab
    expect(server.openConnections).toBe(WORKERS)
    expect(server.listener.acceptQueue.length).toBe(BACKLOG + 1)
    expect(lab.gained('Accepted')).toBe(WORKERS)
    expect(lab.gained('PassiveOpens')).toBe(WORKERS + BACKLOG + 1)
    // Two SYNs, 10 ms apart, came in the round trip of 25 ms before the accept queue was full. Their last ACKs found it so: their bots take
    // themselves for connected, and their requests wait, their SYN-ACKs being repeated.
    expect(server.listener.synQueue.length).toBe(2)
    expect(lab.figure(id, 'established')).toBe(WORKERS + BACKLOG + 1 + 2)
    expect(lab.outcomes()).toEqual({ timeout: lab.records.length })
  })

  it('what is lost is an overflow of the accept queue, SYNs and ACKs alike', () => {
    const { lab } = flood(1)
    const { ListenOverflows, ListenDrops, TCPReqQFullDoCookies, TCPReqQFullDrop } = lab.allGained(
      'ListenOverflows',
      'ListenDrops',
      'TCPReqQFullDoCookies',
      'TCPReqQFullDrop',
    )
    expect(ListenOverflows).toBe(lab.dropped(DropReason.ACCEPT_QUEUE_FULL))
    expect(ListenOverflows).toBeGreaterThan(3000)
    expect(ListenDrops).toBe(ListenOverflows)
    expect(TCPReqQFullDoCookies + TCPReqQFullDrop).toBe(0)
  })

  it('cookies 0 and 1 give the same run to the last counter; with 2 as many are served and as many wait', () => {
    const [off, on, always] = [0, 1, 2].map((synCookies) => flood(synCookies).lab) as [AttackLab, AttackLab, AttackLab]
    expect([...on.server.counters.mib]).toEqual([...off.server.counters.mib])
    expect(on.records).toEqual(off.records)
    expect(always.outcomes()).toEqual(off.outcomes())
    expect(always.server.openConnections).toBe(WORKERS)
    expect(always.server.listener.acceptQueue.length).toBe(BACKLOG + 1)
    expect(always.gained('SyncookiesFailed')).toBe(0)
    // Handshakes that found the accept queue full are not remembered: that is the whole difference.
    expect(always.server.listener.synQueue.length).toBe(0)
  })

  it('when it is over the bots’ kernels close, and everybody is served again', () => {
    const { lab, id } = flood(1)
    lab.runTo(61)
    expect(lab.snapshot(id)).toMatchObject({ state: 'finished', figures: { open: 0 } })
    lab.runTo(130)
    expect(lab.server.openConnections).toBe(0)
    lab.clients({ rate: 10 })
    lab.run(10)
    lab.clients(undefined)
    lab.run(10)
    expect(lab.outcomes(130)).toEqual({ ok: lab.records.filter(({ startedAt }) => startedAt >= 130e6).length })
  })
})

describe('against a program that serves everybody', () => {
  it('holds as many connections as it has opened', () => {
    const lab = new AttackLab()
    const id = lab.attack({ kind: 'connect-flood', rate: 200, duration: 10 })
    lab.run(5)
    expect(Math.abs(lab.server.openConnections - 200 * 5)).toBeLessThan(10)
    lab.run(4)
    expect(lab.acceptQueue.max).toBeLessThanOrEqual(1)
    lab.run(3)
    // The three SYNs of the last 20 ms had no answer yet when the attack ended.
    expect(lab.snapshot(id).figures).toMatchObject({ open: 0, established: 1997, closed: 2000, reset: 0, timeout: 0 })
    expect(lab.server.openConnections).toBe(0)
  })

  it.each([0.5, 2, 5])('with hold %d s there are rate x hold at a time (Little’s law)', (hold) => {
    const lab = new AttackLab()
    const id = lab.attack({ kind: 'connect-flood', rate: 50, arrivals: 'constant', hold, duration: 30 })
    let sum = 0
    lab.runTo(10)
    for (let sample = 0; sample < 100; sample++) {
      lab.run(0.15)
      sum += lab.server.openConnections
    }
    // Held from the SYN-ACK's arrival to that of the FIN, half a round trip more than the ACK takes: the times cancel out.
    expect(Math.abs(sum / 100 - 50 * hold)).toBeLessThan(1)
    expect(Math.abs(lab.figure(id, 'open') - 50 * (hold + 0.02))).toBeLessThanOrEqual(1)
  })

  it('comes from the bots that it was given, and from no other', () => {
    const bots = new Set<number>()
    const lab = new AttackLab()
    lab.attack({ kind: 'connect-flood', rate: 200, bots: 7, duration: 2 })
    lab.run(1)
    lab.server.endpoint.tcbs.forEach(({ remoteAddress }) => {
      bots.add(remoteAddress)
    })
    const first = 0x0a09_4000
    expect([...bots].sort((a, b) => a - b)).toEqual(Array.from({ length: 7 }, (_, bot) => first + bot))
  })
})
