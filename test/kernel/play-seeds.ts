/**
 * A thread of the pool that plays programs of seeds on kernel and endpoint, compares, and makes the difference small.
 */
import { MIB_NAMES } from '../../tcpip/base/counters.ts'
import { EndpointStack } from '../packetdrill/endpoint-stack.ts'
import { STRICT_SETTINGS } from '../packetdrill/runner/settings.ts'
import { type Comparison, compare, VERDICTS, type Verdict } from './compare.ts'
import { generate } from './generate.ts'
import { type Ask, KernelStack } from './kernel-stack.ts'
import { type Program, printSetup, printStep } from './program.ts'
import { AFTERMATH, printAnswer, record, type Trace } from './record.ts'
import { KERNEL_SYSCTLS } from './sysctls.ts'
import { serveJobs } from './thread.ts'

export interface SeedOutcome extends Comparison {
  /** The smallest program found that still differs so, as a script that the kernel passes; empty when nothing differs. */
  readonly script: string
}

/** A difference counts when the kernel shows it every time: in real time two things at once may go either way. */
const CONFIRMATIONS = 2

/** Plays of the kernel that making a program small may take. */
const MOST_TRIALS = 40

/** Counters that both have. */
const names = MIB_NAMES.filter((name) => !KernelStack.hidden(name))

serveJobs<number, SeedOutcome>((seed, ask) => {
  const program = generate(seed)
  const comparison = confirm(program, ask)
  if (!isNotable(comparison)) return { ...comparison, script: '' }
  const small = minimise(program, comparison.verdict, ask)
  const { what } = play(small, ask)
  return { ...comparison, what: what || comparison.what, script: print(small, playKernel(small, ask)) }
})

/**
 * The endpoint with timers on time, and as late as a kernel's of 250 Hz are; and watched for as much longer as a kernel may be
 * asked late: what races with a timer, or with the end, may go either way.
 */
const VARIANTS = [
  { late: 0, longer: 0 },
  { late: 4_000, longer: 0 },
  { late: 12_000, longer: 0 },
  { late: 0, longer: 30_000 },
] as const

function playEndpoint(program: Program, { late, longer }: (typeof VARIANTS)[number]): Trace {
  return record(new EndpointStack(STRICT_SETTINGS.localAddress, late), program, names, longer)
}

function playKernel(program: Program, ask: Ask): Trace {
  return record(new KernelStack(ask, STRICT_SETTINGS.localAddress, KERNEL_SYSCTLS), program, names)
}

function play(program: Program, ask: Ask): Comparison {
  const end = program.steps.reduce((sum, { wait }) => sum + wait, AFTERMATH)
  const kernel = playKernel(program, ask)
  const [first, ...others] = VARIANTS.map((variant) => compare(playEndpoint(program, variant), kernel, end))
  return others.reduce((best, other) => (isMilder(other, best) ? other : best), first)
}

function isMilder(a: Comparison, b: Comparison): boolean {
  return VERDICTS.indexOf(a.verdict) < VERDICTS.indexOf(b.verdict)
}

/** Whether a difference is shown and has to be explained. */
function isNotable({ verdict }: Comparison): boolean {
  return verdict === 'packets or results' || verdict === 'counters only'
}

/** The mildest of a few plays. */
function confirm(program: Program, ask: Ask): Comparison {
  let best = play(program, ask)
  for (let i = 0; i < CONFIRMATIONS && isNotable(best); i++) {
    const again = play(program, ask)
    if (isMilder(again, best)) best = again
  }
  return best
}

/** Leaves out steps, the last ones first, as long as the difference stays. */
function minimise(program: Program, verdict: Verdict, ask: Ask): Program {
  let small = program
  let trials = 0
  for (let chunk = Math.ceil(program.steps.length / 2); chunk >= 1; chunk = Math.floor(chunk / 2)) {
    for (let end = small.steps.length; end > 0 && trials < MOST_TRIALS; end -= chunk) {
      const steps = [...small.steps.slice(0, Math.max(0, end - chunk)), ...small.steps.slice(end)]
      const candidate = { ...small, steps }
      trials++
      if (play(candidate, ask).verdict === verdict) small = candidate
    }
  }
  return small
}

/** The program with the kernel's answers, as a script. */
function print(program: Program, { answers, results }: Trace): string {
  const lines = printSetup(program)
  program.steps.forEach((step, index) => {
    lines.push(printStep(step, results[index]))
    for (const answer of answers) {
      if (answer.step !== index) continue
      lines.push(`// at ${(answer.at / 1e6).toFixed(3)} s`, printAnswer(answer))
    }
  })
  return lines.join('\n')
}
