/**
 * Each check of each lesson fails for each of its reasons in a lab that really is in that state: the control was not turned,
 * it is too early, or somebody did something else; and what is seen of a future that was turned back does not count.
 */
import { describe, expect, it } from 'vitest'
import type { ServerConfig } from '../../../../dashboard/contract/server.ts'
import { LANGUAGES } from '../../../../dashboard/web/i18n/language.ts'
import { LabStore } from '../../../../dashboard/web/store/lab-store.ts'
import { LESSONS, type LessonName } from '../../../../dashboard/web/views/lessons/lesson.ts'
import { Observer } from '../../../../dashboard/web/views/lessons/observer.ts'
import { reasonsAgainst } from '../../../../lab/checks/checks.ts'
import type { FigureName } from '../../../../lab/checks/figures.ts'
import { type ReasonKey, sayReason } from '../../../../lab/checks/reason.ts'
import { serverMessage } from '../../../support/page/lab-messages.ts'
import { Attempt } from '../../../support/worlds/lesson-attempt.ts'

const FLOOD = { kind: 'syn-flood', rate: 500, duration: 600 } as const

type Play = (attempt: Attempt) => Promise<void>

/** Lets one packet pass after another until the check reads a first figure. */
async function toFirstSegment({ page, observer }: Attempt, figure: FigureName): Promise<void> {
  while ((observer.figures[figure] ?? 0) === 0) page.step()
}

const knob = (attempt: Attempt, patch: Partial<ServerConfig>) => attempt.page.controls.configure(patch)

/** What is done in a lesson, and why its check then fails. */
const MISTAKES: readonly (readonly [LessonName, what: string, ReasonKey, Play])[] = [
  ['handshake', 'nobody is followed', 'figure-missing', async () => {}],
  [
    'handshake',
    'only the SYN has passed',
    'handshake-open',
    async (attempt) => {
      await attempt.take()
      await toFirstSegment(attempt, 'handshake.segments')
    },
  ],
  [
    'syn-timeout',
    'the SYN has not been waited for',
    'request-not-expired',
    async (attempt) => {
      await attempt.take()
      await attempt.pass(5)
    },
  ],
  ['flood', 'there is no flood', 'syn-queue-not-full', async (attempt) => attempt.observer.begin()],
  [
    'flood',
    'cookies are on',
    'no-drops',
    async (attempt) => {
      await knob(attempt, { synCookies: 1 })
      await attempt.take()
      await attempt.pass(5)
    },
  ],
  [
    'flood',
    'it has just begun',
    'too-few-clients',
    async (attempt) => {
      await attempt.take()
      await attempt.pass(0.5)
    },
  ],
  [
    'flood',
    'cookies are switched on while it runs',
    'clients-still-served',
    async (attempt) => {
      await attempt.take()
      await attempt.pass(2)
      await knob(attempt, { synCookies: 1 })
      await attempt.pass(20)
    },
  ],
  [
    'cookies',
    'the flood is stopped before, and its requests have expired',
    'syn-queue-not-full',
    async (attempt) => {
      // With fewer repeats they expire sooner.
      await knob(attempt, { synAckRetries: 1 })
      await attempt.pass(1)
      await attempt.page.controls.stopAllAttacks()
      await attempt.pass(8)
      await attempt.take()
      await attempt.pass(5)
    },
  ],
  [
    'cookies',
    'they stay off',
    'no-cookies-sent',
    async (attempt) => {
      await attempt.pass(2)
      attempt.observer.begin()
      await attempt.pass(5)
    },
  ],
  [
    'cookies',
    'no honest client comes',
    'no-cookies-redeemed',
    async (attempt) => {
      await attempt.page.controls.setClients({ rate: 0 })
      await attempt.pass(5)
      await attempt.take()
      await attempt.pass(5)
    },
  ],
  [
    'cookies',
    'it is too early',
    'too-few-clients',
    async (attempt) => {
      await attempt.pass(5)
      await attempt.take()
      await attempt.pass(0.3)
    },
  ],
  [
    'cookies',
    'the program accepts nobody',
    'clients-not-served',
    async (attempt) => {
      await attempt.pass(5)
      await attempt.take()
      await attempt.pass(2)
      await knob(attempt, { acceptInterval: 60_000, backlog: 8 })
      await attempt.pass(20)
    },
  ],
  [
    'two-queues',
    'the program accepts at once',
    'accept-queue-not-full',
    async (attempt) => {
      attempt.observer.begin()
      await attempt.pass(5)
    },
  ],
  [
    'two-queues',
    'somebody attacks as well',
    'cookies-sent-after-all',
    async (attempt) => {
      await attempt.page.controls.startAttack({ ...FLOOD, duration: 5 })
      await attempt.take()
      await attempt.pass(20)
    },
  ],
  ['four-way-close', 'nobody is followed', 'figure-missing', async (attempt) => attempt.observer.begin()],
  [
    'four-way-close',
    'only the first FIN has passed',
    'not-closed',
    async (attempt) => {
      await attempt.take()
      await toFirstSegment(attempt, 'close.segments')
    },
  ],
  [
    'time-wait',
    'the server goes on waiting',
    'no-time-wait',
    async (attempt) => {
      attempt.observer.begin()
      await attempt.pass(5)
    },
  ],
  [
    'close-wait',
    'clients still come',
    'figure-missing',
    async (attempt) => {
      await attempt.take()
      await attempt.pass(10)
    },
  ],
  [
    'close-wait',
    'the program accepts again',
    'no-close-wait',
    async (attempt) => {
      for (const step of attempt.lesson.steps) {
        await attempt.take(step)
        await attempt.pass(5)
      }
      await knob(attempt, { acceptInterval: 0 })
      await attempt.pass(1)
    },
  ],
]

