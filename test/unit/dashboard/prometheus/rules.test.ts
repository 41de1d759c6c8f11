/**
 * Prometheus' rules: that every alert is tested to fire, to stay silent and to resolve (dashboard/prometheus/tests, run by
 * interop/prometheus.test.ts), and what all rules have in common.
 */
import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { METRIC_CATALOGUE, seriesNames } from '../../../../dashboard/grafana/metric-catalogue.ts'
import { parsePromql } from '../../../support/readers/promql.ts'
import { readRules } from '../../../support/readers/rules.ts'

const FOLDER = new URL('../../../../dashboard/prometheus/', import.meta.url).pathname

interface RuleTest {
  readonly tests: readonly {
    readonly name: string
    readonly alert_rule_test: readonly { readonly alertname: string; readonly exp_alerts: readonly unknown[] }[]
  }[]
}

const yamlOf = <T>(file: string): T => parse(readFileSync(FOLDER + file, 'utf8')) as T
const filesIn = (folder: string): string[] => readdirSync(FOLDER + folder).map((name) => `${folder}/${name}`)

const rules = readRules()
const alerts = rules.filter(({ alert }) => alert !== undefined)
const recorded = rules.flatMap(({ record }) => record ?? [])
const testFiles = filesIn('tests')

describe('every alert', () => {
  it.each(alerts.map((rule) => rule.alert as string))(
    '%s is tested to fire, to stay silent and to resolve',
    (alert) => {
      const cases = testFiles.flatMap((file) => yamlOf<RuleTest>(file).tests)
      // What it did at each moment of each case.
      const histories = cases.map(({ alert_rule_test }) =>
        alert_rule_test.filter(({ alertname }) => alertname === alert).map(({ exp_alerts }) => exp_alerts.length > 0),
      )
      const asked = histories.filter((history) => history.length > 0)
      expect(asked.some((history) => history.includes(true) && history.at(-1) === false)).toBe(true)
      expect(asked.filter((history) => !history.includes(true)).length).toBeGreaterThan(1)
    },
  )

  it.each(alerts)('$alert says what it means, what to look at and what mitigates', ({ labels, annotations }) => {
    expect(['info', 'warning', 'critical']).toContain(labels?.severity)
    expect(annotations?.summary).toMatch(/\.$/)
    expect(annotations?.description).toMatch(/^.{40,} Look at: .+\. (Mitigates: .+|Nothing needs to be done)\.$/)
    expect(annotations?.description).not.toMatch(/\bfix/i)
  })

  it.each(alerts)('$alert has its numbers in thresholds.yml', ({ expr }) => {
    const withoutWindows = expr.replaceAll(/\[[^\]]*\]/g, '').replaceAll(/"[^"]*"/g, '')
    const numbers = withoutWindows.match(/(?<![\w:])\d+(\.\d+)?/g) ?? []
    // 0 is the sign of a slope, 1 is the value of `up`.
    expect(numbers.filter((number) => number !== '0' && number !== '1')).toEqual([])
  })
})

describe('every rule', () => {
  it.each(rules)(
    '$record $alert asks for metrics that exist, over windows that both majors count alike',
    ({ expr }) => {
      const known = [...METRIC_CATALOGUE.flatMap(seriesNames), ...recorded, 'up']
      const { selectors, windows } = parsePromql(expr)
      for (const { metric, labels } of selectors) {
        expect(known).toContain(metric)
        expect(labels).not.toContain('le')
      }
      for (const window of windows) expect(window).toBeGreaterThanOrEqual(4)
    },
  )

  it('is there for something: each threshold is compared with', () => {
    const compared = alerts.flatMap(({ expr }) => parsePromql(expr).selectors.map(({ metric }) => metric))
    expect(recorded.filter((name) => name.startsWith('synlab:threshold:') && !compared.includes(name))).toEqual([])
  })
})
