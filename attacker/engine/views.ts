/**
 * How attacks, clients and gateway look from outside (attacker/contract.ts): in seconds and text, where the hosts have
 * microseconds and numbers. Pure, so that the lab inside the browser shows the same.
 */
import { SECOND } from '../../tcpip/base/time.ts'
import { type ClientCounters, CONNECT_BUCKETS } from '../clients/client-counters.ts'
import type { ClientSpec } from '../clients/client-spec.ts'
import type { AttackView, ClientLatencyView, ClientsView, ConnectBucket, GatewayView } from '../contract.ts'
import { GATEWAY_OUTCOMES, type GatewayCounters, type GatewayOutcome } from '../gateway/gateway-counters.ts'
import type { AttackSnapshot } from '../traffic/attack.ts'
import { describeAttack } from '../traffic/attack-spec.ts'
import type { ClientsSnapshot } from '../traffic/attacker-host.ts'

/** `now` in microseconds. */
export function viewAttack(attack: AttackSnapshot, now: number): AttackView {
  const { id, spec, state, startedAt, stopsAt, offered, sent, late, noRoom, figures, replay } = attack
  const { kind, rate, duration } = spec
  const elapsed = (Math.min(now, stopsAt) - startedAt) / SECOND
  const progress = { state, elapsed, offered, sent, late, noRoom, figures }
  const view = { id, kind, rate, duration, ...describeAttack(spec), ...progress }
  return replay === undefined ? view : { ...view, replay }
}

/** `spec`: what the clients are told, undefined for nothing. */
export function viewClients(
  spec: ClientSpec | undefined,
  { attempted, inFlight, outcomes }: ClientsSnapshot,
  counters: ClientCounters,
  latency: ClientLatencyView,
): ClientsView {
  return { ...(spec ?? { rate: 0 }), attempted, inFlight, outcomes, latency, connects: connectBuckets(counters) }
}

/** The buckets of connect times as those of a Prometheus histogram: each counts all up to its bound. */
function connectBuckets(counters: ClientCounters): ConnectBucket[] {
  const counts = counters.connectBuckets('ok')
  let count = 0
  return [...CONNECT_BUCKETS, null].map((le, index) => {
    count += counts[index] ?? 0
    return { le, count }
  })
}

export function viewGateway(counters: GatewayCounters): GatewayView {
  const outcomes = Object.fromEntries(GATEWAY_OUTCOMES.map((outcome) => [outcome, counters.count(outcome)]))
  return { accepted: counters.accepted, open: counters.open, outcomes: outcomes as Record<GatewayOutcome, number> }
}
