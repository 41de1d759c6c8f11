/**
 * Reads the Prometheus text format, strictly enough that a wrong line fails the test.
 */
export interface ParsedMetric {
  readonly type: string
  readonly help: string
  /** Values by label set as written, '' for none. */
  readonly series: Map<string, number>
}

/** Metrics by name. Throws on a line that is no comment, no sample, or belongs to no announced metric. */
export function parsePrometheusText(text: string): Map<string, ParsedMetric> {
  const metrics = new Map<string, ParsedMetric>()
  const helps = new Map<string, string>()
  for (const line of text.split('\n')) {
    if (line === '') continue
    const help = /^# HELP (\w+) (.+)$/.exec(line)
    const type = /^# TYPE (\w+) (counter|gauge|histogram|untyped)$/.exec(line)
    const sample = /^(\w+)(\{[^{}]*\})? (\S+)$/.exec(line)
    if (help) helps.set(help[1], help[2])
    else if (type) {
      if (metrics.has(type[1])) throw new Error(`announced twice: ${type[1]}`)
      metrics.set(type[1], { type: type[2], help: helps.get(type[1]) ?? '', series: new Map() })
    } else if (sample) {
      const metric = metrics.get(sample[1])
      const value = Number(sample[3])
      if (metric === undefined || Number.isNaN(value)) throw new Error(`stray sample: ${line}`)
      if (metric.series.has(sample[2] ?? '')) throw new Error(`sample twice: ${line}`)
      metric.series.set(sample[2] ?? '', value)
    } else throw new Error(`not the text format: ${line}`)
  }
  return metrics
}
