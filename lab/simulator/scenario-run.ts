/**
 * Runs the arms of a scenario, one after the other, in slices of virtual time between which the caller may do other things.
 */
import { assert } from '../../tcpip/base/assert.ts'
import { SECOND } from '../../tcpip/base/time.ts'
import type { Scenario } from '../scenario/resolve.ts'
import type { Traces } from '../scenario/traces.ts'
import type { ArmRun } from './arm-run.ts'
import { ArmSimulator } from './arm-simulator.ts'
import type { NetworkTap } from './network.ts'

/** Virtual time between two pauses, microseconds. */
const SLICE = SECOND

/** Silence between two arms in a capture, seconds. */
const CAPTURE_GAP = 1

/** Takes the packets of all arms. */
export interface ScenarioCapture {
  /** The tap for an arm whose time 0 is at `offset` seconds of the capture. */
  startArm(name: string, offset: number): NetworkTap
}

export interface ScenarioRunOptions {
  /** What the scenario replays. */
  readonly traces?: Traces | undefined
  readonly capture?: ScenarioCapture | undefined
  /** Awaited between two slices, for everything else that the thread has to do; no pause by default. */
  readonly pause?: () => Promise<unknown>
  /** Aborted when nobody wants the result any more. */
  readonly signal?: { readonly aborted: boolean }
  /** Called while running: share of the whole that is done, 0..1, and the arm under way. */
  readonly onProgress?: (share: number, arm: string) => void
}

/** Simulates every arm, in the scenario's order. Undefined when it was aborted. */
export async function simulateScenario(
  scenario: Scenario,
  options: ScenarioRunOptions = {},
): Promise<ArmRun[] | undefined> {
  const { arms, duration } = scenario
  const runs: ArmRun[] = []
  let offset = 0
  for (const [index, arm] of arms.entries()) {
    const simulator = new ArmSimulator(scenario, arm, {
      traces: options.traces,
      tap: options.capture?.startArm(arm.name, offset),
    })
    while (!simulator.isOver) {
      assert(simulator.now <= simulator.latestEnd, 'every honest attempt ends in time')
      simulator.runTo(simulator.now + SLICE)
      const share = Math.min(simulator.now / (duration * SECOND), 1)
      options.onProgress?.((index + share) / arms.length, arm.name)
      await options.pause?.()
      if (options.signal?.aborted) return undefined
    }
    runs.push(simulator.finish())
    offset += simulator.now / SECOND + CAPTURE_GAP
  }
  return runs
}
