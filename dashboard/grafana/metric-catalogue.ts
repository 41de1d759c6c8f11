/**
 * Every metric that a process of the lab shows to Prometheus, in the one form that dashboards, docs/metrics.md and the tests
 * of both need. What the metrics are is told by the catalogues of the processes.
 */
import { ATTACK_STARTS, ATTACK_STOPS } from '../../attacker/metrics/attack-times.ts'
import { METRICS as ATTACKER_METRICS } from '../../attacker/metrics/catalogue.ts'
import type { Metric } from '../../control/metric.ts'
import type { MomentMetric } from '../../control/moment-gauge.ts'
import { PROCESS_METRICS } from '../../control/process-metrics.ts'
import { METRICS as SERVER_METRICS } from '../../server/metrics/catalogue.ts'
import { CHANGE_TIMES } from '../../server/metrics/change-times.ts'

export interface CatalogueMetric {
  readonly name: string
  readonly type: 'counter' | 'gauge' | 'histogram'
  readonly help: string
  readonly labels: readonly string[]
  /** Whose it is: the gateway is an attacker; `each` is of every process. */
  readonly process: 'server' | 'attacker' | 'each'
}

export const METRIC_CATALOGUE: readonly CatalogueMetric[] = [
  ...SERVER_METRICS.map((metric) => copied(metric, 'server')),
  ...ATTACKER_METRICS.map((metric) => copied(metric, 'attacker')),
  moment(CHANGE_TIMES, 'server'),
  moment(ATTACK_STARTS, 'attacker'),
  moment(ATTACK_STOPS, 'attacker'),
  ...PROCESS_METRICS.map(({ name, help }): CatalogueMetric => {
    return { name, type: name.endsWith('_total') ? 'counter' : 'gauge', help, labels: [], process: 'each' }
  }),
]

function copied<S>({ name, type, help, labelNames }: Metric<S>, process: CatalogueMetric['process']): CatalogueMetric {
  return { name, type, help, labels: labelNames, process }
}

function moment({ name, help, label }: MomentMetric, process: CatalogueMetric['process']): CatalogueMetric {
  return { name, type: 'gauge', help, labels: [label], process }
}

/** Names of the series under which a metric is stored: of a histogram its buckets, sum and count. */
export function seriesNames({ name, type }: CatalogueMetric): string[] {
  return type === 'histogram' ? [`${name}_bucket`, `${name}_sum`, `${name}_count`] : [name]
}
