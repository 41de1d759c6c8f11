/** What counts as a difference between two stacks, and of which kind it is. */
import { expect, it } from 'vitest'
import { ACK, PSH } from '../../../tcpip/wire/segment.ts'
import { compare } from '../../kernel/compare.ts'
import type { Answer, Trace } from '../../kernel/record.ts'

const ANSWER: Answer = {
  peer: 1,
  at: 100_000,
  step: 0,
  flags: ACK,
  seq: 1,
  ack: 1,
  length: 0,
  window: 500,
  options: '',
}

function trace(answers: Partial<Answer>[], other: Partial<Trace> = {}): Trace {
  return {
    answers: answers.map((answer) => ({ ...ANSWER, ...answer })),
    results: [],
    counters: {},
    times: [],
    end: 1_000_000,
    began: 0,
    ...other,
  }
}

it.each<[string, Partial<Answer>, string]>([
  ['nothing', {}, 'identical'],
  ['another window', { window: 501 }, 'windows or PSH only'],
  ['PSH', { flags: ACK | PSH }, 'windows or PSH only'],
  ['another flag', { flags: 0 }, 'packets or results'],
  ['a sequence number', { seq: 2 }, 'packets or results'],
  ['an acknowledgment', { ack: 2 }, 'packets or results'],
  ['a length', { length: 1 }, 'packets or results'],
  ['an option', { options: 'sackOK' }, 'packets or results'],
  ['10 ms', { at: 110_000 }, 'identical'],
  ['more than 10 ms later', { at: 110_001 }, 'packets or results'],
  ['more than 10 ms sooner', { at: 89_999 }, 'packets or results'],
  ['another peer', { peer: 2 }, 'packets or results'],
])('%s makes it %j: %s', (_, change, verdict) => {
  expect(compare(trace([change]), trace([{}])).verdict).toBe(verdict)
})

it('a packet that only one has is a difference, but for the last moment', () => {
  for (const [at, verdict] of [
    [500_000, 'packets or results'],
    [989_000, 'packets or results'],
    [990_001, 'identical'],
  ] as const) {
    expect(compare(trace([{}, { at }]), trace([{}])).verdict).toBe(verdict)
    expect(compare(trace([{}]), trace([{}, { at }])).verdict).toBe(verdict)
  }
})

it('packets of one peer keep their order; those of two peers have none', () => {
  const [a, b] = [{ seq: 1 }, { seq: 2, at: 100_100 }]
  expect(compare(trace([b, a]), trace([a, b])).verdict).toBe('packets or results')
  expect(compare(trace([{ ...b, peer: 2 }, a]), trace([a, { ...b, peer: 2 }])).verdict).toBe('identical')
})

it('results of calls and counters are told', () => {
  const results = compare(trace([], { results: ['0', '10'] }), trace([], { results: ['0', 'EPIPE'] }))
  expect(results).toEqual({ verdict: 'packets or results', what: 'step 2 gives EPIPE, endpoint 10' })
  const counters = compare(trace([], { counters: { TW: 1 } }), trace([], { counters: { TW: 0 } }))
  expect(counters).toEqual({ verdict: 'counters only', what: 'TW: kernel 0, endpoint 1' })
})
