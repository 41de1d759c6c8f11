/** The programs of differential runs: the same for the same seed, well formed, and of every kind that docs/fidelity.md names. */
import { describe, expect, it } from 'vitest'
import { ACK, FIN, RST, SYN } from '../../../tcpip/wire/segment.ts'
import { generate } from '../../kernel/generate.ts'
import type { PeerSegment, Program, Step } from '../../kernel/program.ts'

const SEEDS = 400
const programs = Array.from({ length: SEEDS }, (_, i) => generate(i + 1))
const steps = programs.flatMap((program) => program.steps)

function isSegment(step: Step): step is Step & PeerSegment {
  return step.kind === 'segment'
}

it('a seed is a program', () => {
  expect(generate(7)).toEqual(generate(7))
  expect(generate(7)).not.toEqual(generate(8))
})

it('numbers are those that packets can carry', () => {
  for (const { seq, ack, window, length } of steps.filter(isSegment)) {
    for (const number of [seq, ack]) expect(number >= 0 && number < 2 ** 32).toBe(true)
    expect(window >= 0 && window <= 65_535 && length >= 0 && length <= 1460).toBe(true)
  }
  for (const { wait } of steps) expect(Number.isInteger(wait) && wait >= 0).toBe(true)
})

it('calls are of connections that accept() was asked for before, or of the only socket', () => {
  for (const program of programs) {
    let accepted = program.listener === undefined ? 1 : 0
    for (const step of program.steps) {
      if (step.kind === 'accept') accepted++
      else if ('connection' in step) expect(step.connection).toBeLessThan(accepted)
    }
  }
})

describe('among a few hundred seeds there is', () => {
  const inSteps = (test: (step: Step) => boolean): boolean => steps.some(test)
  const inSegments = (test: (segment: PeerSegment) => boolean): boolean => steps.filter(isSegment).some(test)
  const inPrograms = (test: (program: Program) => boolean): boolean => programs.some(test)

  it.each<[string, boolean]>([
    ['a crowd', inPrograms(({ steps: all }) => new Set(all.map((step) => 'peer' in step && step.peer)).size > 4)],
    ['a backlog of 0', inPrograms(({ listener }) => listener?.backlog === 0)],
    ...['0', '1', '2'].map((value): [string, boolean] => [
      `tcp_syncookies ${value}`,
      inPrograms(({ sysctls }) => sysctls['net.ipv4.tcp_syncookies'] === value),
    ]),
    ['tcp_abort_on_overflow', inPrograms(({ sysctls }) => sysctls['net.ipv4.tcp_abort_on_overflow'] === '1')],
    ['TCP_DEFER_ACCEPT', inPrograms(({ listener }) => (listener?.deferAccept ?? 0) > 0)],
    ['a connect()', inSteps(({ kind }) => kind === 'connect')],
    ['a SYN-ACK', inSegments(({ flags, ack }) => flags === (SYN | ACK) && ack === 1)],
    ['a SYN-ACK with data', inSegments(({ flags, length }) => (flags & (SYN | ACK)) === (SYN | ACK) && length > 0)],
    ['a SYN-ACK of something else', inSegments(({ flags, ack }) => flags === (SYN | ACK) && ack === 77)],
    [
      'a SYN that crosses',
      inPrograms(
        ({ listener, steps: all }) =>
          listener === undefined && all.filter(isSegment).some(({ flags }) => flags === SYN),
      ),
    ],
    ['a SYN without options', inSegments(({ flags, options }) => flags === SYN && options.length === 0)],
    [
      'a SYN with timestamps',
      inSegments(({ flags, options }) => flags === SYN && options.some(({ kind }) => kind === 'TS')),
    ],
    ['a RST', inSegments(({ flags }) => (flags & RST) !== 0)],
    ['a FIN with data', inSegments(({ flags, length }) => (flags & FIN) !== 0 && length > 0)],
    ['a segment without ACK', inSegments(({ flags }) => flags === 0)],
    ['an ACK of what was never sent', inSegments(({ flags, ack }) => (flags & ACK) !== 0 && ack > 90_000)],
    ['a SACK block', inSegments(({ options }) => options.some(({ kind }) => kind === 'sack'))],
    ['more written than a window takes', steps.some((step) => step.kind === 'write' && step.length === 20_000)],
    ['a closed window', inSegments(({ flags, window }) => flags === ACK && window === 0)],
    [
      'an old timestamp',
      inSegments(({ options }) => options.some((option) => option.kind === 'TS' && option.val < 10_000)),
    ],
    ['an ICMP error', inSteps(({ kind }) => kind === 'icmp')],
    ...(['read', 'write', 'shutdown', 'close', 'linger', 'error'] as const).map((kind): [string, boolean] => [
      `${kind}()`,
      inSteps((step) => step.kind === kind),
    ]),
  ])('%s', (_, isThere) => expect(isThere).toBe(true))
})