describe('the check of a lesson fails', () => {
  it.each(MISTAKES)('%s, %s: %s', async (name, _what, key, play) => {
    const attempt = await Attempt.begin(name)
    await play(attempt)
    const { reached, reason } = attempt.verdict
    expect([reached, reason.key]).toEqual([false, key])
    for (const language of LANGUAGES) expect(sayReason(reason, language)).not.toMatch(/\{/)
  })

  it('for every reason that the checks of the lessons have', () => {
    const played = new Set(MISTAKES.map(([name, _what, key]) => `${name}: ${key}`))
    const possible = LESSONS.flatMap(({ name, checks }) =>
      checks.flatMap((check) => reasonsAgainst(check).map((key) => `${name}: ${key}`)),
    )
    expect(possible.filter((one) => !played.has(one))).toEqual([])
  })
})

describe('time that is turned back in a lesson', () => {
  it('takes back what was seen later, and the control is turned anew', async () => {
    const attempt = await Attempt.begin('two-queues')
    await attempt.pass(2)
    await attempt.take()
    await attempt.pass(20)
    expect(attempt.verdict.reached).toBe(true)
    attempt.page.goTo(1)
    expect(attempt.observer.figures).toEqual({})
    await attempt.pass(0.5)
    await attempt.take()
    expect(attempt.verdict).toMatchObject({ reached: false, reason: { key: 'accept-queue-not-full' } })
    await attempt.pass(20)
    expect([attempt.verdict.reached, attempt.seen]).toEqual([true, 65])
  })

  it('counts again what is played again', async () => {
    const attempt = await Attempt.begin('flood')
    await attempt.take()
    await attempt.pass(20)
    const { seen } = attempt
    attempt.page.goTo(0.1)
    expect(attempt.seen).toBeUndefined()
    await attempt.pass(20)
    expect(attempt.verdict.reached).toBe(true)
    expect(attempt.seen).toBe(seen)
  })

  it('does not add the segments of another connection to those of the first', async () => {
    const attempt = await Attempt.begin('four-way-close')
    await attempt.take()
    await attempt.pass(5)
    expect(attempt.seen).toBe(3)
    attempt.page.goTo(4)
    await attempt.pass(5)
    expect(attempt.seen).toBe(3)
  })
})

describe('the rate of freed places', () => {
  it('is that of the whole queue, also where a machine stood still while it filled', () => {
    const store = new LabStore()
    const observer = new Observer(store)
    store.onTold((message) => observer.hear(message))
    const tell = (at: number, length: number, HalfOpenExpired: number): void =>
      store.apply(serverMessage(at, { syn: { length }, counters: { HalfOpenExpired } }))
    tell(0, 0, 0)
    observer.begin()
    // 77 requests, three seconds of nothing, and 52 more: they expire in two groups, and each place is taken anew.
    tell(500, 77, 0)
    tell(3500, 129, 0)
    for (let at = 7500; at < 10_500; at += 500) tell(at, 129, 77)
    expect(observer.freedPerSecond).toBeUndefined()
    tell(10_500, 129, 129)
    expect(observer.freedPerSecond).toBe(18.4)
    tell(14_500, 129, 206)
    expect(observer.freedPerSecond).toBe(18.4)
  })
})
