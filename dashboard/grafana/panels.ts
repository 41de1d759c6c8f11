/**
 * The kinds of panels of the lab's dashboards, as few as possible: curves, one number, bars, a heat map, states over time.
 * Each has a title, a unit and a description that says what it teaches, and asks the one data source by its uid.
 */
import * as bargauge from '@grafana/grafana-foundation-sdk/bargauge'
import type { Builder } from '@grafana/grafana-foundation-sdk/cog'
import * as common from '@grafana/grafana-foundation-sdk/common'
import * as dashboard from '@grafana/grafana-foundation-sdk/dashboard'
import * as heatmap from '@grafana/grafana-foundation-sdk/heatmap'
import * as prometheus from '@grafana/grafana-foundation-sdk/prometheus'
import * as stat from '@grafana/grafana-foundation-sdk/stat'
import * as statetimeline from '@grafana/grafana-foundation-sdk/statetimeline'
import * as timeseries from '@grafana/grafana-foundation-sdk/timeseries'

/** As in provisioning/datasources/prometheus.yaml: file provisioning resolves no placeholder. */
export const DATA_SOURCE = { type: 'prometheus', uid: 'prometheus' } as const

/** Grafana's units that are used here. */
export type Unit = 'short' | 'pps' | 'cps' | 'reqps' | 'ops' | 'percentunit' | 's' | 'bytes' | 'none'

export interface Curve {
  readonly expr: string
  /** As Grafana takes it: text with `{{label}}`. */
  readonly legend: string
  /** A limit or a threshold rather than a measurement: a dashed line without filling. */
  readonly limit?: true
}

export interface PanelSpec {
  readonly title: string
  /** What it shows, what it teaches, and which counter of Linux has the same number. */
  readonly description: string
  readonly unit: Unit
  readonly curves: readonly Curve[]
  /** Columns of 24. */
  readonly span: number
  /** Upper end of the axis, where there is a natural one. */
  readonly max?: number
}

const HEIGHT = 8
const STAT_HEIGHT = 4

export type PanelBuilder = Builder<dashboard.Panel> & { id(id: number): PanelBuilder }

/** What all kinds of panels can be told. */
interface AnyPanel<B> {
  title(title: string): B
  description(description: string): B
  datasource(source: common.DataSourceRef): B
  unit(unit: string): B
  min(min: number): B
  max(max: number): B
  span(columns: number): B
  height(rows: number): B
  withTarget(target: Builder<prometheus.Dataquery>): B
}

function describe<B extends AnyPanel<B>>(builder: B, spec: PanelSpec, height = HEIGHT): B {
  builder.title(spec.title).description(spec.description).datasource(DATA_SOURCE).unit(spec.unit).min(0)
  if (spec.max !== undefined) builder.max(spec.max)
  return builder.span(spec.span).height(height)
}

function query({ expr, legend }: Curve, index: number): prometheus.DataqueryBuilder {
  const refId = String.fromCharCode('A'.charCodeAt(0) + index)
  return new prometheus.DataqueryBuilder().refId(refId).datasource(DATA_SOURCE).expr(expr).legendFormat(legend)
}

/** Curves over time; `stacked` where they are parts of a whole. */
export function curves(spec: PanelSpec, stacked = false): PanelBuilder {
  const panel = describe(new timeseries.PanelBuilder(), spec)
    .lineWidth(1)
    .fillOpacity(stacked ? 40 : 8)
    .showPoints(common.VisibilityMode.Never)
    .stacking(new common.StackingConfigBuilder().mode(stacked ? common.StackingMode.Normal : common.StackingMode.None))
    .legend(
      new common.VizLegendOptionsBuilder()
        .displayMode(common.LegendDisplayMode.List)
        .placement(common.LegendPlacement.Bottom)
        .showLegend(true),
    )
    .tooltip(
      new common.VizTooltipOptionsBuilder().mode(common.TooltipDisplayMode.Multi).sort(common.SortOrder.Descending),
    )
  for (const [index, curve] of spec.curves.entries()) {
    panel.withTarget(query(curve, index))
    if (curve.limit) panel.overrideByName(curve.legend, LIMIT_LINE)
  }
  return panel
}

const LIMIT_LINE = [
  { id: 'custom.lineStyle', value: { fill: 'dash', dash: [8, 8] } },
  { id: 'custom.fillOpacity', value: 0 },
  { id: 'custom.stacking', value: { mode: 'none' } },
  { id: 'color', value: { mode: 'fixed', fixedColor: 'red' } },
]

/** The last value, large. `colours`: [from this value on, colour], the first without a value. */
export function number(spec: PanelSpec, colours: readonly (readonly [number | null, string])[]): stat.PanelBuilder {
  const panel = describe(new stat.PanelBuilder(), spec, STAT_HEIGHT)
    .graphMode(common.BigValueGraphMode.Area)
    .colorMode(common.BigValueColorMode.Value)
    .reduceOptions(new common.ReduceDataOptionsBuilder().calcs(['lastNotNull']))
    .thresholds(
      new dashboard.ThresholdsConfigBuilder()
        .mode(dashboard.ThresholdsMode.Absolute)
        .steps(colours.map(([value, color]) => ({ value, color }))),
    )
  for (const [index, curve] of spec.curves.entries()) panel.withTarget(query(curve, index))
  return panel
}

/** One bar per bucket of a histogram, over the time that is shown; the query is the increase of its buckets by `le`. */
export function bucketBars(spec: PanelSpec): PanelBuilder {
  const panel = describe(new bargauge.PanelBuilder(), spec)
    .displayMode(common.BarGaugeDisplayMode.Basic)
    .orientation(common.VizOrientation.Horizontal)
    .reduceOptions(new common.ReduceDataOptionsBuilder().calcs(['lastNotNull']))
  for (const [index, curve] of spec.curves.entries()) {
    panel.withTarget(query(curve, index).format(prometheus.PromQueryFormat.Heatmap).instant())
  }
  return panel
}

/** Buckets over time; the query is the rate of a histogram's buckets by `le`. */
export function heat(spec: PanelSpec): PanelBuilder {
  const panel = describe(new heatmap.PanelBuilder(), spec)
    .calculate(false)
    .color(new heatmap.HeatmapColorOptionsBuilder().mode(heatmap.HeatmapColorMode.Scheme).scheme('Oranges').steps(64))
    .yAxis(new heatmap.YAxisConfigBuilder().unit('s'))
  for (const [index, curve] of spec.curves.entries()) {
    panel.withTarget(query(curve, index).format(prometheus.PromQueryFormat.Heatmap))
  }
  return panel
}

/** One bar per series, coloured while its value is not 0. */
export function timeline(spec: PanelSpec): PanelBuilder {
  const panel = describe(new statetimeline.PanelBuilder(), spec)
    .showValue(common.VisibilityMode.Never)
    .thresholds(
      new dashboard.ThresholdsConfigBuilder().mode(dashboard.ThresholdsMode.Absolute).steps([
        { value: null, color: 'transparent' },
        { value: 1, color: 'orange' },
      ]),
    )
  for (const [index, curve] of spec.curves.entries()) panel.withTarget(query(curve, index))
  return panel
}
