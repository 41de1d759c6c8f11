/**
 * Replays over the control API: only out of the directory that the attacker was given.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { buildAttackerApi } from '../../../../attacker/api/attacker-api.ts'
import type { ControlApp } from '../../../../control/app.ts'
import { SYN } from '../../../../tcpip/wire/segment.ts'
import { packetOf, pcapFile } from '../../../support/readers/capture-files.ts'
import { TestEngine } from '../../../support/worlds/attacker-engine.ts'

const REPLAY = { kind: 'trace-replay', trace: 'flood.pcap', duration: 60 }

let engine: TestEngine
let app: ControlApp
let directory: string

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'synlab-traces-'))
  const syn = packetOf({ source: 0x0808_0808, destination: 0x0101_0101, destinationPort: 80, flags: SYN })
  const times = [0, 0.25, 0.5, 1.5]
  writeFileSync(
    join(directory, 'flood.pcap'),
    pcapFile(
      times.map((time) => ({ seconds: Math.floor(time), nanoseconds: (time % 1) * 1e9, bytes: syn })),
      {
        linkType: 101,
      },
    ),
  )
  const other = packetOf({ source: 0x0808_0808, destination: 0x0202_0202, destinationPort: 80, flags: SYN })
  const ipv6 = Uint8Array.of(0x60, ...Array(39).fill(0))
  writeFileSync(
    join(directory, 'mixed.pcap'),
    pcapFile(
      [syn, syn, other, ipv6, syn, syn].map((bytes, i) => ({ seconds: i === 5 ? 7 : 0, nanoseconds: i, bytes })),
    ),
  )
  engine = new TestEngine()
  engine.setLink('ready')
})

afterEach(async () => {
  await app.close()
  rmSync(directory, { recursive: true })
})

async function post(traces: string | undefined, body: object) {
  app = buildAttackerApi(engine, 'silent', traces)
  const response = await app.inject({ method: 'POST', url: '/api/attacks', payload: body })
  return { status: response.statusCode, body: response.json() }
}

test('a recording is replayed and lasts as long as it did', async () => {
  const { status, body } = await post(directory, REPLAY)
  expect({ status, body }).toMatchObject({ status: 201, body: { kind: 'trace-replay', trace: 'flood.pcap', speed: 1 } })
  expect(body.duration).toBeCloseTo(1.5, 2)
  // The busiest second has the first three of the four packets.
  expect(body.rate).toBe(3)
})

test('the reply, the state and the metrics tell what becomes of the packets of the recording', async () => {
  const replay = {
    packets: 6,
    victim: '1.1.1.1',
    foundBy: 'syn',
    replayed: 3,
    leftOut: { other_host: 1, ipv6: 1, beyond_end: 1 },
    changed: {},
    summary: expect.stringMatching(/^3 of 6 packets, to 1\.1\.1\.1 .*left out: 1 to other hosts, 1 IPv6/) as string,
  }
  const { body } = await post(directory, { ...REPLAY, trace: 'mixed.pcap', duration: 1 })
  expect(body.replay).toEqual(replay)
  engine.pass(2000)
  expect((await app.inject('/api/attacks/1')).json()).toMatchObject({ state: 'finished', sent: 3, offered: 3, replay })
  const metrics = (await app.inject('/metrics')).body
  for (const [outcome, count] of Object.entries({ replayed: 3, other_host: 1, ipv6: 1, beyond_end: 1, not_tcp: 0 })) {
    expect(metrics).toContain(`synlab_trace_packets_total{outcome="${outcome}"} ${count}\n`)
  }
  await app.inject({ method: 'POST', url: '/api/reset' })
  expect((await app.inject('/metrics')).body).toContain('synlab_trace_packets_total{outcome="replayed"} 0\n')
})

test('the attacked host can be told', async () => {
  const { body } = await post(directory, { ...REPLAY, trace: 'mixed.pcap', victim: '2.2.2.2' })
  expect(body).toMatchObject({ victim: '2.2.2.2', replay: { victim: '2.2.2.2', foundBy: 'told', replayed: 1 } })
})

test.each(['2.2.2', '2.2.2.2:0', 'host', ''])('and must be an address: %j', async (victim) => {
  const { status, body } = await post(directory, { ...REPLAY, victim })
  expect([status, body.code, body.path]).toEqual([400, 'BAD_VALUE', 'victim'])
})

test.each([
  ['one that does not exist', { trace: 'none.pcap' }, 'no such file'],
  ['one elsewhere', { trace: '../flood.pcap' }, 'must not contain /'],
  ['none', { trace: '' }, 'trace'],
])('%s is refused', async (_, change, message) => {
  const { status, body } = await post(directory, { ...REPLAY, ...change })
  expect(status).toBe(400)
  expect(body).toMatchObject({ path: 'trace', message: expect.stringContaining(message) as string })
})

test('an attacker without a directory of traces replays nothing', async () => {
  expect(await post(undefined, REPLAY)).toMatchObject({ status: 400, body: { code: 'BAD_VALUE', path: 'trace' } })
})
