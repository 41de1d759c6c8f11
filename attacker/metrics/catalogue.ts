/**
 * Every metric of the attacker: name, type, help and where its numbers come from. The registry is built from this list,
 * and dashboards, alert rules and tests read it, so that a metric exists everywhere or nowhere.
 */
import { FRAME_OUTCOME_NAMES, PACKET_IN_NAMES, PACKET_OUT_NAMES } from '../../tcpip/udp-link/udp-counters.ts'
import { CONNECT_BUCKETS, OUTCOMES, type Outcome } from '../clients/client-counters.ts'
import type { LinkView } from '../contract.ts'
import type { SharedCounters } from '../engine/shared-counters.ts'
import { GATEWAY_OUTCOMES } from '../gateway/gateway-counters.ts'
import { ATTACK_KINDS, type AttackKind } from '../traffic/attack-catalogue.ts'

/** Before every name. */
export const METRIC_PREFIX = 'synlab_'

/** What the numbers are copied from. */
export interface MetricSource {
  readonly counters: SharedCounters
  readonly link: LinkView
}

/** One series of a metric. */
export interface Series {
  readonly labels: Readonly<Record<string, string>>
  read(source: MetricSource): number
}

export interface MetricEntry {
  /** Full name. */
  readonly name: string
  readonly type: 'counter' | 'gauge'
  readonly help: string
  readonly labelNames: readonly string[]
  readonly series: readonly Series[]
}

/** A histogram with one set of buckets per outcome. */
export interface HistogramEntry {
  readonly name: string
  readonly type: 'histogram'
  readonly help: string
  readonly labelNames: readonly ['outcome']
  /** Upper bounds, seconds. */
  readonly buckets: readonly number[]
  readonly outcomes: readonly Outcome[]
  /** Counts per bucket, not cumulative, the one without bound last. */
  counts(source: MetricSource, outcome: Outcome): ArrayLike<number>
  /** Seconds. */
  sum(source: MetricSource, outcome: Outcome): number
}

/** States of the link that the gauge tells apart; `closed` only exists when nobody scrapes any more. */
const LINK_STATES: readonly LinkView['state'][] = ['connecting', 'ready', 'refused']

function single(
  type: 'counter' | 'gauge',
  name: string,
  help: string,
  read: (source: MetricSource) => number,
): MetricEntry {
  return { name: METRIC_PREFIX + name, type, help, labelNames: [], series: [{ labels: {}, read }] }
}

function labelled<V extends string>(
  type: 'counter' | 'gauge',
  name: string,
  label: string,
  values: readonly V[],
  help: string,
  read: (source: MetricSource, value: V, index: number) => number,
): MetricEntry {
  const series = values.map((value, index): Series => {
    return { labels: { [label]: value }, read: (source) => read(source, value, index) }
  })
  return { name: METRIC_PREFIX + name, type, help, labelNames: [label], series }
}

/** Packets that were due and not sent, by kind and reason. */
function skipped(): MetricEntry {
  const seriesOf = (kind: AttackKind): Series[] => [
    { labels: { kind, reason: 'late' }, read: ({ counters }) => counters.attacks.totals(kind).late },
    { labels: { kind, reason: 'no_room' }, read: ({ counters }) => counters.attacks.totals(kind).noRoom },
  ]
  return {
    name: `${METRIC_PREFIX}attack_packets_skipped_total`,
    type: 'counter',
    help: 'Attack packets that were due and not sent: this process was too late, or its transmit ring was full.',
    labelNames: ['kind', 'reason'],
    series: ATTACK_KINDS.flatMap(seriesOf),
  }
}

function link(name: string, list: 'datagramsIn' | 'packetsIn' | 'packetsOut', help: string): MetricEntry {
  const names = { datagramsIn: FRAME_OUTCOME_NAMES, packetsIn: PACKET_IN_NAMES, packetsOut: PACKET_OUT_NAMES }[list]
  return labelled('counter', name, 'outcome', names, help, ({ counters }, _, slot) => counters.udp[list][slot] ?? 0)
}

