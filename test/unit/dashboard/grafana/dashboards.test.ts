/**
 * The committed dashboards: in step with the program that makes them, and free of what Grafana refuses, ignores or gets wrong
 * in silence. The rules are those of Grafana's own dashboard-linter and those that file provisioning needs.
 */
import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { boardFiles } from '../../../../dashboard/grafana/board-files.ts'
import { METRIC_CATALOGUE, seriesNames } from '../../../../dashboard/grafana/metric-catalogue.ts'
import { type Panel, queriesOf, readDashboards, variablesOf } from '../../../support/readers/dashboards.ts'
import { parsePromql } from '../../../support/readers/promql.ts'
import { readRules } from '../../../support/readers/rules.ts'

const SOURCE = { type: 'prometheus', uid: 'prometheus' }
const files = readDashboards()
const boards = files.map(({ dashboard }) => dashboard)
const drawn = (panels: readonly Panel[]): Panel[] => panels.filter(({ type }) => type !== 'row')

/** Series that Prometheus makes of each target and each alert. */
const OF_PROMETHEUS = ['up', 'scrape_duration_seconds', 'ALERTS']
const recorded = readRules().flatMap(({ record }) => record ?? [])
const counters = METRIC_CATALOGUE.filter(({ type }) => type !== 'gauge').flatMap(seriesNames)

it('are what `npm run dashboards` makes', () => {
  const made = new Map(boardFiles())
  expect(files.map(({ name }) => name).sort()).toEqual([...made.keys()].sort())
  for (const { name, text } of files) expect(text, `${name}: run npm run dashboards`).toBe(made.get(name))
})

it('have unique uids and titles', () => {
  expect(new Set(boards.map(({ uid }) => uid)).size).toBe(boards.length)
  expect(new Set(boards.map(({ title }) => title)).size).toBe(boards.length)
})

