/** The catalogue of all metrics: names as Prometheus wants them, labels whose values are few, and docs/metrics.md in step. */
import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { METRIC_CATALOGUE } from '../../../../dashboard/grafana/metric-catalogue.ts'
import { metricsDocument } from '../../../../dashboard/grafana/metrics-document.ts'
import { BENCH_METRICS } from '../../../../lab/bench/bench-metrics.ts'

/**
 * Labels that a metric may have: each has a closed list of values, but `process`, of which there are as many as processes, and the
 * axes of a benchmark, which has 64 lines at most.
 */
const LABELS = [
  'state',
  'from',
  'to',
  'reason',
  'outcome',
  'kind',
  'what',
  'process',
  'quantile',
  ...BENCH_METRICS.requests.labelNames,
]

it('docs/metrics.md is what `npm run dashboards` makes', () => {
  const text = readFileSync(new URL('../../../../docs/metrics.md', import.meta.url), 'utf8')
  expect(text, 'run npm run dashboards').toBe(metricsDocument())
})

describe.each(METRIC_CATALOGUE)('$name', ({ name, type, unit, help, labels }) => {
  it('has a name, a unit, a meaning and labels as they should be', () => {
    expect(name).toMatch(/^(synlab|process|nodejs)_[a-z0-9_]+$/)
    expect(name.endsWith('_total')).toBe(type === 'counter')
    expect(unit).not.toBe('')
    if (unit === 'bytes') expect(name).toMatch(/_bytes$/)
    if (unit.startsWith('seconds')) expect(name).toMatch(/_seconds(_total)?$/)
    expect(help).toMatch(/^[A-Z].{10,}\.$/)
    expect(LABELS).toEqual(expect.arrayContaining([...labels]))
  })
})
