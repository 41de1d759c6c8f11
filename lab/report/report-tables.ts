/**
 * The tables of report.html: arms and traffic, phases, thresholds, counters.
 */
import type { Result } from '../bundle/result-format.ts'
import { ARMS_PER_PLOT } from './chart-style.ts'
import { COLUMNS, formatBounds, formatPhase, formatReplays } from './run-report.ts'
import { element, escapeMarkup } from './svg.ts'
import type { Column } from './text-table.ts'

/** A table, in a box that scrolls by itself on a small screen. `head` and `rows` are markup. */
function table(name: string, head: string, rows: readonly string[]): string {
  const content = `<caption class="hidden">${escapeMarkup(name)}</caption><thead>${head}</thead>\n<tbody>${rows.join('\n')}</tbody>`
  // A box that scrolls must be reachable by keyboard.
  return `<div class="scroll" tabindex="0" role="region" aria-label="${escapeMarkup(name)}"><table>${content}</table></div>`
}

function row(cells: readonly string[], classes = ''): string {
  return `<tr${classes === '' ? '' : ` class="${classes}"`}>${cells.join('')}</tr>`
}

function columnHead(text: string, classes = ''): string {
  return cell('th', text, { scope: 'col', ...(classes === '' ? {} : { class: classes }) })
}

function groupHead(text: string, span: number): string {
  return `<th scope="colgroup" colspan="${span}"><span>${escapeMarkup(text)}</span></th>`
}

function rowHead(text: string, span = 1): string {
  return cell('th', text, span > 1 ? { scope: 'rowgroup', rowspan: String(span) } : { scope: 'row' })
}

function data(text: string, classes = 'number'): string {
  return cell('td', text, classes === '' ? {} : { class: classes })
}

function cell(name: 'td' | 'th', text: string, attributes: Readonly<Record<string, string>>): string {
  return text === '' ? `<${name}></${name}>` : element(name, attributes, escapeMarkup(text))
}

/** The table that `synlab run` prints. */
export function phasesTable(result: Result): string {
  const rows = Object.entries(result.arms).flatMap(([arm, { phases }]) => {
    const entries = Object.entries(phases)
    return entries.map(([phase, figures], index) => {
      const cells = formatPhase(figures).map((text) => data(text))
      const heads = index === 0 ? [rowHead(arm, entries.length)] : []
      return row([...heads, cell('th', phase, { scope: 'row', class: 'inner' }), ...cells], index === 0 ? 'first' : '')
    })
  })
  return table('Figures by arm and phase', groupedHead(COLUMNS), rows)
}

/** One or two rows of titles: groups above their columns. */
function groupedHead(columns: readonly Column[]): string {
  const groups: string[] = []
  for (let at = 0; at < columns.length; ) {
    const group = columns[at]?.group
    let span = 1
    while (group !== undefined && columns[at + span]?.group === group) span++
    groups.push(group === undefined ? '<td></td>' : groupHead(group, span))
    at += span
  }
  const titles = columns.map(({ title, align }) => columnHead(title, align === 'right' ? 'number' : ''))
  return row(groups, 'groups') + row(titles)
}

export function thresholdsTable({ thresholds }: Result): string {
  const head = ['verdict', 'arm', 'phase', 'metric', 'asked', 'measured']
  const rows = thresholds.map((threshold) => {
    const { arm, phase, metric, actual, passed } = threshold
    return row([
      data(passed ? 'pass' : 'FAIL', passed ? 'pass' : 'fail'),
      rowHead(arm),
      data(phase, ''),
      data(metric, ''),
      data(formatBounds(threshold)),
      data(String(actual ?? 'not measurable')),
    ])
  })
  return table('Thresholds', row(head.map((title, index) => columnHead(title, index > 3 ? 'number' : ''))), rows)
}

