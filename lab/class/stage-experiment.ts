/**
 * An experiment that is played on a story's stage: a client and a server, segment by segment. With a bundle it leaves what
 * the server counted and the capture.
 */
import { MIB_NAMES } from '../../tcpip/base/counters.ts'
import type { BundleDirectory } from '../files/bundle-directory.ts'
import { formatTable } from '../report/text-table.ts'
import { Storyteller } from '../stories/storyteller.ts'
import type { Played, SheetFigures } from './sheet.ts'

/** Plays scenes with a teller of that seed; `scenes` returns the figures. */
export function playStage(
  seed: number,
  bundle: BundleDirectory | undefined,
  scenes: (teller: Storyteller) => SheetFigures,
): Played {
  const teller = new Storyteller(seed)
  const figures = scenes(teller)
  const counted = Object.fromEntries(
    teller.scenes.map(({ name, stage }) => [name, countersOf(stage.server.counters.mib)]),
  )
  if (bundle !== undefined) {
    bundle.write('result.json', `${JSON.stringify({ seed, counters: counted }, null, 2)}\n`)
    bundle.write('capture.pcapng', teller.capture.bytes())
  }
  return { figures, lines: counterLines(counted) }
}

/** The counters of a server that are not 0, by name. */
function countersOf(mib: Float64Array): Record<string, number> {
  return Object.fromEntries(MIB_NAMES.map((name, index) => [name, mib[index] ?? 0] as const).filter(([, n]) => n !== 0))
}

/** One row a counter, one column a scene. */
function counterLines(counted: Readonly<Record<string, Readonly<Record<string, number>>>>): string[] {
  const scenes = Object.keys(counted)
  const names = MIB_NAMES.filter((name) => scenes.some((scene) => counted[scene]?.[name] !== undefined))
  return formatTable(
    [{ title: 'server counter', align: 'left' }, ...scenes.map((title) => ({ title, align: 'right' as const }))],
    names.map((name) => [name, ...scenes.map((scene) => String(counted[scene]?.[name] ?? 0))]),
  )
}
