/**
 * Every query of every panel, variable, mark and rule, asked of the lab that has seen a flood, a crowd and a benchmark: each
 * has an answer with a number in it.
 */
import { describe, expect, it } from 'vitest'
import type { Composition } from '../support/processes/composition.ts'
import { queriesOf, readDashboards, variablesOf } from '../support/readers/dashboards.ts'
import { PrometheusApi } from '../support/readers/prometheus-api.ts'
import { parsePromql } from '../support/readers/promql.ts'
import { readRules } from '../support/readers/rules.ts'

const now = (): number => Date.now() / 1000

export function queryTests(lab: Composition): void {
  const began = now()
  const grafana = () => new PrometheusApi(`${lab.url('grafana')}/api/datasources/proxy/uid/prometheus`)

  describe('every query there is has an answer with a number in it', () => {
    /** Those without one, asked over the whole life of the composition. */
    async function unanswered(
      queries: readonly { readonly where: string; readonly expr: string }[],
    ): Promise<string[]> {
      const empty: string[] = []
      for (const { where, expr } of queries) {
        const series = await grafana().range(expr, began, now(), 2)
        const isNumber = series.some(({ values }) => values.some(([, value]) => Number.isFinite(Number(value))))
        if (!isNumber) empty.push(`${where}: ${expr}`)
      }
      return empty
    }

    it.each(readDashboards())('of panels and marks in $name, through Grafana', async ({ dashboard }) => {
      expect(await unanswered(queriesOf(dashboard))).toEqual([])
      for (const { expr, label } of variablesOf(dashboard)) {
        const series = await grafana().series(expr, began, now())
        expect(series.filter((labels) => labels[label] === undefined || labels[label] === '')).toEqual([])
        expect(series.length).toBeGreaterThan(0)
      }
    })

    it('of recording rules, and each side of each alert', async () => {
      const queries = readRules().flatMap(({ record, alert, expr }) => {
        // An alert that does not fire is empty; what it compares is not.
        const asked = alert === undefined ? [expr, String(record)] : parsePromql(expr).selectors.map(({ text }) => text)
        return asked.map((one) => ({ where: String(record ?? alert), expr: one }))
      })
      expect(await unanswered(queries)).toEqual([])
    })
  })
}
