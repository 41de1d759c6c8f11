/**
 * The attacker's engine in front of a real server host: what its state says about the clients' latency, and what a reset sets to zero.
 */
import { expect, test } from 'vitest'
import { CLIENT_DEFAULTS } from '../../../attacker/clients/client-spec.ts'
import { AttackerEngineCore } from '../../../attacker/engine/engine-core.ts'
import { SharedCounters } from '../../../attacker/engine/shared-counters.ts'
import { SERVER_DEFAULTS } from '../../../server/app/server-config.ts'
import { SERVER_SECRET_BYTES, ServerHost } from '../../../server/app/server-host.ts'
import { Prng } from '../../../tcpip/base/prng.ts'
import { SECRET_BYTES } from '../../../tcpip/host/endpoint.ts'
import { makeMemoryLink } from '../../../tcpip/link/memory-link.ts'
import { BOT_ADDRESSES, BYSTANDER_ADDRESSES, CLIENT_ADDRESSES } from '../../../tcpip/wire/address-plan.ts'
import { ManualScheduler } from '../../support/worlds/manual-scheduler.ts'
import { testSecret } from '../../support/worlds/server-lab.ts'

test('the state tells the latency of clients that were served, until a reset', () => {
  const link = makeMemoryLink(1024)
  const scheduler = new ManualScheduler()
  const server = new ServerHost({
    link: link.b,
    config: SERVER_DEFAULTS,
    secret: testSecret(SERVER_SECRET_BYTES),
  })
  const counters = new SharedCounters()
  const core = new AttackerEngineCore({
    link: {
      end: link.a,
      flush: () => server.poll(scheduler.clock()),
      state: 'ready',
      detail: '',
      prefixes: [CLIENT_ADDRESSES, BOT_ADDRESSES, BYSTANDER_ADDRESSES],
    },
    hub: { host: 'server', port: 7400 },
    momentOf: (now) => now / 1000,
    prng: new Prng(1),
    secret: testSecret(SECRET_BYTES),
    counters,
    clock: scheduler.clock,
    clients: { ...CLIENT_DEFAULTS, rate: 100, arrivals: 'constant' },
    emit: () => {},
    scheduler,
  })
  const { latency: before } = core.state().clients
  expect(before).toMatchObject({ count: 0, connectMs: { p50: null }, firstByteMs: { p999: null } })
  scheduler.pass(5000)
  const { latency, outcomes, connects } = core.state().clients
  expect(outcomes.ok).toBeGreaterThan(490)
  expect(latency.count).toBe(outcomes.ok)
  const { p50, p90, p99, p999, max } = latency.firstByteMs
  expect([p50, p90, p99, p999, max].every((value) => value !== null && value < 5)).toBe(true)
  // Everybody was connected within the first bucket, and each bucket counts those before it.
  expect(connects.at(-1)).toEqual({ le: null, count: outcomes.ok })
  expect(new Set(connects.map(({ count }) => count))).toEqual(new Set([outcomes.ok]))
  counters.gateway.countAccepted()
  counters.gateway.countOutcome('ok')
  expect(core.state().gateway).toMatchObject({ accepted: 1, open: 0, outcomes: { ok: 1, reset: 0 } })
  core.reset()
  expect(core.state().clients.latency).toMatchObject({ count: 0, connectMs: { max: null } })
  expect([counters.gateway.accepted, counters.gateway.count('ok')]).toEqual([0, 0])
  core.stop()
})
