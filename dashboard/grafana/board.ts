/**
 * What all dashboards of the lab have in common: the choice of servers and attackers, the marks of every attack and switch,
 * refresh, links to each other. A dashboard is a list of rows of panels; places and ids follow from the order.
 */
import {
  AnnotationQueryBuilder,
  DashboardBuilder,
  DashboardCursorSync,
  DashboardLinkBuilder,
  DashboardLinkType,
  QueryVariableBuilder,
  RowBuilder,
  TimePickerBuilder,
  VariableRefresh,
  VariableSort,
} from '@grafana/grafana-foundation-sdk/dashboard'
import { DATA_SOURCE, type PanelBuilder } from './panels.ts'

export interface Board {
  /** The JSON file's name, and with `synlab-` before it the dashboard's uid. */
  readonly name: string
  readonly title: string
  readonly description: string
  readonly rows: readonly Row[]
}

export interface Row {
  readonly title: string
  readonly panels: readonly PanelBuilder[]
}

/** Grafana offers these, and none below `GF_DASHBOARDS_MIN_REFRESH_INTERVAL`. */
const REFRESH_INTERVALS = ['1s', '2s', '5s', '10s', '30s', '1m']
const REFRESH = '2s'
const TAG = 'synlab'

export function buildBoard(board: Board): DashboardBuilder {
  const builder = new DashboardBuilder(board.title)
    .uid(`synlab-${board.name}`)
    .description(board.description)
    .tags([TAG])
    .readonly()
    .timezone('browser')
    .time({ from: 'now-5m', to: 'now' })
    .refresh(REFRESH)
    .timepicker(new TimePickerBuilder().refreshIntervals(REFRESH_INTERVALS))
    .tooltip(DashboardCursorSync.Crosshair)
    .variables([variable('server', 'Server'), variable('attacker', 'Attacker')])
    .annotations(MARKS.map(mark))
    .link(
      new DashboardLinkBuilder('synlab')
        .type(DashboardLinkType.Dashboards)
        .tags([TAG])
        .keepTime(true)
        .includeVars(true),
    )
  let id = 0
  for (const { title, panels } of board.rows) {
    builder.withRow(new RowBuilder(title).id(++id))
    for (const panel of panels) builder.withPanel(panel.id(++id))
  }
  return builder
}

/** All targets of one job, by the label of the same name; asked anew when the time changes, for replicas come and go. */
function variable(name: 'server' | 'attacker', label: string): QueryVariableBuilder {
  const query = `label_values(up{job="synlab-${name}"}, ${name})`
  return new QueryVariableBuilder(name)
    .label(label)
    .datasource(DATA_SOURCE)
    .query({ query, refId: name })
    .definition(query)
    .refresh(VariableRefresh.OnTimeRangeChanged)
    .sort(VariableSort.AlphabeticalAsc)
    .includeAll(true)
    .allValue('.+')
    .multi(true)
    .current({ selected: true, text: ['All'], value: ['$__all'] })
}

interface Mark {
  readonly name: string
  readonly colour: string
  readonly expr: string
  readonly text: string
}

/**
 * Each is a gauge of the lab whose value is a moment, so that the marks survive Grafana and need no writer with a token;
 * 0 is never.
 */
const MARKS: readonly Mark[] = [
  {
    name: 'Attack begins',
    colour: 'red',
    expr: 'synlab_attack_last_start_timestamp_seconds{job="synlab-attacker", attacker=~"$attacker"}',
    text: '{{attacker}}: {{kind}} begins',
  },
  {
    name: 'Attack ends',
    colour: 'green',
    expr: 'synlab_attack_last_stop_timestamp_seconds{job="synlab-attacker", attacker=~"$attacker"}',
    text: '{{attacker}}: {{kind}} ends',
  },
  {
    name: 'Switch',
    colour: 'blue',
    expr: 'synlab_last_change_timestamp_seconds{job="synlab-server", server=~"$server"}',
    text: '{{server}}: {{what}} changed',
  },
]

function mark({ name, colour, expr, text }: Mark): AnnotationQueryBuilder {
  return new AnnotationQueryBuilder()
    .name(name)
    .datasource(DATA_SOURCE)
    .enable(true)
    .iconColor(colour)
    .expr(`(${expr} > 0) * 1000`)
    .useValueForTime(true)
    .step(REFRESH)
    .titleFormat(name)
    .textFormat(text)
}
