/**
 * A hundred thousand connections with random applications over a faulty network: only the transitions of RFC 9293 figure
 * 5 happen, every byte is right, and afterwards nothing is left of them. A failure names the seed of its batch.
 */
import { describe, expect, it } from 'vitest'
import { Mib } from '../../tcpip/base/counters.ts'
import { Tcb } from '../../tcpip/connection/tcb.ts'
import type { Endpoint } from '../../tcpip/host/endpoint.ts'
import { stayed, strangeWays, TRANSITIONS, transitionName } from '../support/oracles/transitions.ts'
import { Workload } from '../support/worlds/workload.ts'

const BATCHES = 100
const CONNECTIONS_PER_BATCH = 1000
const FIRST_SEED = 7_000

/** Seeds that once failed. */
const REGRESSIONS: readonly number[] = []

/** Fields of a TCB in the pool that still name the connection it last held. */
const LEFT_OVER = new Set(['index', 'generation', 'localAddress', 'localPort', 'remoteAddress', 'remotePort'])
LEFT_OVER.add('flowHash').add('stateSince')

/** Fields of a pooled TCB that differ from those of a new one. */
function remains(tcb: Tcb): string[] {
  const fresh = new Tcb(tcb.index)
  const own = Object.entries(tcb).filter(([name, value]) => !LEFT_OVER.has(name) && typeof value !== 'object')
  const changed = own.filter(([name, value]) => value !== fresh[name as keyof Tcb]).map(([name]) => name)
  const queued = tcb.sendQueue.length + tcb.receiveQueue.length + tcb.reassembly.count
  return queued === 0 ? changed : [...changed, 'queues']
}

function expectNothingLeft(host: Endpoint): void {
  expect(host.tcbs.size).toBe(0)
  expect(host.tcbs.armedTimers).toBe(0)
  expect(host.tcbs.counts.every((count) => count === 0)).toBe(true)
  expect(host.counters.outcomes.reduce((sum, n) => sum + n, 0)).toBe(host.counters.mib[Mib.PacketsIn])
  expect(stayed(host.counters)).toEqual(new Map())
  expect(strangeWays(host.counters)).toEqual([])
}

function expectRightEnd(workload: Workload): void {
  const { client, server, listener, clientWatch, serverWatch, toServer, toClient } = workload
  for (const host of [client, server]) expectNothingLeft(host)
  for (const watch of [clientWatch, serverWatch]) expect(watch.ended).toBe(watch.opened)
  expect(listener.synQueue.length).toBe(0)
  expect(listener.synQueue.timers.armed).toBe(0)
  expect(listener.acceptQueue.length).toBe(0)
  for (const path of [toServer, toClient]) {
    expect(path.inFlight).toBe(0)
    expect(path.delivered + path.lost + path.overflowed).toBe(path.offered + path.duplicated)
  }
  expect(toServer.delivered).toBe(server.counters.mib[Mib.PacketsIn])
  expect(toClient.delivered).toBe(client.counters.mib[Mib.PacketsIn])
  const sent = client.counters.mib[Mib.PacketsOut] + server.counters.mib[Mib.PacketsOut]
  expect(toServer.offered + toClient.offered + workload.swallowed).toBe(sent)
  const pooled = new Set(workload.apps.map(({ tcb }) => tcb as Tcb))
  for (const tcb of pooled) expect(remains(tcb)).toEqual([])
}

function runBatch(seed: number, seen: Map<string, number>): Workload {
  const workload = new Workload(seed, seen)
  try {
    workload.run(CONNECTIONS_PER_BATCH)
    expectRightEnd(workload)
  } catch (error) {
    throw new Error(`seed ${seed}: ${error instanceof Error ? error.message : error}`, { cause: error })
  }
  return workload
}

describe('100,000 random connections over a faulty network', () => {
  const seen = new Map<string, number>()
  let opened = 0
  let streams = 0
  let misnumbered = 0

  it.each(Array.from({ length: 10 }, (_, i) => i))('follow RFC 9293 figure 5 and leave nothing, part %i', (part) => {
    for (let i = part * (BATCHES / 10); i < (part + 1) * (BATCHES / 10); i++) {
      const workload = runBatch(FIRST_SEED + i, seen)
      opened += workload.client.counters.mib[Mib.ActiveOpens]
      misnumbered += workload.misnumbered
      streams += workload.apps.filter((app) => app.sawEndOfStream && app.received > 0).length
    }
  })

  it('were that many, and most of their streams came to their end', () => {
    expect(opened).toBeGreaterThanOrEqual(BATCHES * CONNECTIONS_PER_BATCH)
    expect(streams).toBeGreaterThan(opened / 2)
    // Connections whose bytes are not checked: each was traced to its cookie (Workload.explain), and some there must be.
    expect(misnumbered).toBeGreaterThan(0)
  })

  it.each(TRANSITIONS.map(([from, to, why]) => [transitionName(from, to), why]))('took %s (%s)', (name) => {
    expect(seen.get(name) ?? 0).toBeGreaterThan(0)
  })
})

describe.runIf(REGRESSIONS.length > 0)('seeds that once failed', () => {
  it.each(REGRESSIONS)('%i', (seed) => {
    runBatch(seed, new Map())
  })
})
