/**
 * Reads the committed dashboards as Grafana does: every panel, and every query of panels, variables and annotations with
 * Grafana's own variables replaced by what it would put there.
 */
import { readdirSync, readFileSync } from 'node:fs'

const FOLDER = new URL('../../../dashboard/grafana/dashboards/', import.meta.url).pathname

export interface DataSourceReference {
  readonly type: string
  readonly uid: string
}

export interface Target {
  readonly refId: string
  readonly expr: string
  readonly datasource: DataSourceReference
}

export interface Panel {
  readonly id: number
  readonly type: string
  readonly title: string
  readonly description?: string
  readonly datasource?: DataSourceReference
  readonly gridPos: { readonly x: number; readonly y: number; readonly w: number; readonly h: number }
  readonly fieldConfig?: { readonly defaults: { readonly unit?: string } }
  readonly targets?: readonly Target[]
}

export interface Dashboard {
  readonly uid: string
  readonly title: string
  readonly editable: boolean
  readonly schemaVersion: number
  readonly refresh: string
  readonly timepicker: { readonly refresh_intervals: readonly string[] }
  readonly panels: readonly Panel[]
  readonly templating: {
    readonly list: readonly {
      readonly name: string
      readonly refresh: number
      readonly query: { readonly query: string }
      readonly datasource: DataSourceReference
    }[]
  }
  readonly annotations: {
    readonly list: readonly {
      readonly name: string
      readonly expr: string
      readonly useValueForTime: boolean
      readonly datasource: DataSourceReference
    }[]
  }
}

export interface DashboardFile {
  readonly name: string
  readonly text: string
  readonly dashboard: Dashboard
}

export function readDashboards(): DashboardFile[] {
  return readdirSync(FOLDER).map((name) => {
    const text = readFileSync(FOLDER + name, 'utf8')
    return { name, text, dashboard: JSON.parse(text) as Dashboard }
  })
}

export interface Query {
  /** Dashboard, and panel, annotation or variable. */
  readonly where: string
  /** PromQL, nothing of Grafana left in it. */
  readonly expr: string
}

/** What panels and annotations ask for. */
export function queriesOf({ title, panels, annotations }: Dashboard): Query[] {
  const ofPanels = panels.flatMap((panel) =>
    (panel.targets ?? []).map(({ expr }) => ({ where: `${title}: ${panel.title}`, expr: toPromql(expr) })),
  )
  const ofMarks = annotations.list.map(({ name, expr }) => ({
    where: `${title}: mark "${name}"`,
    expr: toPromql(expr),
  }))
  return [...ofPanels, ...ofMarks]
}

/** What the values of variables are taken from: the series, and the label. */
export function variablesOf({ title, templating }: Dashboard): (Query & { readonly label: string })[] {
  return templating.list.map(({ name, query }) => {
    const [, expr = '', label = ''] = /^label_values\((.+), (\w+)\)$/.exec(query.query) ?? []
    return { where: `${title}: variable ${name}`, expr, label }
  })
}

/** Everything is chosen, five minutes are shown, a scrape takes place each second. */
function toPromql(expr: string): string {
  return expr
    .replaceAll('$__rate_interval', '4s')
    .replaceAll('$__range', '5m')
    .replaceAll(/\$(server|attacker)\b/g, '.+')
}
