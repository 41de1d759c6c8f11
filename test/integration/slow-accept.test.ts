/**
 * The knobs of the program behind the listener, live: one PATCH makes it accept slowly, and the accept queue of a running
 * server fills; another one, and it drains. All figures come from the control API and /metrics.
 */
import { afterEach, describe, expect, it } from 'vitest'
import type { ServerState } from '../../server/contract.ts'
import { type LabProcess, until } from '../support/processes/lab-process.ts'
import { LiveLab, serverStateOf } from '../support/processes/live-lab.ts'

const CLIENTS_PER_SECOND = 100

const lab = new LiveLab()

afterEach(() => lab.stop())

async function queueOf(server: LabProcess): Promise<ServerState['acceptQueue']> {
  return (await serverStateOf(server)).acceptQueue
}

/** Accepts per second over the next `count` of them. */
async function acceptRate(server: LabProcess, count: number): Promise<number> {
  const accepts = () => server.metric('synlab_app_accepts_total')
  const before = await accepts()
  const start = performance.now()
  const after = await until(`${count} accepts`, async () => {
    const now = await accepts()
    return now >= before + count && now
  })
  return (after - before) / ((performance.now() - start) / 1000)
}

describe('acceptInterval of a running server', () => {
  it('fills the accept queue to backlog + 1 when it is set, is the rate of accepts, and drains the queue at 0', async () => {
    const server = await lab.server('--backlog=16')
    const patch = (change: object) => server.request<object>('PATCH', '/api/config', change)
    await lab.attacker(server, `--clients-rate=${CLIENTS_PER_SECOND}`)
    await until('clients are served', async () => (await server.metric('synlab_app_accepts_total')) > 50)
    expect(await queueOf(server)).toEqual({ length: 0, limit: 16 })
    expect(await server.metric('synlab_accept_queue_overflows_total')).toBe(0)

    expect(await patch({ acceptInterval: 60_000 })).toMatchObject({ status: 200, body: { acceptInterval: 60_000 } })
    await until('the accept queue is full', async () => (await queueOf(server)).length === 17)
    await until('the kernel drops', async () => (await server.metric('synlab_accept_queue_overflows_total')) > 20)
    expect(await server.metric('synlab_syn_queue_full_drops_total')).toBe(0)
    expect(await server.metric('synlab_listen_drops_total')).toBeGreaterThan(20)

    await patch({ acceptInterval: 100 })
    const rate = await acceptRate(server, 30)
    expect(rate).toBeGreaterThan(9)
    expect(rate).toBeLessThan(11)
    expect((await queueOf(server)).length).toBeGreaterThan(10)

    await patch({ acceptInterval: 0 })
    await until('the accept queue is empty', async () => (await queueOf(server)).length === 0)
    const overflows = await server.metric('synlab_accept_queue_overflows_total')
    await until('clients are served', async () => (await acceptRate(server, 100)) > CLIENTS_PER_SECOND / 2)
    expect(await server.metric('synlab_accept_queue_overflows_total')).toBe(overflows)
  })

  it('is refused outside its range, and nothing has changed', async () => {
    const server = await lab.server('--workers=7')
    const refused = await server.request('PATCH', '/api/config', { workers: 8, acceptInterval: -1 })
    expect(refused).toMatchObject({ status: 400, body: { code: 'OUT_OF_RANGE', path: 'acceptInterval' } })
    expect(await server.metric('synlab_app_workers_limit')).toBe(7)
  })
})
