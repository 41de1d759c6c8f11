/**
 * Files that are dropped onto the page or chosen: a scenario, or the result.json of a run, which is run again. Whatever
 * cannot be used is said in one sentence, and what was open stays.
 */
import { parseReproduceCommand } from '../../../lab/bundle/reproduce.ts'
import { FORMAT_VERSION, type ResultHead } from '../../../lab/bundle/result-format.ts'
import { problemText } from './problem-text.ts'
import type { LabSession } from './session.ts'
import { BROWSER } from './strings.ts'
import { VERSION } from './version.ts'

/** Longest scenario, as the command line has it; a result is longer. Bytes. */
const SCENARIO_BYTES_MAX = 1_048_576
const RESULT_BYTES_MAX = 64 * 1_048_576

/** Takes files anywhere but where a view wants them itself; returns the function that ends it. */
export function watchDrops(session: LabSession): () => void {
  const over = (event: DragEvent): void => event.preventDefault()
  const drop = (event: DragEvent): void => {
    if (event.defaultPrevented) return
    event.preventDefault()
    const file = event.dataTransfer?.files[0]
    if (file !== undefined) void takeFile(session, file)
  }
  addEventListener('dragover', over)
  addEventListener('drop', drop)
  return () => {
    removeEventListener('dragover', over)
    removeEventListener('drop', drop)
  }
}

export async function takeFile(session: LabSession, file: File): Promise<void> {
  const { ui } = session
  const text = BROWSER[ui.language.value]
  const isResult = file.name.endsWith('.json')
  if (!isResult && !/\.ya?ml$/.test(file.name)) ui.notice.value = text.wrongFile(file.name)
  else if (file.size > (isResult ? RESULT_BYTES_MAX : SCENARIO_BYTES_MAX)) ui.notice.value = text.tooLarge(file.name)
  else if (isResult) await takeResult(session, file.name, await file.text())
  else await takeScenario(session, file.name, await file.text())
}

async function takeScenario(session: LabSession, name: string, text: string): Promise<void> {
  const { ui } = session
  const problem = await session.openRun({ scenario: name, text, set: [], isByHand: false })
  if (problem?.kind === 'text') session.draft.value = { name, text, problems: problem.problems }
  else ui.notice.value = problem === undefined ? undefined : problemText(problem, BROWSER[ui.language.value])
}

async function takeResult(session: LabSession, name: string, json: string): Promise<void> {
  const { ui } = session
  const text = BROWSER[ui.language.value]
  const head = readHead(json)
  if (head === undefined) {
    ui.notice.value = text.noResult(name)
    return
  }
  if (head.format_version !== FORMAT_VERSION || head.synlab_version !== VERSION) {
    ui.notice.value = text.otherBundle(name, head.synlab_version, VERSION)
    return
  }
  const again = parseReproduceCommand(head.command)
  if (again === undefined) {
    ui.notice.value = text.noResult(name)
    return
  }
  const { reference, set, seed } = again
  const problem = await session.openRun({ scenario: reference, set, seed, isByHand: false })
  ui.notice.value = problem === undefined ? undefined : problemText(problem, text)
}

function readHead(json: string): ResultHead | undefined {
  try {
    const { format_version, synlab_version, command } = JSON.parse(json) as Partial<ResultHead>
    if (typeof format_version !== 'number' || typeof synlab_version !== 'string' || typeof command !== 'string') return
    return { format_version, synlab_version, command }
  } catch {
    return undefined
  }
}
