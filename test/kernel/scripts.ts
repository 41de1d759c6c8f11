/** Our scripts on the kernel: all that are true of it, many at once. */
import { relative, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseScript } from '../packetdrill/language/parser.ts'
import { ScriptError } from '../packetdrill/language/script-error.ts'
import { readScript, scriptsIn } from '../packetdrill/script-file.ts'
import type { ScriptJob, ScriptOutcome } from './play-scripts.ts'
import { playAll } from './pool.ts'

/** Scripts that are played at a time. They wait most of their time. */
const WIDTH = 16

/**
 * A failure counts when the kernel shows it so often, in rounds: time is real, and the machine may stall. Each round plays only what
 * failed in the one before it, so fewer scripts share the machine. This is the one place where a script is played again.
 */
const ROUNDS = 3

/** Longest script of a brief run, seconds of real time: the 63 s of a half-open entry, and the slack of its timers. */
const BRIEF_SECONDS = 75

const ROOT = import.meta.url.includes('/dist/test/') ? '../../../' : '../../'

/** The folder of our own scripts. */
export const OWN_SCRIPTS = fileURLToPath(new URL(`${ROOT}test/packetdrill/scripts`, import.meta.url))

export interface ScriptsReport {
  readonly passed: number
  readonly failed: number
  /** Scripts that ask for something that this interpreter does not have. */
  readonly refused: number
  /** Times that a script was played again because it had failed. */
  readonly again: number
  /** Scripts that are true of the endpoint only, by reason. */
  readonly endpointOnly: ReadonlyMap<string, number>
  /** Scripts left out because they are long. */
  readonly long: number
}

/** Plays the scripts at `paths` (files or folders); `report` is given each failure. */
export async function playScripts(
  paths: readonly string[],
  isBrief: boolean,
  report: (failure: string) => void,
): Promise<ScriptsReport> {
  const endpointOnly = new Map<string, number>()
  const due: (ScriptJob & { readonly seconds: number })[] = []
  let [long, failed, refused] = [0, 0, 0]
  for (const path of paths.flatMap(scriptsIn)) {
    const { only, text } = readScript(path)
    const isOwn = !relative(OWN_SCRIPTS, resolve(path)).startsWith('..')
    let seconds: number
    try {
      seconds = duration(text)
    } catch (error) {
      if (!(error instanceof ScriptError)) throw error
      if (error.kind === 'unsupported') refused++
      else failed++
      report(`${nameOf(path)}:${error.line}: ${error.kind}: ${error.message}`)
      continue
    }
    if (only?.stack === 'endpoint') endpointOnly.set(only.reason, (endpointOnly.get(only.reason) ?? 0) + 1)
    else if (isBrief && seconds > BRIEF_SECONDS) long++
    else due.push({ path, isOwn, seconds })
  }
  // The longest first: none of them is left to begin when all others are done.
  due.sort((a, b) => b.seconds - a.seconds)
  let passed = 0
  let again = 0
  let jobs: readonly ScriptJob[] = due
  for (let round = 1; jobs.length > 0; round++) {
    const failures: { readonly job: ScriptJob; readonly text: string }[] = []
    await playAll<ScriptJob, ScriptOutcome>(
      new URL('play-scripts.js', import.meta.url),
      jobs,
      WIDTH,
      (job, outcome) => {
        if (outcome === undefined) passed++
        else if (outcome.isRefused) {
          refused++
          report(`${nameOf(job.path)}:${outcome.text}`)
        } else failures.push({ job, text: outcome.text })
      },
    )
    if (round < ROUNDS) again += failures.length
    else for (const { job, text } of failures) report(`${nameOf(job.path)}:${text}`)
    if (round === ROUNDS) failed += failures.length
    jobs = round < ROUNDS ? failures.map(({ job }) => job) : []
  }
  return { passed, failed, refused, again, endpointOnly, long }
}

/** A script as messages name it: our own by their place among them. */
function nameOf(path: string): string {
  const own = relative(OWN_SCRIPTS, resolve(path))
  return own.startsWith('..') ? path : own
}

/** Seconds that a script takes. */
function duration(text: string): number {
  let usecs = 0
  for (const { time } of parseScript(text).events) {
    if (time.kind === 'at') usecs = Math.max(usecs, time.usecs)
    else if (time.kind === 'after') usecs += time.usecs
    else if (time.kind === 'between') usecs = time.relative ? usecs + time.to : Math.max(usecs, time.to)
  }
  return usecs / 1e6
}
