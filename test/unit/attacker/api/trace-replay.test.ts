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
