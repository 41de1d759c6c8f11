/**
 * The lab's promise, live: separate processes over the UDP link, a flood of 5,000 SYN/s, and one switch. All figures come
 * from /metrics.
 */
import { afterEach, describe, expect, it } from 'vitest'
import { type LabProcess, until } from '../support/processes/lab-process.ts'
import { LiveLab } from '../support/processes/live-lab.ts'

const FLOOD = { kind: 'syn-flood', rate: 5000, duration: 120 }
const CLIENTS_PER_SECOND = 100
/** The switch must have worked after this long, milliseconds. */
const RESCUE_MS = 2000

const lab = new LiveLab()

afterEach(() => lab.stop())

interface Tally {
  readonly ok: number
  readonly failed: number
}

async function tally(attacker: LabProcess): Promise<Tally> {
  const outcomes = ['timeout', 'refused', 'reset', 'local']
  const count = (outcome: string) => attacker.metric(`synlab_client_connects_total{outcome="${outcome}"}`)
  const [ok, ...failed] = await Promise.all([count('ok'), ...outcomes.map(count)])
  return { ok, failed: failed.reduce((sum, n) => sum + n, 0) }
}

/** Success among the next `attempts` honest connections that end. */
async function successOfNext(attacker: LabProcess, attempts: number): Promise<number> {
  const before = await tally(attacker)
  return until(`${attempts} honest attempts ended`, async () => {
    const now = await tally(attacker)
    const ok = now.ok - before.ok
    const ended = ok + now.failed - before.failed
    return ended >= attempts && ok / ended + Number.EPSILON
  })
}

/** Waits until the clock has gone on by `milliseconds`: the promise under test is one about time. */
async function elapse(milliseconds: number): Promise<void> {
  const end = performance.now() + milliseconds
  await until(`${milliseconds} ms passed`, async () => performance.now() >= end)
}

describe('a flood of 5,000 SYN/s against a live server', () => {
  it('leaves honest clients below 10 %, and one PATCH brings them above 99 % within 2 s, the queue still full', async () => {
    const server = await lab.server('--backlog=128', '--syn-cookies=0')
    const attacker = await lab.attacker(server, `--clients-rate=${CLIENTS_PER_SECOND}`)
    expect(await successOfNext(attacker, 100)).toBeGreaterThan(0.99)

    expect((await attacker.request('POST', '/api/attacks', FLOOD)).status).toBe(201)
    await until('the SYN queue is full', async () => (await server.metric('synlab_syn_queue_length')) === 129)
    // Attempts that end from now on, successes of the first instant and the first timeouts included, are let go by.
    await successOfNext(attacker, 4 * CLIENTS_PER_SECOND)
    expect(await successOfNext(attacker, 300)).toBeLessThan(0.1)
    expect(await server.metric('synlab_syn_queue_full_drops_total')).toBeGreaterThan(10_000)
    expect(await server.metric('synlab_syncookies_sent_total')).toBe(0)

    const patched = await server.request<{ synCookies: number }>('PATCH', '/api/config', { synCookies: 1 })
    expect(patched).toMatchObject({ status: 200, body: { synCookies: 1 } })
    await elapse(RESCUE_MS)
    expect(await successOfNext(attacker, 300)).toBeGreaterThan(0.99)
    expect(await server.metric('synlab_syn_queue_length')).toBeGreaterThan(120)
    expect(await server.metric('synlab_syncookies_mode')).toBe(1)
    expect(await server.metric('synlab_syncookies_received_total')).toBeGreaterThan(100)
    expect(await attacker.metric('synlab_attack_packets_sent_total{kind="syn-flood"}')).toBeGreaterThan(20_000)
  })
})