describe.each(files)('$name', ({ text, dashboard }) => {
  it('is a classic dashboard that file provisioning takes', () => {
    expect(dashboard).not.toHaveProperty('id')
    for (const key of ['__inputs', '__requires', 'kind', 'spec', 'elements', 'apiVersion']) {
      expect(dashboard).not.toHaveProperty(key)
    }
    expect(text).not.toContain('${DS_')
    expect(dashboard.uid).toMatch(/^[a-zA-Z0-9_-]{1,40}$/)
    expect(dashboard).toMatchObject({ editable: false, schemaVersion: 42, refresh: '2s' })
    expect(dashboard.timepicker.refresh_intervals).toEqual(expect.arrayContaining(['1s', '2s']))
  })

  it('asks one data source by its uid, everywhere', () => {
    const { panels, templating, annotations } = dashboard
    for (const panel of drawn(panels)) {
      expect(panel.datasource, panel.title).toEqual(SOURCE)
      for (const { datasource } of panel.targets ?? []) expect(datasource, panel.title).toEqual(SOURCE)
    }
    for (const { datasource } of [...templating.list, ...annotations.list]) expect(datasource).toEqual(SOURCE)
  })

  it('has variables that follow the time, and marks whose values are moments', () => {
    expect(dashboard.templating.list).toMatchObject([
      { name: 'server', refresh: 2 },
      { name: 'attacker', refresh: 2 },
    ])
    expect(dashboard.annotations.list).toHaveLength(3)
    for (const { useValueForTime } of dashboard.annotations.list) expect(useValueForTime).toBe(true)
    for (const { expr, label } of variablesOf(dashboard)) {
      expect(parsePromql(expr).selectors).toMatchObject([{ metric: 'up', labels: ['job'] }])
      expect(['server', 'attacker']).toContain(label)
    }
  })

  it('has panels with title, unit and a description that teaches', () => {
    for (const { title, description, fieldConfig, targets } of drawn(dashboard.panels)) {
      expect(title).not.toBe('')
      expect(description, title).toMatch(/^.{60,}[.]$/)
      expect(fieldConfig?.defaults.unit, title).toBeDefined()
      expect(targets?.length, title).toBeGreaterThan(0)
    }
  })

  it('has ids of panels and queries once each, and panels that do not overlap in 24 columns', () => {
    const ids = dashboard.panels.map(({ id }) => id)
    expect(new Set(ids).size).toBe(ids.length)
    for (const { title, targets = [] } of dashboard.panels) {
      const refs = targets.map(({ refId }) => refId)
      expect(refs, title).toEqual(refs.map((_, index) => String.fromCharCode(65 + index)))
    }
    const taken = new Set<string>()
    for (const { title, gridPos } of dashboard.panels) {
      expect(gridPos.x + gridPos.w, title).toBeLessThanOrEqual(24)
      for (let x = gridPos.x; x < gridPos.x + gridPos.w; x++) {
        for (let y = gridPos.y; y < gridPos.y + gridPos.h; y++) {
          expect(taken.has(`${x},${y}`), `${title} at ${x},${y}`).toBe(false)
          taken.add(`${x},${y}`)
        }
      }
    }
  })

  it('asks in PromQL for metrics that exist, counters only by their growth', () => {
    const known = new Set([...METRIC_CATALOGUE.flatMap(seriesNames), ...recorded, ...OF_PROMETHEUS])
    for (const { where, expr } of queriesOf(dashboard)) {
      for (const { metric, labels, inside } of parsePromql(expr).selectors) {
        // node_exporter's names are held by the test of /metrics/node.
        if (!metric.startsWith('node_')) expect(known.has(metric), `${where}: ${metric}`).toBe(true)
        expect(labels, where).not.toContain('le')
        if (!metric.startsWith('synlab:') && metric !== 'ALERTS') expect(labels, where).toContain('job')
        const isGrowth = inside === 'rate' || inside === 'increase'
        const grows = counters.includes(metric) || metric.startsWith('node_netstat_')
        const isCounter = grows && metric !== 'node_netstat_Tcp_CurrEstab'
        expect(isGrowth, `${where}: ${metric}`).toBe(isCounter)
      }
    }
  })

  it('has no window but those that follow the zoom', () => {
    for (const { targets = [], title } of dashboard.panels) {
      for (const { expr } of targets) {
        for (const [window] of expr.matchAll(/\[[^\]]*\]/g))
          expect(['[$__rate_interval]', '[$__range]'], title).toContain(window)
      }
    }
  })
})

describe('together', () => {
  const metricsOf = (expr: string): string[] => parsePromql(expr).selectors.map(({ metric }) => metric)
  const asked = new Set(boards.flatMap(queriesOf).flatMap(({ expr }) => metricsOf(expr)))

  it('they show every metric of the catalogue', () => {
    const unseen = METRIC_CATALOGUE.filter((metric) => !seriesNames(metric).some((name) => asked.has(name)))
    expect(unseen.map(({ name }) => name)).toEqual([])
  })

  it('they show every recorded series, or an alert compares it', () => {
    const compared = readRules().flatMap(({ alert, expr }) => (alert === undefined ? [] : metricsOf(expr)))
    expect(recorded.filter((name) => !asked.has(name) && !compared.includes(name))).toEqual([])
  })
})

describe('provisioning', () => {
  const yamlOf = (file: string) =>
    parse(readFileSync(new URL(`../../../../dashboard/grafana/provisioning/${file}`, import.meta.url), 'utf8'))

  it('names the data source that dashboards ask, and how often it scrapes', () => {
    const { scrape_interval } = parse(
      readFileSync(new URL('../../../../dashboard/prometheus/prometheus.yml', import.meta.url), 'utf8'),
    ).global
    expect(yamlOf('datasources/prometheus.yaml')).toMatchObject({
      apiVersion: 1,
      datasources: [{ ...SOURCE, isDefault: true, editable: false, jsonData: { timeInterval: scrape_interval } }],
    })
  })

  it('reads the folder of the dashboards, and lets nobody change them', () => {
    expect(yamlOf('dashboards/synlab.yaml')).toMatchObject({
      apiVersion: 1,
      providers: [
        { folder: 'synlab', type: 'file', allowUiUpdates: false, options: { path: '/etc/synlab/dashboards' } },
      ],
    })
  })
})
