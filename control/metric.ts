/**
 * What a metric is to a process of the lab: data, and where its numbers are copied from. Nothing is counted here. The
 * registry, the dashboards, the alert rules, the documentation and the tests are made from lists of these.
 */
import {
  FRAME_OUTCOME_NAMES,
  PACKET_IN_NAMES,
  PACKET_OUT_NAMES,
  type UdpCounters,
} from '../tcpip/udp-link/udp-counters.ts'

/** Before every name. */
const METRIC_PREFIX = 'synlab_'

type Labels = Readonly<Record<string, string>>

interface Described {
  /** Full name. */
  readonly name: string
  /** What is counted, or measured in. */
  readonly unit: string
  readonly help: string
  /** Linux's counter of the same event, such as TcpExtListenDrops. */
  readonly linux?: string
  readonly labelNames: readonly string[]
}

/** One series of a metric; `S` is what its number is read from. */
export interface Series<S> {
  readonly labels: Labels
  read(source: S): number
}

export interface PlainMetric<S> extends Described {
  readonly type: 'counter' | 'gauge'
  readonly series: readonly Series<S>[]
}

/** One set of buckets. */
export interface HistogramSeries<S> {
  readonly labels: Labels
  /** Counts per bucket, not cumulative, the one without bound last. */
  counts(source: S): ArrayLike<number>
  sum(source: S): number
}

export interface HistogramMetric<S> extends Described {
  readonly type: 'histogram'
  /** Upper bounds. */
  readonly buckets: readonly number[]
  readonly series: readonly HistogramSeries<S>[]
}

export type Metric<S> = PlainMetric<S> | HistogramMetric<S>

/** What every metric begins with; the prefix is put before `name`. */
export function describe(name: string, unit: string, help: string, linux?: string): Omit<Described, 'labelNames'> {
  return { name: METRIC_PREFIX + name, unit, help, ...(linux === undefined ? {} : { linux }) }
}

/** A metric without labels. */
export function single<S>(
  type: PlainMetric<S>['type'],
  described: Omit<Described, 'labelNames'>,
  read: (source: S) => number,
): PlainMetric<S> {
  return { ...described, type, labelNames: [], series: [{ labels: {}, read }] }
}

/** A metric with one label, one series for each of its values. `index`: the place of the value in the list. */
export function labelled<S, V extends string>(
  type: PlainMetric<S>['type'],
  described: Omit<Described, 'labelNames'>,
  label: string,
  values: readonly V[],
  read: (source: S, value: V, index: number) => number,
): PlainMetric<S> {
  const series = values.map((value, index): Series<S> => {
    return { labels: { [label]: value }, read: (source) => read(source, value, index) }
  })
  return { ...described, type, labelNames: [label], series }
}

/** What either end of the UDP link counts. */
export function linkMetrics<S>(countersOf: (source: S) => UdpCounters): PlainMetric<S>[] {
  const outcomes = (
    list: 'datagramsIn' | 'packetsIn' | 'packetsOut',
    names: readonly string[],
    described: Omit<Described, 'labelNames'>,
  ): PlainMetric<S> =>
    labelled('counter', described, 'outcome', names, (source, _, slot) => countersOf(source)[list][slot] ?? 0)
  return [
    outcomes(
      'datagramsIn',
      FRAME_OUTCOME_NAMES,
      describe(
        'link_datagrams_received_total',
        'datagrams',
        'Datagrams that arrived on the UDP link, by what became of them.',
      ),
    ),
    outcomes(
      'packetsIn',
      PACKET_IN_NAMES,
      describe('link_packets_received_total', 'packets', 'Packets inside accepted datagrams, by what became of them.'),
    ),
    outcomes(
      'packetsOut',
      PACKET_OUT_NAMES,
      describe('link_packets_sent_total', 'packets', 'Packets to be sent over the UDP link, by what became of them.'),
    ),
  ]
}