/** Counters by arm and phase; a table for each few arms. Counters that stayed at 0 everywhere are named below. */
export function countersTables({ arms }: Result): string {
  const all = Object.entries(arms)
  const names = Object.keys(Object.values(all[0]?.[1].phases ?? {})[0]?.counters ?? {})
  const moves = (name: string): boolean =>
    all.some(([, { phases }]) => Object.values(phases).some(({ counters }) => counters[name] !== 0))
  const moved = names.filter(moves)
  const tables: string[] = []
  for (let at = 0; at < all.length; at += ARMS_PER_PLOT) {
    const some = all.slice(at, at + ARMS_PER_PLOT)
    const groups = some.map(([arm, { phases }]) => groupHead(arm, Object.keys(phases).length))
    const titles = some.flatMap(([, { phases }]) => Object.keys(phases).map((phase) => columnHead(phase, 'number')))
    const rows = moved.map((name) => {
      const values = some.flatMap(([, { phases }]) => Object.values(phases).map(({ counters }) => counters[name] ?? 0))
      return row([rowHead(name), ...values.map((value) => data(String(value)))])
    })
    const head = row(['<td></td>', ...groups], 'groups') + row([columnHead('counter'), ...titles])
    tables.push(table(`Counters by phase: ${some.map(([arm]) => arm).join(', ')}`, head, rows))
  }
  const still = names.filter((name) => !moves(name))
  const note =
    still.length > 0 ? `<p class="note">0 in every arm and phase: ${escapeMarkup(still.join(', '))}.</p>` : ''
  return tables.join('\n') + note
}

/** Where the arms differ, as a table, and what they have in common, in a line. */
export function armsTable({ scenario: { definition } }: Result): string {
  const names = definition.arms.map(({ name }) => name)
  const settings = definition.arms.map(({ name: _name, ...parts }) => new Map(Object.values(parts).flatMap(entriesOf)))
  const keys = [...(settings[0]?.keys() ?? [])]
  const valuesOf = (key: string): string[] => settings.map((values) => formatValue(values.get(key)))
  const differing = keys.filter((key) => new Set(valuesOf(key)).size > 1)
  const rows = differing.map((key) => row([rowHead(key), ...valuesOf(key).map((text) => data(text))]))
  const heads = [columnHead('setting'), ...names.map((name) => columnHead(name, 'number'))]
  const common = keys.filter((key) => !differing.includes(key)).map((key) => `${key} ${valuesOf(key)[0]}`)
  const note = `${names.length > 1 ? 'The same in every arm' : `Arm ${names[0]}`}: ${common.join(', ')}.`
  const differences = rows.length > 0 ? table('Where the arms differ', row(heads), rows) : ''
  return differences + (common.length > 0 ? `<p class="note">${escapeMarkup(note)}</p>` : '')
}

function entriesOf(part: object): [string, unknown][] {
  return Object.entries(part)
}

/** Attacks, honest clients and the network, as they ran: all of the scenario that has a name and a kind. */
export function trafficTable(result: Result): string {
  const { definition } = result.scenario
  const rows = Object.values(definition)
    .flat()
    .flatMap((entry: unknown) => {
      if (typeof entry !== 'object' || entry === null || !('name' in entry && 'kind' in entry)) return []
      // What becomes of a recording is said below the table.
      const { name, kind, recording: _, ...rest } = { recording: undefined, ...entry }
      return row([rowHead(String(name)), data(String(kind), ''), data(formatValue(rest), 'free')])
    })
  const network = row([rowHead('network'), data('link', ''), data(formatValue(definition.link), 'free')])
  const head = ['name', 'kind', 'parameters (times in seconds)'].map((title) => columnHead(title))
  const replays = formatReplays(result).map((line) => `<p class="note">${escapeMarkup(line)}</p>`)
  return [table('Traffic and network', row(head), [...rows, network]), ...replays].join('\n')
}

/** Plain data in a line: "rate 500, arrivals poisson". */
function formatValue(value: unknown): string {
  if (Array.isArray(value)) return value.map(formatValue).join(' ')
  if (typeof value !== 'object' || value === null) return String(value)
  return Object.entries(value)
    .map(([key, inner]) => `${key} ${formatValue(inner)}`)
    .join(', ')
}
