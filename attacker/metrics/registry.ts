/**
 * The attacker's metrics for Prometheus. Nothing is counted here: at each scrape the numbers that the engine counted are
 * copied into the registry.
 */
import { Counter, Gauge, Histogram, Registry } from 'prom-client'
import {
  ATTACKER_HISTOGRAMS,
  ATTACKER_METRICS,
  type HistogramEntry,
  type MetricEntry,
  type MetricSource,
} from './catalogue.ts'

/** A private registry with every metric of the catalogue, filled from `readSource` once per scrape. */
export class AttackerRegistry extends Registry {
  private readonly readSource: () => MetricSource
  private readonly fillers: readonly ((source: MetricSource) => void)[]

  constructor(readSource: () => MetricSource) {
    super()
    this.readSource = readSource
    this.fillers = ATTACKER_METRICS.map((entry) => makeMetric(this, entry))
    // Each registers itself, and reads its numbers when it is asked for them.
    for (const entry of ATTACKER_HISTOGRAMS) new CopiedHistogram(this, entry, readSource)
  }

  override async metrics(): Promise<string> {
    const source = this.readSource()
    for (const fill of this.fillers) fill(source)
    return super.metrics()
  }
}

/** Registers a metric; returns what copies the present numbers into it. */
function makeMetric(registry: Registry, entry: MetricEntry): (source: MetricSource) => void {
  const { name, help, type, labelNames, series } = entry
  const options = { name, help, labelNames, registers: [registry] }
  if (type === 'gauge') {
    const gauge = new Gauge(options)
    return (source) => {
      for (const { labels, read } of series) gauge.set(labels, read(source))
    }
  }
  const counter = new Counter(options)
  return (source) => {
    // A counter can only be added to: the copy starts from 0 each time.
    counter.reset()
    for (const { labels, read } of series) counter.inc(labels, read(source))
  }
}

/** A histogram whose observations were made elsewhere: prom-client can only observe them one by one. */
class CopiedHistogram extends Histogram<'outcome'> {
  private readonly entry: HistogramEntry
  private readonly readSource: () => MetricSource

  constructor(registry: Registry, entry: HistogramEntry, readSource: () => MetricSource) {
    const { name, help, labelNames, buckets } = entry
    super({ name, help, labelNames, buckets: [...buckets], registers: [registry] })
    this.entry = entry
    this.readSource = readSource
  }

  /** What prom-client writes out, and what its `get` is made from, in its form. */
  async getForPromString() {
    const { name, help, type, outcomes } = this.entry
    const source = this.readSource()
    return {
      name,
      help,
      type,
      aggregator: 'sum',
      values: outcomes.flatMap((outcome) => this.valuesOf(source, outcome)),
    }
  }

  private valuesOf(source: MetricSource, outcome: HistogramEntry['outcomes'][number]) {
    const { name, buckets, counts, sum } = this.entry
    const present = counts(source, outcome)
    const sharedLabels = { outcome }
    let count = 0
    const values: object[] = [...buckets, '+Inf'].map((le, i) => {
      count += present[i] ?? 0
      return { metricName: `${name}_bucket`, labels: { le }, sharedLabels, value: count }
    })
    values.push({ metricName: `${name}_sum`, labels: {}, sharedLabels, value: sum(source, outcome) })
    values.push({ metricName: `${name}_count`, labels: {}, sharedLabels, value: count })
    return values
  }
}
