import { describe, expect, it } from 'vitest'
import { Mib } from '../../../../tcpip/base/counters.ts'
import { SECOND } from '../../../../tcpip/base/time.ts'
import { BATCH } from '../../../../tcpip/host/endpoint.ts'
import { Served, Visitor } from '../../../support/worlds/served.ts'

describe('the server host', () => {
  it('accepts between packets: a batch of final ACKs does not overflow a short accept queue', () => {
    const served = new Served({ backlog: 1, synCookies: 2 })
    for (let i = 0; i < 50; i++) new Visitor(served, 41_000 + i)
    served.settle()
    const { mib } = served.host.counters
    expect(mib[Mib.Accepted]).toBe(50)
    expect(mib[Mib.ListenOverflows]).toBe(0)
  })

  it('takes a bounded number of packets per turn', () => {
    const served = new Served()
    for (let i = 0; i < BATCH + 10; i++) served.serverEnd.rx.push(new Uint8Array(20), 0, 20)
    served.host.poll(served.now)
    expect(served.host.counters.mib[Mib.PacketsIn]).toBe(BATCH)
    expect(served.serverEnd.rx.size).toBe(10)
  })

  it('fires timers although no packet comes', () => {
    const served = new Served()
    const visitor = new Visitor(served, 41_000)
    served.host.poll(served.now)
    served.client.abort(visitor.tcb, served.now)
    served.serverEnd.tx.clear()
    served.host.poll(served.now + SECOND)
    expect(served.host.counters.mib[Mib.TCPSynRetrans]).toBe(1)
  })

  it('keeps its configuration and its queue when there is no memory for a new one', () => {
    const served = new Served({ backlog: 16 })
    const { listener } = served.host
    const before = { config: listener.config, capacity: listener.synQueue.capacity, limit: listener.limit }
    const huge = { ...served.host.config, backlog: 2 ** 31, somaxconn: 2 ** 31 }
    expect(() => served.host.configure(huge)).toThrow()
    expect({ config: listener.config, capacity: listener.synQueue.capacity, limit: listener.limit }).toEqual(before)
    expect(listener.acceptQueue.limit).toBe(16)
    served.connect()
    expect(served.host.counters.mib[Mib.Accepted]).toBe(1)
  })
})
