/**
 * report.html: a run for people, in one file that needs no network and no script. What it says depends on nothing but the
 * run, so that one seed gives one report, byte for byte.
 */
import { countersFigure } from './counters-chart.ts'
import { durationsFigure } from './durations-chart.ts'
import { type Figure, inlineSvg, type Picture, type ReportSource, standaloneSvg } from './figure.ts'
import { queuesFigure } from './queues-chart.ts'
import { reportStyle } from './report-style.ts'
import { armsTable, countersTables, phasesTable, thresholdsTable, trafficTable } from './report-tables.ts'
import { definitions, guide, keyFigures, reproduce, verdict } from './report-words.ts'
import { escapeMarkup } from './svg.ts'
import { describePhases } from './time-frame.ts'

/** The files of a report. */
export const REPORT_FILES = ['report.html', 'durations.svg', 'queues.svg', 'counters.svg'] as const

/** Their texts, by their names. */
export type Report = Readonly<Record<(typeof REPORT_FILES)[number], string>>

/** The page, and its pictures as files. */
export function makeReport(source: ReportSource): Report {
  const figures = {
    durations: durationsFigure(source),
    queues: queuesFigure(source),
    counters: countersFigure(source),
  }
  return {
    'report.html': page(source, figures),
    'durations.svg': standaloneSvg(figures.durations),
    'queues.svg': standaloneSvg(figures.queues),
    'counters.svg': standaloneSvg(figures.counters),
  }
}

interface Figures {
  readonly durations: Figure
  readonly queues: Figure
  readonly counters: Figure
}

/** Nothing may be fetched and nothing may run, even if something slipped through the escaping. */
const POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:"

function page({ scenario, result, page: run }: ReportSource, figures: Figures): string {
  const facts = `Seed ${result.seed}. Phases: ${describePhases(scenario)}. Simulated in virtual time by synlab ${result.synlab_version}.`
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="${POLICY}">
<link rel="icon" href="data:,">
<title>${escapeMarkup(`${scenario.name}, seed ${result.seed}: synlab report`)}</title>
<style>
${reportStyle()}
</style>
</head>
<body>
<main>
<header>
<h1>${escapeMarkup(scenario.name)}</h1>
<p class="lead">${escapeMarkup(scenario.description)}</p>
<p class="facts">${escapeMarkup(facts)} ${verdict(result)}</p>
${keyFigures(result)}
</header>
${section('look', 'What to look at', guide(result))}
${section('durations', 'Duration of every honest connection', picture(figures.durations))}
${section('queues', 'Both queues against their limits', picture(figures.queues))}
${section('counters', 'Counters per second', picture(figures.counters))}
${section('phases', 'Figures by phase', phasesTable(result) + PHASES_NOTE)}
${section('thresholds', 'Thresholds', result.thresholds.length > 0 ? thresholdsTable(result) : NO_THRESHOLDS)}
${section('totals', 'Counters by phase', countersTables(result))}
${section('setup', 'What ran', `${armsTable(result)}\n${trafficTable(result)}`)}
${section('again', 'Run it again', reproduce(result, run))}
${section('definitions', 'Definitions', definitions(result))}
</main>
</body>
</html>
`
}

const PHASES_NOTE =
  '<p class="note">Success and connect time are those of honest clients. A queue is full above its limit: it holds one more. <code>-</code> stands where nothing could be measured.</p>'
const NO_THRESHOLDS = '<p>The scenario has none.</p>'

function section(id: string, title: string, content: string): string {
  return `<section aria-labelledby="${id}">\n<h2 id="${id}">${escapeMarkup(title)}</h2>\n${content}\n</section>`
}

function picture(figure: Figure): string {
  return `<figure>
<div class="wide">${inlineSvg(figure, figure.wide, `${figure.name}-wide`)}</div>
<div class="narrow">${inlineSvg(figure, figure.narrow, `${figure.name}-narrow`)}</div>
<figcaption>${escapeMarkup(figure.caption)}${note(figure.wide, 'wide')}${note(figure.narrow, 'narrow')}</figcaption>
</figure>`
}

function note({ note = '' }: Picture, width: 'wide' | 'narrow'): string {
  return note === '' ? '' : ` <span class="${width}">${escapeMarkup(note)}</span>`
}
