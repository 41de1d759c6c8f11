/**
 * The bundle that `synlab run` writes, in memory: the same run, the same files, the same bytes.
 */
import { type BundleFile, bundleTexts } from '../../lab/bundle/bundle.ts'
import { reproduceCommand } from '../../lab/bundle/reproduce.ts'
import { makeResult } from '../../lab/bundle/result.ts'
import { RunCapture } from '../../lab/bundle/run-capture.ts'
import type { ScenarioProblem } from '../../lab/scenario/load.ts'
import { simulateScenario } from '../../lab/simulator/scenario-run.ts'
import { ByteCollector } from '../../tcpip/base/bytes.ts'
import { isScenario, type OpenRequest, resolveRequest } from './open-request.ts'

export interface BundleRequest extends Omit<OpenRequest, 'isByHand'> {
  /** How `synlab run` finds the scenario: a name, or the path of a file. */
  readonly reference: string
  /** It is in a file; otherwise it ships with the lab. */
  readonly isOwnText: boolean
}

export interface BundleWork {
  /** Awaited between two slices, for everything else that the thread has to do; no pause by default. */
  readonly pause?: () => Promise<unknown>
  /** Share of the whole that is done, 0..1, and the arm under way. */
  readonly onProgress?: (share: number, arm: string) => void
}

export type Bundle = Readonly<Record<BundleFile, Uint8Array | string>>

/**
 * Runs all arms from beginning to end. What was switched by hand in the lab is no part of it: the command line knows the
 * scenario alone. Returns what is wrong with the text, if anything is. Throws Refused as `resolveRequest` does.
 */
export async function makeBundle(
  request: BundleRequest,
  version: string,
  { pause, onProgress }: BundleWork = {},
): Promise<Bundle | { readonly problems: readonly ScenarioProblem[] }> {
  const { reference, set = [] } = request
  const scenario = resolveRequest({ ...request, isByHand: false })
  if (!isScenario(scenario)) return { problems: scenario }
  const file = new ByteCollector()
  const capture = new RunCapture(file.take)
  const runs = await simulateScenario(scenario, {
    capture,
    ...(pause === undefined ? {} : { pause }),
    ...(onProgress === undefined ? {} : { onProgress }),
  })
  capture.end()
  // Nobody aborts it: whoever loses interest ends the thread.
  if (runs === undefined) throw new Error('a run that nobody aborts comes to its end')
  const result = makeResult(scenario, runs, reproduceCommand(reference, scenario.seed, set), version)
  const { text, isOwnText } = request
  const page = { scenario: reference, text: isOwnText ? text : undefined, set, seed: scenario.seed, isByHand: false }
  return { ...bundleTexts({ scenario, result, runs, page }), 'capture.pcapng': file.bytes() }
}
