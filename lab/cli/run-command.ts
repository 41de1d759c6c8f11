/**
 * `synlab run`: simulates every arm of a scenario, prints the comparison, writes the bundle.
 */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { setImmediate } from 'node:timers/promises'
import { pathToFileURL } from 'node:url'
import { packageVersion } from '../../control/package-info.ts'
import { type BundleFile, bundleTexts } from '../bundle/bundle.ts'
import { PAGE_FILE, type PageRun, pageLink } from '../bundle/page-link.ts'
import { reproduceCommand } from '../bundle/reproduce.ts'
import { makeResult, resultJson } from '../bundle/result.ts'
import type { Result } from '../bundle/result-format.ts'
import { BundleDirectory } from '../files/bundle-directory.ts'
import { CaptureFile } from '../files/capture-file.ts'
import { bundledNames, readScenario } from '../files/scenario-source.ts'
import { traceFilesIn } from '../files/trace-files.ts'
import { packageRoot } from '../package-root.ts'
import { makeProgress, type Progress, SILENT } from '../report/progress.ts'
import { formatAcceptQueues, formatReplays, formatResult, formatThresholds } from '../report/run-report.ts'
import { loadScenario, type ScenarioText } from '../scenario/load.ts'
import { resolveScenario, type Scenario } from '../scenario/resolve.ts'
import { parseOverride } from '../scenario/set.ts'
import { loadTraces, type Traces } from '../scenario/traces.ts'
import type { ArmRun } from '../simulator/arm-run.ts'
import { simulateScenario } from '../simulator/scenario-run.ts'
import { findStory, STORIES } from '../stories/catalogue.ts'
import { UsageError } from '../usage-error.ts'
import { EXIT_OK, EXIT_THRESHOLD, exitCodeOfSignal } from './exit-code.ts'
import type { Output } from './output.ts'
import type { RunOptions } from './run-options.ts'
import { storyCommand } from './story-command.ts'

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const

/** Runs a scenario; returns the exit status. Throws UsageError before anything is started or written. */
export async function runCommand(reference: string, options: RunOptions, output: Output): Promise<number> {
  const story = findStory(reference)
  if (story !== undefined) return storyCommand(story, options, output)
  const source = readScenario(
    reference,
    STORIES.map(({ name }) => name),
  )
  const set = [...(options.set ?? []), ...victimOverrides(source, options.victim)]
  const { scenario: resolved, traces } = loadTraces(
    resolveScenario(loadScenario(source, set.map(parseOverride))),
    traceFilesIn(source.directory),
  )
  const scenario = { ...resolved, seed: options.seed ?? resolved.seed }
  // Before anything is written: an interruption removes it.
  const interruption = new AbortController()
  const interrupt = (signal: (typeof SIGNALS)[number]): void => interruption.abort(signal)
  for (const signal of SIGNALS) process.once(signal, interrupt)
  try {
    return await runScenario(
      { reference, text: source.text, scenario, traces, set },
      options,
      interruption.signal,
      output,
    )
  } finally {
    for (const signal of SIGNALS) process.removeListener(signal, interrupt)
  }
}

/** A scenario as it is to run, and the words in which it was asked for. */
interface Run {
  readonly reference: string
  readonly text: string
  readonly scenario: Scenario
  readonly traces: Traces
  readonly set: readonly string[]
}

async function runScenario(run: Run, options: RunOptions, signal: AbortSignal, output: Output): Promise<number> {
  const { reference, scenario, traces, set } = run
  const bundle = options.out === undefined ? undefined : new BundleDirectory(options.out)
  if (scenario.populations.length === 0 && !options.quiet) {
    output.stderr.write(
      `synlab: ${scenario.name} has no honest clients: what the attack does to them is not measured\n`,
    )
  }
  const progress = options.json || options.quiet ? SILENT : makeProgress(output.stderr)
  let committed = false
  try {
    const runs = await simulate(scenario, traces, bundle, progress, signal)
    if (runs === undefined) return exitCodeOfSignal(signal.reason)
    const result = makeResult(scenario, runs, reproduceCommand(reference, scenario.seed, set), packageVersion())
    const page = pageRun(run)
    if (bundle !== undefined) {
      const texts = bundleTexts({ scenario, result, runs, page })
      for (const [file, text] of Object.entries(texts)) bundle.write(file as BundleFile, text)
      bundle.commit()
      committed = true
    }
    progress.end()
    output.stdout.write(options.json ? resultJson(result) : report(result, options.out, page))
    return result.passed ? EXIT_OK : EXIT_THRESHOLD
  } finally {
    if (!committed) bundle?.abandon()
  }
}

/** What `--victim` says, for each recording that the scenario replays. Throws UsageError when there is none. */
function victimOverrides(source: ScenarioText, victim: string | undefined): string[] {
  if (victim === undefined) return []
  const replays = loadScenario(source).traffic.filter(({ kind }) => kind === 'trace-replay')
  if (replays.length === 0) throw new UsageError(`--victim ${victim}: ${source.label} replays no recording`)
  return replays.map(({ name }) => `traffic.${name}.victim=${JSON.stringify(victim)}`)
}

/** Simulates all arms, into the bundle's capture if there is a bundle. Undefined when `signal` was aborted. */
async function simulate(
  scenario: Scenario,
  traces: Traces,
  bundle: BundleDirectory | undefined,
  progress: Progress,
  signal: AbortSignal,
): Promise<ArmRun[] | undefined> {
  const capture = bundle === undefined ? undefined : new CaptureFile(bundle)
  try {
    return await simulateScenario(scenario, {
      signal,
      traces,
      capture,
      // The process gets to hear signals.
      pause: () => setImmediate(),
      onProgress: (share, arm) => progress.update(share, arm),
    })
  } finally {
    progress.end()
    capture?.close()
  }
}

/** The run as the page opens it; undefined for a recording, which no page can read. */
function pageRun({ reference, text, set, scenario }: Run): PageRun | undefined {
  if (scenario.attacks.some(({ kind }) => kind === 'trace-replay')) return undefined
  const isOwn = !bundledNames().includes(reference)
  return { scenario: reference, text: isOwn ? text : undefined, set, seed: scenario.seed, isByHand: false }
}

/** Where the built page shows a run; nothing when it has not been built. */
function pageLines(page: PageRun | undefined, version: string): string[] {
  const folder = join(packageRoot(), 'dist', 'page')
  if (page === undefined || !existsSync(join(folder, PAGE_FILE))) return []
  return [`The same run in the page: ${pathToFileURL(folder).href}/${pageLink(page, version)}`]
}

function report(result: Result, out: string | undefined, page: PageRun | undefined): string {
  const { name, definition } = result.scenario
  const phases = definition.phases.map(({ name: phase, start, end }) => `${phase} ${end - start} s`).join(', ')
  const lines = [
    `${name}, seed ${result.seed}: ${phases}`,
    '',
    ...formatResult(result),
    '',
    'Success and connect time are those of honest clients. A queue is full above its limit: it holds one more.',
    ...formatAcceptQueues(result),
    ...formatReplays(result),
    ...(result.thresholds.length > 0 ? ['', ...formatThresholds(result.thresholds)] : []),
    '',
    out === undefined ? 'No bundle written; --out DIR writes one.' : `Bundle: ${out}`,
    ...pageLines(page, result.synlab_version),
  ]
  return `${lines.join('\n')}\n`
}
