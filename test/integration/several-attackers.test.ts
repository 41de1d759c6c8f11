/**
 * Several attacker processes against one live server: what they send adds up, each has addresses of its own, and none can
 * speak for another.
 */
import { afterEach, describe, expect, it } from 'vitest'
import type { AttackView } from '../../attacker/contract.ts'
import { type Prefix, parsePrefix, prefixCovers } from '../../tcpip/wire/address.ts'
import {
  BOT_ADDRESSES,
  BYSTANDER_ADDRESSES,
  CLIENT_ADDRESSES,
  GATEWAY_ADDRESSES,
} from '../../tcpip/wire/address-plan.ts'
import { type LabProcess, until } from '../support/processes/lab-process.ts'
import { LiveLab, serverStateOf, stateOf } from '../support/processes/live-lab.ts'

const RATE = 2000
const CLIENTS_RATE = 20

const lab = new LiveLab()
afterEach(() => lab.stop())

async function startAll(server: LabProcess, count: number): Promise<LabProcess[]> {
  return Promise.all(Array.from({ length: count }, () => lab.attacker(server)))
}

async function untilOver(attacker: LabProcess): Promise<AttackView> {
  return until('the attack is over', async () => {
    const attack = (await stateOf(attacker)).attacks.at(-1)
    return attack?.state === 'finished' && attack
  })
}

describe.each([2, 3])('%d attackers', (count) => {
  it('send floods that add up at the server', async () => {
    const server = await lab.server('--syn-cookies=1')
    const attackers = await startAll(server, count)
    const flood = { kind: 'syn-flood', rate: RATE, duration: 1 }
    await Promise.all(attackers.map((attacker) => attacker.request('POST', '/api/attacks', flood)))
    const attacks = await Promise.all(attackers.map(untilOver))
    for (const { offered } of attacks) expect(offered).toBe(RATE)
    const sent = attacks.reduce((sum, attack) => sum + attack.sent, 0)
    await until('the server has seen as many SYNs', async () => {
      return (await server.metric('synlab_syn_received_total')) >= sent
    })
    expect(await server.metric('synlab_syn_received_total')).toBe(sent)
    const { peers } = (await serverStateOf(server)).link
    expect(peers.map(({ packetsIn }) => packetsIn).sort()).toEqual(attacks.map((attack) => attack.sent).sort())
  })

  it('have blocks of their own, and honest clients that are served under the flood of all', async () => {
    const server = await lab.server('--syn-cookies=1')
    const attackers = await startAll(server, count)
    const { peers } = (await serverStateOf(server)).link
    const pools = [CLIENT_ADDRESSES, BOT_ADDRESSES, BYSTANDER_ADDRESSES, GATEWAY_ADDRESSES]
    const granted = peers.map(({ prefixes }) => prefixes.map((text) => parsePrefix(text) as Prefix))
    for (const pool of pools) {
      const blocks = granted.map((prefixes) => prefixes.filter((prefix) => prefixCovers(pool, prefix)))
      expect(blocks.map((own) => own.length)).toEqual(granted.map(() => 1))
      const all = blocks.flat()
      const overlaps = all.filter((one, i) => all.some((other, j) => i !== j && prefixCovers(one, other)))
      expect(overlaps).toEqual([])
    }
    // Two kinds with addresses of their own: the answers have to find their way back to the right process.
    for (const attacker of attackers) {
      await attacker.request('PUT', '/api/clients', { rate: CLIENTS_RATE })
      await attacker.request('POST', '/api/attacks', { kind: 'syn-flood', rate: RATE, duration: 600 })
      await attacker.request('POST', '/api/attacks', { kind: 'connect-flood', rate: 20, hold: 0.5, duration: 600 })
    }
    for (const attacker of attackers) {
      const { clients, attacks } = await until('clients and bots are served', async () => {
        const state = await stateOf(attacker)
        const { established = 0 } = state.attacks[1]?.figures ?? {}
        return state.clients.outcomes.ok >= 40 && established >= 20 && state
      })
      const { ok, ...others } = clients.outcomes
      const failed = Object.values(others).reduce((sum, n) => sum + n, 0)
      expect(ok / (ok + failed)).toBeGreaterThan(0.95)
      expect(attacks[1]?.figures).toMatchObject({ reset: 0, refused: 0 })
    }
  })
})
