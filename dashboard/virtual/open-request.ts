/**
 * What a page asks to be opened: a scenario as text, what is changed in it, and its seed. The reader is the command line's.
 */
import { areScenarioProblems, loadScenario, parseScenario, type ScenarioProblem } from '../../lab/scenario/load.ts'
import { resolveScenario, type Scenario } from '../../lab/scenario/resolve.ts'
import { parseOverride } from '../../lab/scenario/set.ts'
import { UsageError } from '../../lab/usage-error.ts'
import { Refused } from './refusal.ts'

export interface OpenRequest {
  /** The text of a scenario. */
  readonly text: string
  /** Changes of it, each `key=value` as `--set` has them; none by default. */
  readonly set?: readonly string[] | undefined
  /** The scenario's own by default. */
  readonly seed?: number | undefined
  /** One arm, the first, and attacks wait for somebody to start them; otherwise all arms, and the scenario starts them. */
  readonly isByHand: boolean
}

/**
 * The scenario as it will run, or all that is wrong with its text. Throws Refused when it can be read but not run: a change
 * of something that is not there, a recording that no page can read.
 */
export function resolveRequest({ text, set = [], seed }: OpenRequest): Scenario | readonly ScenarioProblem[] {
  const parsed = parseScenario(text)
  if (areScenarioProblems(parsed)) return parsed
  try {
    const resolved = resolveScenario(loadScenario({ label: 'scenario', text }, set.map(parseOverride)))
    const replay = resolved.attacks.find(({ kind }) => kind === 'trace-replay')
    if (replay !== undefined) {
      throw new UsageError(`traffic.${replay.name}: replays a recording, which a page cannot read; synlab run can`)
    }
    return { ...resolved, seed: seed ?? resolved.seed }
  } catch (error) {
    if (error instanceof UsageError) throw new Refused('BAD_VALUE', error.message)
    throw error
  }
}

export function isScenario(resolved: Scenario | readonly ScenarioProblem[]): resolved is Scenario {
  return !Array.isArray(resolved)
}
