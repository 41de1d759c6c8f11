/**
 * A recorded flood as part of a scenario: its times decide, its addresses do not appear, its hash is in the result.
 */
import { createHash } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { makeResult } from '../../../lab/bundle/result.ts'
import { traceFilesIn } from '../../../lab/files/trace-files.ts'
import { loadScenario } from '../../../lab/scenario/load.ts'
import { resolveScenario } from '../../../lab/scenario/resolve.ts'
import { loadTraces } from '../../../lab/scenario/traces.ts'
import { simulateScenario } from '../../../lab/simulator/scenario-run.ts'
import { SYN } from '../../../tcpip/wire/segment.ts'
import { packetOf, pcapFile } from '../../support/readers/capture-files.ts'

/** SYNs of the recording, and the time between two of them, milliseconds. */
const COUNT = 500
const GAP_MS = 10

const text = (file: string, more = ''): string => `
name: replay
description: A recorded flood.
phases: { baseline: 2, attack: 20, recovery: 2 }
arms:
  off: { synCookies: 0, backlog: 16 }
traffic:
  - { name: recorded, kind: trace-replay, trace: ${file}${more} }
`

let directory: string
let bytes: Uint8Array

beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'synlab-traces-'))
  const packets = Array.from({ length: COUNT }, (_, i) => ({
    seconds: 1_700_000_000 + Math.floor((i * GAP_MS) / 1000),
    nanoseconds: ((i * GAP_MS) % 1000) * 1_000_000,
    bytes: packetOf({
      source: 0x0808_0000 + i,
      sourcePort: 1024 + i,
      destination: 0x5db8_d822,
      destinationPort: 443,
      seq: i,
      flags: SYN,
      window: 512,
    }),
  }))
  bytes = pcapFile(packets, { linkType: 101 })
  writeFileSync(join(directory, 'flood.pcap'), bytes)
  writeFileSync(join(directory, 'notes.pcap'), 'not a capture at all')
})

afterAll(() => rmSync(directory, { recursive: true }))

function load(scenario: string) {
  return loadTraces(resolveScenario(loadScenario({ label: 'replay.yaml', text: scenario })), traceFilesIn(directory))
}

describe('a replay in a scenario', () => {
  it('sends every packet of the recording, at its times, and ends with it', async () => {
    const { scenario, traces } = load(text('flood.pcap'))
    const runs = (await simulateScenario(scenario, { traces })) ?? []
    const { phases } = makeResult(scenario, runs, 'command', '0').arms.off ?? { phases: undefined }
    expect(phases?.attack.counters.SynReceived).toBe(COUNT)
    // 17 places of a backlog of 16 are taken, 5 s are too short for any to become free.
    expect(phases?.attack.counters.TCPReqQFullDrop).toBe(COUNT - 17)
    const [run] = runs
    // One packet every 10 ms from the beginning of the attack phase: a hundred in each of its first five seconds.
    const queue = run?.recording.synQueue.max
    expect(queue?.[1]).toBe(0)
    expect(queue?.[2]).toBe(17)
  })

  it('has the rate of the recording, and its hash, in its definition', () => {
    const { scenario } = load(text('flood.pcap'))
    const sha256 = createHash('sha256').update(bytes).digest('hex')
    expect(scenario.attacks).toEqual([
      {
        name: 'recorded',
        kind: 'trace-replay',
        trace: 'flood.pcap',
        speed: 1,
        rate: 100,
        start: 2,
        stop: expect.closeTo(2 + ((COUNT - 1) * GAP_MS) / 1000, 2) as number,
        traceSha256: sha256,
        recording: {
          packets: COUNT,
          replayed: COUNT,
          victim: '93.184.216.34',
          foundBy: 'syn',
          leftOut: {},
          changed: {},
          summary: `${COUNT} of ${COUNT} packets, to 93.184.216.34 (which gets most SYNs)`,
        },
      },
    ])
  })

  it('can run faster', async () => {
    const { scenario, traces } = load(text('flood.pcap', ', speed: 5'))
    expect(scenario.attacks[0]).toMatchObject({ rate: 500, stop: expect.closeTo(2.998, 2) as number })
    const [run] = (await simulateScenario(scenario, { traces })) ?? []
    const result = makeResult(scenario, run === undefined ? [] : [run], 'command', '0')
    expect(result.arms.off?.phases.attack.counters.SynReceived).toBe(COUNT)
  })
})

describe('a replay without a recording', () => {
  it.each([
    ['a file that does not exist', 'none.pcap', 'traffic.recorded.trace: none.pcap: there is no such file'],
    ['a directory', '.', 'traffic.recorded.trace: .: not a file'],
    ['a file that is no capture', 'notes.pcap', 'traffic.recorded.trace: notes.pcap: '],
  ])('%s is refused in one line', (_, file, message) => {
    expect(() => load(text(file))).toThrow(message)
  })

  it('and a rate of its own is refused', () => {
    expect(() => load(text('flood.pcap', ', rate: 100'))).toThrow(
      /replay\.yaml:8:62: traffic\.recorded\.rate: unknown key "rate"/,
    )
  })
})
