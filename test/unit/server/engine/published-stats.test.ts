import { Worker } from 'node:worker_threads'
import { describe, expect, it } from 'vitest'
import { Gauge } from '../../../../server/engine/gauges.ts'
import { makeSharedStats, StatsPublisher, StatsReader } from '../../../../server/engine/published-stats.ts'
import { Mib } from '../../../../tcpip/base/counters.ts'
import { DropReason } from '../../../../tcpip/base/drop-reason.ts'
import { FrameOutcome } from '../../../../tcpip/udp-link/udp-counters.ts'

describe('published numbers', () => {
  it('are all there for a reader, and only once they are published', () => {
    const shared = makeSharedStats()
    const publisher = new StatsPublisher(shared)
    const reader = new StatsReader(shared)
    const { counters, link, gauges } = publisher.stats
    counters.add(Mib.PacketsIn)
    counters.outcome(DropReason.ACCEPTED)
    link.datagramsIn[FrameOutcome.BAD_MAC] = 7
    link.countLate(3)
    gauges[Gauge.LINK_PEERS] = 2
    expect([...reader.read().words].every((word) => word === 0)).toBe(true)
    publisher.publish()
    const read = reader.read()
    expect(read.counters.mib[Mib.PacketsIn]).toBe(1)
    expect(read.counters.outcomes[DropReason.ACCEPTED]).toBe(1)
    expect(read.link.datagramsIn[FrameOutcome.BAD_MAC]).toBe(7)
    expect(read.link.packetsLate).toBe(3)
    expect(read.gauges[Gauge.LINK_PEERS]).toBe(2)
    expect(read.words).toEqual(publisher.stats.words)
  })

  it('are never read half old, half new, while another thread publishes without a pause', async () => {
    const shared = makeSharedStats()
    const reader = new StatsReader(shared)
    const { words } = reader.read()
    // The publisher's side by hand: a worker cannot load TypeScript.
    const worker = new Worker(
      `const { workerData: shared, parentPort } = require('node:worker_threads')
       const sequence = new Int32Array(shared, 0, 1)
       const words = new Float64Array(shared, 8)
       const fresh = new Float64Array(words.length)
       parentPort.postMessage('go')
       for (let n = 1; n <= 2_000_000; n++) {
         fresh.fill(n)
         Atomics.add(sequence, 0, 1)
         words.set(fresh)
         Atomics.add(sequence, 0, 1)
       }`,
      { eval: true, workerData: shared },
    )
    await new Promise((resolve) => worker.once('message', resolve))
    let torn = 0
    let changes = 0
    let last = 0
    for (let reads = 0; words[0] < 2_000_000 && reads < 50_000_000; reads++) {
      reader.read()
      if (words.some((word) => word !== words[0])) torn++
      if (words[0] !== last) changes++
      last = words[0]
    }
    expect(words[0]).toBe(2_000_000)
    expect(torn).toBe(0)
    expect(changes).toBeGreaterThan(10)
    await worker.terminate()
  })
})
