/**
 * The server's metrics for Prometheus. Nothing is counted here: at each scrape the numbers that the engine counted are
 * copied into the registry, all from one moment.
 */
import { Counter, Gauge as PromGauge, Registry } from 'prom-client'
import { DROP_REASON_NAMES, DropReason } from '../../tcpip/base/drop-reason.ts'
import { FRAME_OUTCOME_NAMES, PACKET_IN_NAMES, PACKET_OUT_NAMES } from '../../tcpip/udp-link/udp-counters.ts'
import { CONNECTION_STATES, SOCKET_STATE_NAMES } from '../app/socket-state.ts'
import { CONNECTIONS_AT } from '../engine/gauges.ts'
import type { ServerStats } from '../engine/published-stats.ts'
import { type MetricEntry, type MetricSource, SERVER_METRICS } from './catalogue.ts'

/** One series of a metric: its label's value and its place among the numbers. */
interface Series {
  readonly labelValue: string | undefined
  read(stats: ServerStats): number
}

const LINK_NAMES = { datagramsIn: FRAME_OUTCOME_NAMES, packetsIn: PACKET_IN_NAMES, packetsOut: PACKET_OUT_NAMES }

/** A private registry with every metric of the catalogue, filled from `readStats` once per scrape. */
export class ServerRegistry extends Registry {
  private readonly readStats: () => ServerStats
  private readonly fillers: ((stats: ServerStats) => void)[] = []

  constructor(readStats: () => ServerStats) {
    super()
    this.readStats = readStats
    for (const entry of SERVER_METRICS) this.fillers.push(this.makeMetric(entry))
  }

  override async metrics(): Promise<string> {
    const stats = this.readStats()
    for (const fill of this.fillers) fill(stats)
    return super.metrics()
  }

  /** Registers a metric; returns what copies the present numbers into it. */
  private makeMetric({ name, help, type, label, source }: MetricEntry): (stats: ServerStats) => void {
    const options = { name, help, registers: [this], labelNames: label === undefined ? [] : [label] }
    const series = seriesOf(source)
    const labels = series.map(({ labelValue }) =>
      label === undefined || labelValue === undefined ? {} : { [label]: labelValue },
    )
    if (type === 'gauge') {
      const gauge = new PromGauge(options)
      return (stats) => {
        for (const [i, one] of series.entries()) gauge.set(labels[i] ?? {}, one.read(stats))
      }
    }
    const counter = new Counter(options)
    return (stats) => {
      // A counter can only be added to: the copy starts from 0 each time.
      counter.reset()
      for (const [i, one] of series.entries()) counter.inc(labels[i] ?? {}, one.read(stats))
    }
  }
}

function seriesOf(source: MetricSource): Series[] {
  switch (source.from) {
    case 'counter':
      return [{ labelValue: undefined, read: (stats) => stats.counters.mib[source.mib] ?? 0 }]
    case 'gauge':
      return [{ labelValue: undefined, read: (stats) => stats.gauges[source.gauge] ?? 0 }]
    case 'accepted':
      return [{ labelValue: undefined, read: (stats) => stats.counters.outcomes[DropReason.ACCEPTED] ?? 0 }]
    case 'linkSum':
      return [{ labelValue: undefined, read: (stats) => stats.link[source.sum] }]
    case 'connections':
      return CONNECTION_STATES.map((state) => {
        const slot = CONNECTIONS_AT + SOCKET_STATE_NAMES.indexOf(state)
        return { labelValue: state, read: (stats) => stats.gauges[slot] ?? 0 }
      })
    case 'drops':
      return DROP_REASON_NAMES.map((reason, slot) => ({
        labelValue: reason,
        read: (stats: ServerStats) => stats.counters.outcomes[slot] ?? 0,
      })).slice(DropReason.ACCEPTED + 1)
    case 'link':
      return LINK_NAMES[source.list].map((outcome, slot) => ({
        labelValue: outcome,
        read: (stats: ServerStats) => stats.link[source.list][slot] ?? 0,
      }))
  }
}
