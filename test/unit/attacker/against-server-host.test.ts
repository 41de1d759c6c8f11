/**
 * The attacker host against the lab's own server host, over a memory link in virtual time: the lab's claim in small.
 */
import { expect, test } from 'vitest'
import { CLIENT_DEFAULTS } from '../../../attacker/clients/client-spec.ts'
import { makeAttack } from '../../../attacker/traffic/attack-spec.ts'
import { AttackerHost } from '../../../attacker/traffic/attacker-host.ts'
import { World } from '../../../lab/world/world.ts'
import { SERVER_DEFAULTS } from '../../../server/app/server-config.ts'
import { SERVER_SECRET_BYTES, ServerHost } from '../../../server/app/server-host.ts'
import { Prng } from '../../../tcpip/base/prng.ts'
import { SECOND } from '../../../tcpip/base/time.ts'
import { SECRET_BYTES } from '../../../tcpip/host/endpoint.ts'
import { makeMemoryLink } from '../../../tcpip/link/memory-link.ts'
import { testSecret } from '../../support/worlds/server-lab.ts'

/** Success ratio of twenty clients per second that start within 20 s, the flood having begun 20 s before. */
function successRatio(floodRate: number, synCookies: number): number {
  const link = makeMemoryLink(1024)
  const server = new ServerHost({
    link: link.a,
    config: { ...SERVER_DEFAULTS, synCookies, maxSynBacklog: 65_536 },
    secret: testSecret(SERVER_SECRET_BYTES),
  })
  let ok = 0
  let ended = 0
  const attacker = new AttackerHost({
    link: link.b,
    prng: new Prng(3),
    secret: testSecret(SECRET_BYTES),
    onConnection: ({ outcome }) => {
      ended++
      if (outcome === 'ok') ok++
    },
  })
  const hosts = [
    { host: attacker, rx: link.b.rx },
    { host: server, rx: link.a.rx },
  ]
  const world = new World(hosts, [])
  if (floodRate > 0) {
    attacker.startAttack(makeAttack({ kind: 'syn-flood', rate: floodRate, duration: 60 }), world.now)
  }
  world.runThrough(20 * SECOND)
  attacker.setClients({ ...CLIENT_DEFAULTS, rate: 20 }, world.now)
  world.runThrough(40 * SECOND)
  attacker.setClients(undefined, world.now)
  world.runThrough(60 * SECOND)
  expect(ended).toBeGreaterThan(300)
  expect(ended).toBe(attacker.clientCounters.attempted)
  return ok / ended
}

test('without a flood every client is served', () => {
  expect(successRatio(0, 0)).toBe(1)
})

test('a flood starves nearly all clients of a server without SYN cookies', () => {
  expect(successRatio(5000, 0)).toBeLessThan(0.1)
})

test('the same flood harms no client of a server with SYN cookies', () => {
  expect(successRatio(5000, 1)).toBe(1)
})
