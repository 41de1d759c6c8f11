/**
 * Every metric that a process of the lab shows to Prometheus, in the one form that dashboards, docs/metrics.md and the tests
 * of both need. What the metrics are is told by the catalogues of the processes.
 */
import { ATTACK_STARTS, ATTACK_STOPS } from '../../attacker/metrics/attack-times.ts'
import { METRICS as ATTACKER_METRICS } from '../../attacker/metrics/catalogue.ts'
import type { Metric } from '../../control/metric.ts'
import type { MomentMetric } from '../../control/moment-gauge.ts'
import { PROCESS_METRICS } from '../../control/process-metrics.ts'
import { BENCH_METRICS } from '../../lab/bench/bench-metrics.ts'
import { METRICS as SERVER_METRICS } from '../../server/metrics/catalogue.ts'
import { CHANGE_TIMES } from '../../server/metrics/change-times.ts'
import { PAGE_METRICS } from '../server/dashboard-app.ts'

export interface CatalogueMetric {
  readonly name: string
  readonly type: 'counter' | 'gauge' | 'histogram'
  /** What is counted, or measured in. */
  readonly unit: string
  readonly help: string
  /** Linux's counter of the same event. */
  readonly linux: string | undefined
  readonly labels: readonly string[]
  /** Whose it is: the gateway is an attacker; `each` is of every process. */
  readonly process: 'server' | 'attacker' | 'dashboard' | 'bench' | 'each'
}

export const METRIC_CATALOGUE: readonly CatalogueMetric[] = [
  ...SERVER_METRICS.map((metric) => copied(metric, 'server')),
  moment(CHANGE_TIMES, 'server'),
  ...ATTACKER_METRICS.map((metric) => copied(metric, 'attacker')),
  moment(ATTACK_STARTS, 'attacker'),
  moment(ATTACK_STOPS, 'attacker'),
  plain({ ...PAGE_METRICS.pages, type: 'gauge', unit: 'pages', process: 'dashboard' }),
  plain({ ...PAGE_METRICS.processUp, type: 'gauge', unit: '0 or 1', process: 'dashboard' }),
  plain({ ...BENCH_METRICS.requests, type: 'gauge', unit: 'requests per second', process: 'bench' }),
  plain({ ...BENCH_METRICS.latency, type: 'gauge', unit: 'seconds', process: 'bench' }),
  plain({ ...BENCH_METRICS.unanswered, type: 'gauge', unit: 'requests', process: 'bench' }),
  plain({ ...BENCH_METRICS.progress, type: 'gauge', unit: 'share', process: 'bench' }),
  ...PROCESS_METRICS.map(({ name, help }) => {
    const unit = name.endsWith('_bytes') ? 'bytes' : 'seconds'
    return plain({ name, help, type: name.endsWith('_total') ? 'counter' : 'gauge', unit, process: 'each' })
  }),
]

type Described = Omit<CatalogueMetric, 'labels' | 'linux'> & { readonly labelNames?: readonly string[] }

function plain({ labelNames = [], ...described }: Described): CatalogueMetric {
  return { ...described, linux: undefined, labels: labelNames }
}

function copied<S>(metric: Metric<S>, process: CatalogueMetric['process']): CatalogueMetric {
  const { name, type, unit, help, linux, labelNames } = metric
  return { name, type, unit, help, linux, labels: labelNames, process }
}

function moment({ name, help, label }: MomentMetric, process: CatalogueMetric['process']): CatalogueMetric {
  return plain({ name, help, type: 'gauge', unit: 'seconds since 1970', labelNames: [label], process })
}

/** Names of the series under which a metric is stored: of a histogram its buckets, sum and count. */
export function seriesNames({ name, type }: CatalogueMetric): string[] {
  return type === 'histogram' ? [`${name}_bucket`, `${name}_sum`, `${name}_count`] : [name]
}
