/**
 * Every check has a run that reaches it, and for each of its conditions one that fails there and says so in both languages.
 */
import { describe, expect, it } from 'vitest'
import { CHECK_NAMES, type CheckName, judge, judgeAll } from '../../../../lab/checks/checks.ts'
import type { FigureName, Figures } from '../../../../lab/checks/figures.ts'
import { LANGUAGES } from '../../../../lab/checks/language.ts'
import { REASONS, type ReasonKey, sayReason } from '../../../../lab/checks/reason.ts'

interface Example {
  readonly reaches: Figures
  /** What to change of it, and the reason that follows. */
  readonly fails: readonly (readonly [Figures, ReasonKey])[]
}

const EXAMPLES: Record<CheckName, Example> = {
  'handshake-complete': {
    reaches: { 'handshake.segments': 3 },
    fails: [[{ 'handshake.segments': 2 }, 'handshake-open']],
  },
  'request-expired': {
    reaches: { 'counters.HalfOpenExpired': 1, 'counters.TCPSynRetrans': 5 },
    fails: [[{ 'counters.HalfOpenExpired': 0 }, 'request-not-expired']],
  },
  'syn-queue-full': {
    reaches: { 'syn_queue.max': 129, 'syn_queue.limit': 128 },
    fails: [[{ 'syn_queue.max': 128 }, 'syn-queue-not-full']],
  },
  'clients-locked-out': {
    reaches: { 'legit.attempted': 10, 'legit.succeeded': 4 },
    fails: [
      [{ 'legit.attempted': 9 }, 'too-few-clients'],
      [{ 'legit.succeeded': 5 }, 'clients-still-served'],
    ],
  },
  'clients-served': {
    reaches: { 'legit.attempted': 100, 'legit.succeeded': 99 },
    fails: [
      [{ 'legit.attempted': 9 }, 'too-few-clients'],
      [{ 'legit.succeeded': 98 }, 'clients-not-served'],
    ],
  },
  'drops-counted': {
    reaches: { 'counters.TCPReqQFullDrop': 1, 'counters.ListenDrops': 1 },
    fails: [[{ 'counters.TCPReqQFullDrop': 0 }, 'no-drops']],
  },
  'cookies-save': {
    reaches: {
      'syn_queue.max': 129,
      'syn_queue.limit': 128,
      'legit.attempted': 100,
      'legit.succeeded': 100,
      'counters.SyncookiesSent': 900,
      'counters.SyncookiesRecv': 90,
    },
    fails: [
      [{ 'syn_queue.max': 12 }, 'syn-queue-not-full'],
      [{ 'counters.SyncookiesSent': 0 }, 'no-cookies-sent'],
      [{ 'counters.SyncookiesRecv': 0 }, 'no-cookies-redeemed'],
      [{ 'legit.attempted': 3, 'legit.succeeded': 3 }, 'too-few-clients'],
      [{ 'legit.succeeded': 60 }, 'clients-not-served'],
    ],
  },
  'accept-queue-full': {
    reaches: { 'accept_queue.max': 65, 'accept_queue.limit': 64, 'counters.ListenOverflows': 7 },
    fails: [
      [{ 'accept_queue.max': 64 }, 'accept-queue-not-full'],
      [{ 'counters.ListenOverflows': 0 }, 'accept-queue-not-full'],
    ],
  },
  'cookies-idle': {
    reaches: { 'counters.SyncookiesSent': 0 },
    fails: [[{ 'counters.SyncookiesSent': 3 }, 'cookies-sent-after-all']],
  },
  'connection-closed': { reaches: { 'close.segments': 3 }, fails: [[{ 'close.segments': 2 }, 'not-closed']] },
  'time-wait-there': { reaches: { 'sockets.time_wait': 1 }, fails: [[{ 'sockets.time_wait': 0 }, 'no-time-wait']] },
  'close-wait-stays': {
    reaches: { 'sockets.close_wait': 5, 'sockets.close_wait_before': 5 },
    fails: [
      [{ 'sockets.close_wait': 4 }, 'no-close-wait'],
      [{ 'sockets.close_wait': 0, 'sockets.close_wait_before': 0 }, 'no-close-wait'],
    ],
  },
}

describe.each(CHECK_NAMES)('check %s', (name) => {
  const { reaches, fails } = EXAMPLES[name]

  it('is reached', () => {
    expect(judge(name, reaches).reached).toBe(true)
  })

  it.each(fails)('is not reached with %o: %s', (change, key) => {
    const { reached, reason } = judge(name, { ...reaches, ...change })
    expect([reached, reason.key]).toEqual([false, key])
  })

  it.each(Object.keys(reaches) as FigureName[])('needs %s', (figure) => {
    const { [figure]: _missing, ...others } = reaches
    const expected = { reached: false, reason: { key: 'figure-missing', values: { figure } } }
    expect(judge(name, others)).toEqual(expected)
  })

  it.each(LANGUAGES)('says what was seen in %s, every value filled in', (language) => {
    for (const figures of [reaches, ...fails.map(([change]) => ({ ...reaches, ...change }))]) {
      const text = sayReason(judge(name, figures).reason, language)
      expect(text).not.toMatch(/[{}]/)
      expect(/[一-鿿]/.test(text)).toBe(language === 'zh-CN')
    }
  })
})

describe('reasons', () => {
  it('are each given by some check', () => {
    const given = CHECK_NAMES.flatMap((name) => {
      const { reaches, fails } = EXAMPLES[name]
      return [reaches, ...fails.map(([change]) => ({ ...reaches, ...change }))].map(
        (figures) => judge(name, figures).reason.key,
      )
    })
    expect([...new Set([...given, 'figure-missing'])].sort()).toEqual(Object.keys(REASONS).sort())
  })
})

describe('several checks', () => {
  it('are reached when all are, and otherwise tell the first that is not', () => {
    const figures = { 'syn_queue.max': 9, 'syn_queue.limit': 8, 'legit.attempted': 20, 'legit.succeeded': 20 }
    expect(judgeAll(['syn-queue-full', 'clients-served'], figures).reached).toBe(true)
    expect(judgeAll(['clients-locked-out', 'syn-queue-full'], figures).reason.key).toBe('clients-still-served')
  })
})
