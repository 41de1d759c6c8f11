/** Four small charts over the shared time, and more behind a word. The figures are those of the crosshair. */
import { TableTwin } from '../../a11y/twin.tsx'
import { useFormat, useLab, useText } from '../../app/lab-context.ts'
import { LineChart } from '../../charts/line-chart.tsx'
import { type ChartDefinition, FIRST_CHARTS, MORE_CHARTS, type SeriesDefinition } from '../../charts/series.ts'
import { crosshair } from '../../charts/time-window.ts'
import { CONTROL_ROOM } from './strings.ts'

const LAST = 10

export function SmallCharts() {
  const charts = useLab().ui.hasMoreCharts.value ? MORE_CHARTS : FIRST_CHARTS
  return (
    <div class="smalls">
      {charts.map((chart) => (
        <SmallChart key={chart.key} chart={chart} />
      ))}
    </div>
  )
}

export function SmallChart({ chart }: { chart: ChartDefinition }) {
  const lab = useLab()
  const text = useText(CONTROL_ROOM)
  const format = useFormat()
  const at = crosshair(lab) ?? lab.clock.now.value
  const write = (series: SeriesDefinition, moment: number): string =>
    format[chart.format](series.value(lab.store, moment))
  const rows = (): readonly (readonly string[])[] =>
    Array.from({ length: LAST }, (_, i) => (at ?? 0) - i * 1000).map((moment) => [
      format.clock(moment),
      ...chart.series.map((series) => write(series, moment)),
    ])
  return (
    <figure class="panel small" aria-label={text.charts[chart.key]}>
      <div class="panel-title">
        <h2>{text.charts[chart.key]}</h2>
        <TableTwin
          summary={text.table}
          columns={[text.second, ...chart.series.map(({ key }) => text.series[key])]}
          rows={rows}
        />
      </div>
      <p class="figures">
        {chart.series.map((series) => (
          <span key={series.key} title={`${text.source} ${series.source}`}>
            <i class={`stroke ${series.role}${series.isDashed ? ' dashed' : ''}`} />
            {text.series[series.key]} <b data-figure={series.key}>{at === undefined ? '–' : write(series, at)}</b>
          </span>
        ))}
      </p>
      {chart.isOfProcesses && lab.store.hello.value?.clock === 'virtual' ? (
        <p class="quiet">{text.noProcesses}</p>
      ) : (
        <LineChart chart={chart} />
      )}
    </figure>
  )
}
