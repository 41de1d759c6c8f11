/**
 * A result bundle: its files, and what stands in those that are made when a run is over. The capture is written while it
 * goes on (run-capture.ts). The same run gives the same bytes, on disk or in memory.
 */
import type { ReportSource } from '../report/figure.ts'
import { makeReport, type Report } from '../report/report-html.ts'
import { connectionsCsv, seriesCsv } from './csv.ts'
import { resultJson } from './result.ts'

/** Files of a bundle. The first one makes a directory a bundle. */
export const BUNDLE_FILES = [
  'result.json',
  'connections.csv',
  'series.csv',
  'report.html',
  'durations.svg',
  'queues.svg',
  'counters.svg',
  'capture.pcapng',
] as const
export type BundleFile = (typeof BUNDLE_FILES)[number]

/** The texts of a bundle, by the names of their files. */
export type BundleTexts = Readonly<Record<'result.json' | 'connections.csv' | 'series.csv', string>> & Report

/** What a run has shown, as the texts of its bundle. */
export function bundleTexts(source: ReportSource): BundleTexts {
  const { scenario, result, runs } = source
  return {
    'result.json': resultJson(result),
    'connections.csv': connectionsCsv(runs),
    'series.csv': seriesCsv(scenario, runs),
    ...makeReport(source),
  }
}