export const ATTACKER_METRICS: readonly MetricEntry[] = [
  labelled(
    'counter',
    'attack_packets_offered_total',
    'kind',
    ATTACK_KINDS,
    'Attack packets that fell due, of attacks that connect the connections: sent + skipped.',
    ({ counters }, kind) => counters.attacks.totals(kind).offered,
  ),
  labelled(
    'counter',
    'attack_packets_sent_total',
    'kind',
    ATTACK_KINDS,
    'Attack packets handed to the link; of attacks that connect, the connections that were begun.',
    ({ counters }, kind) => counters.attacks.totals(kind).sent,
  ),
  skipped(),
  labelled('gauge', 'attack_active', 'kind', ATTACK_KINDS, 'Attacks under way.', ({ counters }, kind) =>
    counters.attacks.active(kind),
  ),
  single(
    'counter',
    'client_attempts_total',
    'Connections that honest clients meant to open: in flight + outcomes.',
    ({ counters }) => counters.clients.attempted,
  ),
  single(
    'gauge',
    'client_attempts_in_flight',
    'Attempts of honest clients that have no outcome yet.',
    ({ counters }) => counters.clients.inFlight,
  ),
  labelled(
    'counter',
    'client_connects_total',
    'outcome',
    OUTCOMES,
    'Attempts of honest clients by outcome; ok means that the whole response was read.',
    ({ counters }, outcome) => counters.clients.count(outcome),
  ),
  single(
    'counter',
    'client_requests_total',
    'Requests of honest clients that were answered whole; a greeting counts as one.',
    ({ counters }) => counters.clients.answered,
  ),
  single(
    'counter',
    'backscatter_packets_total',
    'Packets that came in and reached no TCP: a bot’s firewall dropped them, or nobody here has their address.',
    ({ counters }) => counters.attacks.backscatter,
  ),
  single(
    'counter',
    'gateway_accepted_total',
    'Real connections that came to the gateway: open + outcomes.',
    ({ counters }) => counters.gateway.accepted,
  ),
  single(
    'gauge',
    'gateway_connections',
    'Connections through the gateway that have no outcome yet.',
    ({ counters }) => counters.gateway.open,
  ),
  labelled(
    'counter',
    'gateway_connections_total',
    'outcome',
    GATEWAY_OUTCOMES,
    'Connections through the gateway by outcome; ok means that both sides were closed in order.',
    ({ counters }, outcome) => counters.gateway.count(outcome),
  ),
  labelled(
    'gauge',
    'link_state',
    'state',
    LINK_STATES,
    'State of the UDP link to the lab server: 1 for the present one.',
    ({ link: { state } }, value) => (state === value ? 1 : 0),
  ),
  link(
    'link_datagrams_received_total',
    'datagramsIn',
    'Datagrams that arrived on the UDP link, by what became of them.',
  ),
  link('link_packets_received_total', 'packetsIn', 'Packets inside accepted datagrams, by what became of them.'),
  link('link_packets_sent_total', 'packetsOut', 'Packets to be sent over the UDP link, by what became of them.'),
]

const CONNECT_DURATION: HistogramEntry = {
  name: `${METRIC_PREFIX}client_connect_duration_seconds`,
  type: 'histogram',
  help: 'From the intended start to ESTABLISHED, or to the end of an attempt that never got there, by outcome.',
  labelNames: ['outcome'],
  buckets: CONNECT_BUCKETS,
  outcomes: OUTCOMES,
  counts: ({ counters }, outcome) => counters.clients.connectBuckets(outcome),
  sum: ({ counters }, outcome) => counters.clients.connectSum(outcome) / 1_000_000,
}

const FIRST_BYTE: HistogramEntry = {
  name: `${METRIC_PREFIX}client_first_byte_seconds`,
  type: 'histogram',
  help: 'From the intended start to the first byte of an answer, by outcome; attempts that saw none are not in it.',
  labelNames: ['outcome'],
  buckets: CONNECT_BUCKETS,
  outcomes: OUTCOMES,
  counts: ({ counters }, outcome) => counters.clients.firstByteBuckets(outcome),
  sum: ({ counters }, outcome) => counters.clients.firstByteSum(outcome) / 1_000_000,
}

export const ATTACKER_HISTOGRAMS: readonly HistogramEntry[] = [CONNECT_DURATION, FIRST_BYTE]
