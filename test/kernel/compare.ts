/**
 * Holds the traces of two stacks against each other. Numbers, flags, options, order and results have to be equal; times may
 * differ as real timers do; windows, PSH and counters are differences of their own kinds.
 */
import { PSH } from '../../tcpip/wire/segment.ts'
import type { Answer, Trace } from './record.ts'

/** From nothing to the worst: a trace is of the worst kind that is found in it. */
export const VERDICTS = ['identical', 'windows or PSH only', 'counters only', 'packets or results'] as const
export type Verdict = (typeof VERDICTS)[number]

export interface Comparison {
  readonly verdict: Verdict
  /** The first difference of that kind, in words. */
  readonly what: string
}

/** How far times may be apart, microseconds: two ticks of 4 ms, and what a busy machine takes to hand a packet over. */
const SLACK = 10_000

export function compare(endpoint: Trace, kernel: Trace): Comparison {
  const packets = packetDifference(endpoint, kernel) ?? resultDifference(endpoint, kernel)
  if (packets !== undefined) return { verdict: 'packets or results', what: packets }
  const counters = Object.entries(endpoint.counters).find(([name, value]) => kernel.counters[name] !== value)
  if (counters !== undefined) {
    const [name, value] = counters
    return { verdict: 'counters only', what: `${name}: kernel ${kernel.counters[name]}, endpoint ${value}` }
  }
  const peers = peersOf(endpoint, kernel)
  const differs = peers.some((peer) => {
    const [own, theirs] = [of(endpoint, peer), of(kernel, peer)]
    return own.some(({ window, flags }, i) => theirs[i] && (window !== theirs[i].window || flags !== theirs[i].flags))
  })
  return { verdict: differs ? 'windows or PSH only' : 'identical', what: '' }
}

function packetDifference(endpoint: Trace, kernel: Trace): string | undefined {
  for (const peer of peersOf(endpoint, kernel)) {
    const [own, theirs] = [of(endpoint, peer), of(kernel, peer)]
    for (let i = 0; i < Math.max(own.length, theirs.length); i++) {
      const [a, b] = [own[i], theirs[i]]
      // What a timer does just when watching ends may be missing on one side.
      if ((a === undefined || b === undefined) && (a ?? b).at > kernel.end - SLACK) break
      const isSame = a !== undefined && b !== undefined && key(a) === key(b) && Math.abs(b.at - a.at) <= SLACK
      if (!isSame) return `peer ${peer}, packet ${i + 1}: kernel ${describe(b)}, endpoint ${describe(a)}`
    }
  }
  return undefined
}

function resultDifference(endpoint: Trace, kernel: Trace): string | undefined {
  const index = endpoint.results.findIndex((result, i) => result !== kernel.results[i])
  return index < 0 ? undefined : `step ${index + 1} gives ${kernel.results[index]}, endpoint ${endpoint.results[index]}`
}

function peersOf(...traces: Trace[]): number[] {
  return [...new Set(traces.flatMap(({ answers }) => answers.map(({ peer }) => peer)))].sort((a, b) => a - b)
}

function of({ answers }: Trace, peer: number): Answer[] {
  return answers.filter((answer) => answer.peer === peer)
}

function key({ flags, seq, ack, length, options }: Answer): string {
  return [flags & ~PSH, seq, ack, length, options].join(' ')
}

function describe(answer: Answer | undefined): string {
  if (answer === undefined) return 'nothing'
  const { flags, seq, ack, length, options, at } = answer
  return `flags ${flags & ~PSH} ${seq}(${length}) ack ${ack} <${options}> at ${(at / 1e6).toFixed(3)} s`
}
