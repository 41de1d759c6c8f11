/**
 * The attacker's event stream, live: whoever listens sees attacks begin, go on and end, whatever ended them.
 */
import { afterEach, describe, expect, it } from 'vitest'
import type { AttackerEvents } from '../../attacker/contract.ts'
import { AttackerClient } from '../../lab/client/attacker-client.ts'
import type { EventReader } from '../../lab/client/event-reader.ts'
import type { LabProcess } from '../support/processes/lab-process.ts'
import { LiveLab } from '../support/processes/live-lab.ts'

const FLOOD = { kind: 'syn-flood', rate: 1000, duration: 600 }

const lab = new LiveLab()
const readers: EventReader<AttackerEvents>[] = []

afterEach(async () => {
  for (const reader of readers.splice(0)) reader.close()
  await lab.stop()
})

async function listen(attacker: LabProcess): Promise<EventReader<AttackerEvents>> {
  const reader = await new AttackerClient(`http://127.0.0.1:${attacker.ready.apiPort}`).events()
  readers.push(reader)
  return reader
}

describe('the event stream of an attacker', () => {
  it('tells of the beginning, the progress and the end of attacks, and of clients', async () => {
    const attacker = await lab.attacker(await lab.server())
    const events = await listen(attacker)
    expect(await events.until('snapshot')).toMatchObject({ link: { state: 'ready' }, attacks: [] })

    await attacker.request('POST', '/api/attacks', FLOOD)
    expect(await events.until('attack')).toMatchObject({ id: 1, ...FLOOD, state: 'running' })
    const offered: number[] = []
    while (offered.length < 3) {
      const { attacks } = await events.until('snapshot')
      offered.push(attacks[0]?.offered ?? 0)
    }
    expect(offered[0]).toBeLessThan(offered[1] as number)
    expect(offered[1]).toBeLessThan(offered[2] as number)
    await attacker.request('DELETE', '/api/attacks/1')
    const { sent, late, noRoom, ...stopped } = await events.until('attack')
    expect(stopped).toMatchObject({ id: 1, state: 'stopped', offered: sent + late + noRoom })

    // One that ends by itself.
    await attacker.request('POST', '/api/attacks', { ...FLOOD, duration: 0.2 })
    expect(await events.until('attack', ({ id }) => id === 2)).toMatchObject({ state: 'running' })
    expect(await events.until('attack', ({ id }) => id === 2)).toMatchObject({
      state: 'finished',
      offered: 200,
      elapsed: 0.2,
    })

    await attacker.request('PUT', '/api/clients', { rate: 20 })
    expect(await events.until('clients')).toMatchObject({ rate: 20 })
    await events.until('snapshot', ({ clients }) => clients.outcomes.ok > 0)
    const ids = [await events.next(), await events.next(), await events.next()].map((event) => event?.id as number)
    expect(ids).toEqual(ids.map((_, index) => (ids[0] as number) + index))
  })

  it('tells of the loss of the server, which ends attacks, and of the next one, which can be attacked', async () => {
    const server = await lab.server()
    const attacker = await lab.attacker(server)
    const events = await listen(attacker)
    await attacker.request('POST', '/api/attacks', FLOOD)
    await events.until('attack')
    await server.kill()
    expect(await events.until('attack')).toMatchObject({ id: 1, state: 'stopped' })
    await events.until('link', ({ state }) => state === 'connecting')

    const next = await lab.server(`--link-port=${server.ready.linkPort}`)
    await events.until('link', ({ state }) => state === 'ready')
    await attacker.request('POST', '/api/attacks', FLOOD)
    expect(await events.until('attack')).toMatchObject({ id: 2, state: 'running' })
    await events.until('snapshot', ({ attacks }) => (attacks[1]?.sent ?? 0) > 100)
    expect(await next.metric('synlab_syn_received_total')).toBeGreaterThan(0)
  })

  it('tells when a lease runs out, which attacks that ends, and leaves those without it alone', async () => {
    const attacker = await lab.attacker(await lab.server())
    const events = await listen(attacker)
    const { body: lease } = await attacker.request<{ id: string }>('POST', '/api/leases')
    await attacker.request('POST', '/api/attacks', FLOOD)
    await attacker.request('POST', '/api/attacks', { ...FLOOD, lease: lease.id })
    await attacker.request('POST', '/api/attacks', { kind: 'connect-flood', rate: 10, duration: 600, lease: lease.id })
    expect(await events.until('lease')).toMatchObject({ state: 'expired', attacks: [2, 3] })
    expect(await events.until('attack', ({ state }) => state !== 'running')).toMatchObject({ id: 2 })
    expect(await events.until('attack', ({ state }) => state !== 'running')).toMatchObject({ id: 3 })
    const { attacks } = await events.until('snapshot')
    expect(attacks.map(({ state }) => state)).toEqual(['running', 'stopped', 'stopped'])
    const refused = await attacker.request('POST', '/api/attacks', { ...FLOOD, lease: lease.id })
    expect(refused).toMatchObject({ status: 404, body: { code: 'NOT_FOUND' } })
  })
})
