/**
 * Every metric of the attacker: name, type, unit, help and where its numbers come from. The registry is built from this
 * list, and dashboards, alert rules, documentation and tests read it, so that a metric exists everywhere or nowhere.
 */
import {
  describe,
  type HistogramMetric,
  type HistogramSeries,
  labelled,
  linkMetrics,
  type Metric,
  type PlainMetric,
  type Series,
  single,
} from '../../control/metric.ts'
import { CONNECT_BUCKETS, OUTCOMES, type Outcome } from '../clients/client-counters.ts'
import type { LinkView } from '../contract.ts'
import type { SharedCounters } from '../engine/shared-counters.ts'
import { GATEWAY_OUTCOMES } from '../gateway/gateway-counters.ts'
import { ATTACK_KINDS, type AttackKind } from '../traffic/attack-catalogue.ts'
import { RECORDED_OUTCOMES } from '../traffic/attack-counters.ts'

/** What the numbers are copied from. */
export interface MetricSource {
  readonly counters: SharedCounters
  readonly link: LinkView
}

/** States of the link that the gauge tells apart; `closed` only exists when nobody scrapes any more. */
const LINK_STATES: readonly LinkView['state'][] = ['connecting', 'ready', 'refused']

/** Packets that were due and not sent, by kind and reason. */
function skipped(): PlainMetric<MetricSource> {
  const seriesOf = (kind: AttackKind): Series<MetricSource>[] => [
    { labels: { kind, reason: 'late' }, read: ({ counters }) => counters.attacks.totals(kind).late },
    { labels: { kind, reason: 'no_room' }, read: ({ counters }) => counters.attacks.totals(kind).noRoom },
  ]
  return {
    ...describe(
      'attack_packets_skipped_total',
      'packets',
      'Attack packets that were due and not sent: this process was too late, or its transmit ring was full.',
    ),
    type: 'counter',
    labelNames: ['kind', 'reason'],
    series: ATTACK_KINDS.flatMap(seriesOf),
  }
}

const PLAIN: readonly PlainMetric<MetricSource>[] = [
  labelled(
    'counter',
    describe(
      'attack_packets_offered_total',
      'packets',
      'Attack packets that fell due, of attacks that connect the connections: sent + skipped.',
    ),
    'kind',
    ATTACK_KINDS,
    ({ counters }, kind) => counters.attacks.totals(kind).offered,
  ),
  labelled(
    'counter',
    describe(
      'attack_packets_sent_total',
      'packets',
      'Attack packets handed to the link; of attacks that connect, the connections that were begun.',
    ),
    'kind',
    ATTACK_KINDS,
    ({ counters }, kind) => counters.attacks.totals(kind).sent,
  ),
  skipped(),
  labelled(
    'counter',
    describe(
      'trace_packets_total',
      'packets',
      'Packets of the recordings whose replay was started: replayed, or why they are not.',
    ),
    'outcome',
    RECORDED_OUTCOMES,
    ({ counters }, outcome) => counters.attacks.recorded(outcome),
  ),
  labelled(
    'gauge',
    describe('attack_active', 'attacks', 'Attacks under way.'),
    'kind',
    ATTACK_KINDS,
    ({ counters }, kind) => counters.attacks.active(kind),
  ),
  single(
    'counter',
    describe(
      'client_attempts_total',
      'attempts',
      'Connections that honest clients meant to open: in flight + outcomes.',
    ),
    ({ counters }) => counters.clients.attempted,
  ),
  single(
    'gauge',
    describe('client_attempts_in_flight', 'attempts', 'Attempts of honest clients that have no outcome yet.'),
    ({ counters }) => counters.clients.inFlight,
  ),
  labelled(
    'counter',
    describe(
      'client_connects_total',
      'attempts',
      'Attempts of honest clients by outcome; ok means that the whole response was read.',
    ),
    'outcome',
    OUTCOMES,
    ({ counters }, outcome) => counters.clients.count(outcome),
  ),
  single(
    'counter',
    describe(
      'client_requests_total',
      'HTTP requests',
      'Requests of honest clients that were answered whole; a greeting counts as one.',
    ),
    ({ counters }) => counters.clients.answered,
  ),
  single(
    'counter',
    describe(
      'backscatter_packets_total',
      'packets',
      'Packets that came in and reached no TCP: a bot’s firewall dropped them, or nobody here has their address.',
    ),
    ({ counters }) => counters.attacks.backscatter,
  ),
  single(
    'counter',
    describe('gateway_accepted_total', 'connections', 'Real connections that came to the gateway: open + outcomes.'),
    ({ counters }) => counters.gateway.accepted,
  ),
  single(
    'gauge',
    describe('gateway_connections', 'connections', 'Connections through the gateway that have no outcome yet.'),
    ({ counters }) => counters.gateway.open,
  ),
  labelled(
    'counter',
    describe(
      'gateway_connections_total',
      'connections',
      'Connections through the gateway by outcome; ok means that both sides were closed in order.',
    ),
    'outcome',
    GATEWAY_OUTCOMES,
    ({ counters }, outcome) => counters.gateway.count(outcome),
  ),
  labelled(
    'gauge',
    describe('link_state', 'state', 'State of the UDP link to the lab server: 1 for the present one.'),
    'state',
    LINK_STATES,
    ({ link: { state } }, value) => (state === value ? 1 : 0),
  ),
  ...linkMetrics<MetricSource>(({ counters }) => counters.udp),
]

/** A histogram of durations, one set of buckets per outcome. `sum` in microseconds. */
function durations(
  name: string,
  help: string,
  counts: (source: MetricSource, outcome: Outcome) => ArrayLike<number>,
  sum: (source: MetricSource, outcome: Outcome) => number,
): HistogramMetric<MetricSource> {
  const series = OUTCOMES.map((outcome): HistogramSeries<MetricSource> => {
    return {
      labels: { outcome },
      counts: (source) => counts(source, outcome),
      sum: (source) => sum(source, outcome) / 1_000_000,
    }
  })
  return {
    ...describe(name, 'seconds', help),
    type: 'histogram',
    labelNames: ['outcome'],
    buckets: CONNECT_BUCKETS,
    series,
  }
}

export const METRICS: readonly Metric<MetricSource>[] = [
  ...PLAIN,
  durations(
    'client_connect_duration_seconds',
    'From the intended start to ESTABLISHED, or to the end of an attempt that never got there, by outcome.',
    ({ counters }, outcome) => counters.clients.connectBuckets(outcome),
    ({ counters }, outcome) => counters.clients.connectSum(outcome),
  ),
  durations(
    'client_first_byte_seconds',
    'From the intended start to the first byte of an answer, by outcome; attempts that saw none are not in it.',
    ({ counters }, outcome) => counters.clients.firstByteBuckets(outcome),
    ({ counters }, outcome) => counters.clients.firstByteSum(outcome),
  ),
]
