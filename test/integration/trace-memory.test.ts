/**
 * Many replays, live: a short recording is in memory once, shared by the threads of the attacker; of a long one only the
 * page that is played. Needs the compiled program (`npm test` compiles first).
 */
import { appendFileSync, fstatSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, expect, it } from 'vitest'
import { closeTrace, type OpenSpooledTrace, timelineOf } from '../../attacker/engine/trace-spool.ts'
import { countBeyond } from '../../attacker/trace/timeline.ts'
import type { Trace } from '../../attacker/trace/trace.ts'
import { LiveLab, makeTraces, stateOf } from '../support/processes/live-lab.ts'

const lab = new LiveLab()

afterEach(() => lab.stop())

type ReaderModule = typeof import('../../attacker/engine/trace-thread.ts')

/** The compiled reader: it starts a thread of compiled code. */
async function makeReader(): Promise<ReturnType<ReaderModule['makeTraceReader']>> {
  const url = new URL('../../dist/attacker/engine/trace-thread.js', import.meta.url)
  return ((await import(url.href)) as ReaderModule).makeTraceReader()
}

it('a recording that is read again is the same memory, until its file or the victim is another', async () => {
  const directory = makeTraces(1000)
  const read = await makeReader()
  const victim = { address: 0x7f00_0001, port: undefined }
  const [first, second] = await Promise.all([read(directory, 'flood.pcap'), read(directory, 'flood.pcap')])
  expect(second).toBe(first)
  expect((first as Trace).times.buffer).toBeInstanceOf(SharedArrayBuffer)
  expect(await read(directory, 'flood.pcap', victim)).toMatch(/no TCP segment to 127\.0\.0\.1/)
  appendFileSync(join(directory, 'flood.pcap'), 'x')
  const damaged = (await read(directory, 'flood.pcap')) as Trace
  expect(damaged).not.toBe(first)
  expect(damaged.account.damage?.reason).toBe('the file ends inside the header of a packet')
})

it('a long recording is in a file, which each replay opens for itself', async () => {
  const directory = makeTraces(10_000)
  const read = await makeReader()
  const orders = (await Promise.all([
    read(directory, 'flood.pcap'),
    read(directory, 'flood.pcap'),
  ])) as OpenSpooledTrace[]
  const [first, second] = orders
  expect(second.descriptor).not.toBe(first.descriptor)
  expect(fstatSync(second.descriptor).ino).toBe(fstatSync(first.descriptor).ino)
  // The next recording takes its place; replays under way keep theirs.
  appendFileSync(join(directory, 'flood.pcap'), 'x')
  orders.push((await read(directory, 'flood.pcap')) as OpenSpooledTrace)
  expect(fstatSync(orders[2].descriptor).ino).not.toBe(fstatSync(first.descriptor).ino)
  for (const order of orders) expect(countBeyond(timelineOf(order), 1, 1_000_000)).toBe(9_900)
  // A file that somebody has removed is made again.
  for (const path of readdirSync(tmpdir()).filter((entry) => entry.startsWith(`synlab-traces-${process.pid}-`))) {
    rmSync(join(tmpdir(), path), { recursive: true })
  }
  const again = (await read(directory, 'flood.pcap')) as OpenSpooledTrace
  expect(again).toMatchObject({ count: 10_000, descriptor: expect.any(Number) })
  orders.push(again)
  for (const order of orders) closeTrace(order)
})

it('sixteen replays of one recording run beside each other', async () => {
  const directory = makeTraces()
  const attacker = await lab.attacker(await lab.server(), `--traces=${directory}`)
  for (let i = 1; i <= 16; i++) {
    const { status, body } = await attacker.request('POST', '/api/attacks', {
      kind: 'trace-replay',
      trace: 'flood.pcap',
      duration: 60,
    })
    expect([status, body]).toMatchObject([201, { id: i, replay: { packets: 60_000, replayed: 6000 } }])
  }
  const { attacks } = await stateOf(attacker)
  expect(attacks.filter(({ state }) => state === 'running')).toHaveLength(16)
  await attacker.request('DELETE', '/api/attacks')
})
