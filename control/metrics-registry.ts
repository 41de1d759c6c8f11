/**
 * The metrics of a process for Prometheus. Nothing is counted here: at each scrape the numbers that the engine counted are
 * copied into the registry, all from one moment.
 */
import { Counter, Gauge, Histogram, Registry } from 'prom-client'
import type { HistogramMetric, HistogramSeries, Metric, PlainMetric } from './metric.ts'

/** A private registry with every metric of a catalogue, filled from `readSource` once per scrape. */
export class MetricsRegistry<S> extends Registry {
  private readonly readSource: () => S
  private readonly fillers: ((source: S) => void)[] = []

  constructor(metrics: readonly Metric<S>[], readSource: () => S) {
    super()
    this.readSource = readSource
    for (const metric of metrics) {
      // A histogram registers itself, and reads its numbers when it is asked for them.
      if (metric.type === 'histogram') new CopiedHistogram(this, metric, readSource)
      else this.fillers.push(makeMetric(this, metric))
    }
  }

  override async metrics(): Promise<string> {
    const source = this.readSource()
    for (const fill of this.fillers) fill(source)
    return super.metrics()
  }
}

/** Registers a metric; returns what copies the present numbers into it. */
function makeMetric<S>(registry: Registry, metric: PlainMetric<S>): (source: S) => void {
  const { name, help, type, labelNames, series } = metric
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
class CopiedHistogram<S> extends Histogram<string> {
  private readonly metric: HistogramMetric<S>
  private readonly readSource: () => S

  constructor(registry: Registry, metric: HistogramMetric<S>, readSource: () => S) {
    const { name, help, labelNames, buckets } = metric
    super({ name, help, labelNames, buckets: [...buckets], registers: [registry] })
    this.metric = metric
    this.readSource = readSource
  }

  /** What prom-client writes out, and what its `get` is made from, in its form. */
  async getForPromString() {
    const { name, help, type, series } = this.metric
    const source = this.readSource()
    return { name, help, type, aggregator: 'sum', values: series.flatMap((one) => this.valuesOf(source, one)) }
  }

  private valuesOf(source: S, { labels: sharedLabels, counts, sum }: HistogramSeries<S>) {
    const { name, buckets } = this.metric
    const present = counts(source)
    let count = 0
    const values: object[] = [...buckets, '+Inf'].map((le, i) => {
      count += present[i] ?? 0
      return { metricName: `${name}_bucket`, labels: { le }, sharedLabels, value: count }
    })
    values.push({ metricName: `${name}_sum`, labels: {}, sharedLabels, value: sum(source) })
    values.push({ metricName: `${name}_count`, labels: {}, sharedLabels, value: count })
    return values
  }
}
