/**
 * A thread of the pool that plays programs of seeds on kernel and endpoint, compares, and makes the difference small.
 */
import { MIB_NAMES } from '../../tcpip/base/counters.ts'
import { STRICT_SETTINGS } from '../packetdrill/runner/settings.ts'
import { type Comparison, compare, VERDICTS } from './compare.ts'
import { generate } from './generate.ts'
import { playDouble } from './kernel-double.ts'
import { type Ask, type KernelClock, KernelStack } from './kernel-stack.ts'
import { minimise } from './minimise.ts'
import { type Program, printSetup, printStep } from './program.ts'
import { printAnswer, record, type Trace, timesOf } from './record.ts'
import { KERNEL_SYSCTLS } from './sysctls.ts'
import { serveJobs } from './thread.ts'

export interface SeedOutcome extends Comparison {
  /** The smallest program found that still differs so, as a script that the kernel passes; empty when nothing differs. */
  readonly script: string
}

/** A difference counts when the kernel shows it every time: in real time two things at once may go either way. */
const CONFIRMATIONS = 5

/** Longest step of a play that counts, microseconds, and how often a play is tried again for it. */
const STEP_LIMIT = 1_000
const MOST_ATTEMPTS = 5

/** Plays of the kernel that making a program small may take. */
const MOST_TRIALS = 40

/** Counters that both have. */
const names = MIB_NAMES.filter((name) => !KernelStack.hidden(name))

serveJobs<number, SeedOutcome>((seed, ask) => {
  const program = generate(seed)
  const comparison = confirm(program, ask)
  if (!isNotable(comparison)) return { ...comparison, script: '' }
  const small = minimise(program, MOST_TRIALS, (candidate) => play(candidate, ask).verdict === comparison.verdict)
  const { what } = play(small, ask)
  return { ...comparison, what: what || comparison.what, script: print(small, playKernel(small, ask).trace) }
})

/**
 * What races with a timer, or arms one just when the kernel's clock ticks, may go either way. So the endpoint is played with timers
 * that fire up to a tick late, and with a clock that ticks up to a tick earlier and later; microseconds.
 */
const VARIANTS = [
  { late: 0, shift: 0 },
  { late: 1_000, shift: 0 },
  { late: 4_000, shift: 0 },
  { late: 0, shift: 2_000 },
  { late: 0, shift: -2_000 },
  { late: 0, shift: 4_000 },
  { late: 0, shift: -4_000 },
] as const

interface KernelPlay {
  readonly trace: Trace
  /** The kernel's clock when the program began. */
  readonly clock: KernelClock
}

/**
 * Plays `program` on the kernel. When exactly a step came is known to within what it took; a machine that was busy elsewhere is asked
 * again.
 */
function playKernel(program: Program, ask: Ask): KernelPlay {
  for (let attempt = 1; ; attempt++) {
    const stack = new KernelStack(ask, STRICT_SETTINGS.localAddress, KERNEL_SYSCTLS)
    const { began, ticks } = stack.clock()
    const trace = record(stack, program, names, timesOf(program))
    if (stack.slowest <= STEP_LIMIT || attempt === MOST_ATTEMPTS) {
      return { trace, clock: { began: began + trace.began, ticks } }
    }
  }
}

/** Plays `program` on the kernel, then on the endpoint at the same times. */
function play(program: Program, ask: Ask): Comparison {
  const { trace, clock } = playKernel(program, ask)
  let best: Comparison | undefined
  for (const { late, shift } of VARIANTS) {
    const ticks = { ...clock.ticks, offset: clock.ticks.offset + shift }
    const comparison = compare(playDouble(program, names, trace, { ...clock, ticks }, late), trace)
    if (best === undefined || isMilder(comparison, best)) best = comparison
    if (!isNotable(best)) break
  }
  return best as Comparison
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

/** The program with the kernel's answers, as a script. */
function print(program: Program, { answers, results }: Trace): string {
  const lines = printSetup(program)
  program.steps.forEach((_, index) => {
    lines.push(printStep(program, index, results[index]))
    for (const answer of answers) {
      if (answer.step !== index) continue
      lines.push(`// at ${(answer.at / 1e6).toFixed(3)} s`, printAnswer(answer))
    }
  })
  return lines.join('\n')
}
