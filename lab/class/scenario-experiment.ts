/**
 * An experiment that is a scenario: simulates it, and reads off the figures that a worksheet asks for. With a bundle it
 * leaves what `synlab run` leaves: report, tables, result and capture.
 */
import type { ConnectionRecord } from '../../attacker/clients/attempt.ts'
import { packageVersion } from '../../control/package-info.ts'
import { SECOND } from '../../tcpip/base/time.ts'
import type { PacketTap } from '../../tcpip/link/capture-link.ts'
import { type BundleFile, bundleTexts } from '../bundle/bundle.ts'
import { percentile } from '../bundle/percentile.ts'
import { makeResult } from '../bundle/result.ts'
import type { PhaseResult, Result } from '../bundle/result-format.ts'
import type { BundleDirectory } from '../files/bundle-directory.ts'
import { CaptureFile } from '../files/capture-file.ts'
import { formatResult } from '../report/run-report.ts'
import { resolveScenario } from '../scenario/resolve.ts'
import type { ScenarioFile } from '../scenario/schema.ts'
import type { ArmRun } from '../simulator/arm-run.ts'
import { type ScenarioCapture, simulateScenario } from '../simulator/scenario-run.ts'
import type { Played, SheetFigures } from './sheet.ts'
import { COUNTERS } from './sheet-counters.ts'

/** Sees every packet of every arm, as a capture does. */
export type ArmWatch = (arm: string) => PacketTap

export interface ScenarioOptions {
  /** The command line that runs it again. */
  readonly command: string
  readonly bundle?: BundleDirectory | undefined
  /** Sees the packets that figures of the sheet are read from. */
  readonly watch?: ArmWatch
  /** Plays what else belongs to the experiment, into the same capture if there is one, from second `offset` of it. */
  readonly also?: (capture: ScenarioCapture | undefined, offset: number) => void
}

/** Seconds of a capture that an arm takes at most beyond its phases: until its last client has given up. */
const CAPTURE_TAIL = 60

/** Simulates `file` with `seed`. Figures are named arm.phase.figure, such as `main.attack.syn_queue.max`. */
export async function playScenario(file: ScenarioFile, seed: number, options: ScenarioOptions): Promise<Played> {
  const { command, bundle, watch, also } = options
  const scenario = { ...resolveScenario(file), seed }
  const captureFile = bundle === undefined ? undefined : new CaptureFile(bundle)
  try {
    const runs = await simulateScenario(scenario, { capture: captureOf(captureFile, watch) })
    if (runs === undefined) throw new Error('nobody has interrupted the simulation')
    also?.(captureFile, scenario.arms.length * (scenario.duration + CAPTURE_TAIL))
    const result = makeResult(scenario, runs, command, packageVersion())
    if (bundle !== undefined) {
      const texts = bundleTexts({ scenario, result, runs })
      for (const [file, text] of Object.entries(texts)) bundle.write(file as BundleFile, text)
    }
    return { figures: figuresOf(result, runs), lines: formatResult(result) }
  } finally {
    captureFile?.close()
  }
}

/** Both who want to see the packets, or whichever there is. */
function captureOf(file: CaptureFile | undefined, watch: ArmWatch | undefined): ScenarioCapture | undefined {
  if (watch === undefined) return file
  return {
    startArm: (name, offset) => {
      const watched = watch(name)
      const written = file?.startArm(name, offset)
      const tap: PacketTap = {
        packet: (id, timestamp, bytes, at, length, inbound) => {
          watched.packet(id, timestamp, bytes, at, length, inbound)
          written?.tap.packet(id, timestamp, bytes, at, length, inbound)
        },
      }
      return { tap, interfaceId: written?.interfaceId ?? 0 }
    },
  }
}

function figuresOf({ arms }: Result, runs: readonly ArmRun[]): SheetFigures {
  const figures: Record<string, number> = {}
  for (const [arm, { phases }] of Object.entries(arms)) {
    const attempts = runs.find((run) => run.arm.name === arm)?.attempts ?? []
    for (const [phase, result] of Object.entries(phases)) {
      const all = { ...figuresOfPhase(result), late_wait_s: lateWait(attempts, result.end_s) }
      for (const [name, value] of Object.entries(all)) figures[`${arm}.${phase}.${name}`] = value
    }
  }
  return figures
}

/** Seconds at the end of a phase in which whoever comes finds a queue that has had the time to fill. */
const LATE = 10

/** Median time from ESTABLISHED to the first byte of the answer, for those who came late in a phase and were served: seconds, to a tenth. */
function lateWait(attempts: readonly ConnectionRecord[], end: number): number {
  const waits = attempts.flatMap(({ startedAt, outcome, connectUs = 0, firstByteUs = 0 }) => {
    const isLate = startedAt >= (end - LATE) * SECOND && startedAt < end * SECOND
    return isLate && outcome === 'ok' ? [firstByteUs - connectUs] : []
  })
  const median = percentile(
    waits.toSorted((a, b) => a - b),
    50,
  )
  return Math.round((median ?? 0) / (SECOND / 10)) / 10
}

function figuresOfPhase({ legit, syn_queue, accept_queue, counters }: PhaseResult): Record<string, number> {
  return {
    'legit.attempted': legit.attempted,
    'legit.succeeded': legit.succeeded,
    'legit.percent': legit.attempted === 0 ? 0 : Math.floor((100 * legit.succeeded) / legit.attempted),
    'syn_queue.limit': syn_queue.limit,
    'syn_queue.max': syn_queue.max,
    'accept_queue.limit': accept_queue.limit,
    'accept_queue.max': accept_queue.max,
    ...Object.fromEntries(COUNTERS.map((name) => [`counters.${name}`, counters[name] ?? 0])),
  }
}
