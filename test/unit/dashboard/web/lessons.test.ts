/** The lessons, each taken from its prediction to its check on a lab in virtual time; their words; and progress files. */
import { describe, expect, it } from 'vitest'
import { LANGUAGES } from '../../../../dashboard/web/i18n/language.ts'
import { PLACES } from '../../../../dashboard/web/questions/places.ts'
import { QUESTIONS } from '../../../../dashboard/web/questions/questions.ts'
import { isRight, LESSONS, type LessonName, lessonNamed } from '../../../../dashboard/web/views/lessons/lesson.ts'
import {
  isProgressProblem,
  NO_PROGRESS,
  readProgress,
  withDone,
  writeProgress,
} from '../../../../dashboard/web/views/lessons/progress.ts'
import { clientsRequest, prepare, restore, untilTold } from '../../../../dashboard/web/views/lessons/run.ts'
import { LESSON_TEXTS, LESSONS_WORDS } from '../../../../dashboard/web/views/lessons/strings.ts'
import { CHECK_NAMES } from '../../../../lab/checks/checks.ts'
import { Attempt } from '../../../support/worlds/lesson-attempt.ts'
import { VirtualPage } from '../../../support/worlds/virtual-page.ts'

/** A lesson as the page leads it, until its check is reached; at most `seconds` after its last step. */
async function play(name: LessonName, seconds: number) {
  const attempt = await Attempt.begin(name)
  await attempt.page.pass(3)
  for (const step of attempt.lesson.steps) {
    await attempt.take(step)
    await attempt.pass(4)
  }
  await attempt.pass(seconds, () => attempt.verdict.reached && attempt.seen !== undefined)
  return attempt
}

describe('a lesson is reached, and shows', () => {
  it.each<[LessonName, from: number, to: number]>([
    ['handshake', 3, 3],
    ['syn-timeout', 7, 7.1],
    ['flood', 13, 19],
    ['cookies', 99, 100],
    ['two-queues', 65, 65],
    ['four-way-close', 3, 3],
    ['time-wait', 60, 60],
    ['close-wait', 0, 0],
  ])('%s: from %f to %f', async (name, from, to) => {
    const { verdict, seen } = await play(name, 30)
    expect(verdict).toMatchObject({ reached: true })
    expect(seen).toBeGreaterThanOrEqual(from)
    expect(seen).toBeLessThanOrEqual(to)
  })
})

it('the rate of freed places is that of one lifetime, however long one looks', async () => {
  const { page, observer } = await play('flood', 30)
  for (let seconds = 0; seconds < 20; seconds++) {
    await page.pass(1)
    expect(observer.freedPerSecond).toBeGreaterThan(13)
    expect(observer.freedPerSecond).toBeLessThan(19)
  }
})

describe('after a lesson', () => {
  it('the lab is told again what it was told before', async () => {
    const { controls, store, knobs } = new VirtualPage()
    await controls.configure({ backlog: 77 })
    await controls.setClients({ rate: 3, responseTimeout: 9 })
    const told = () => ({
      config: store.server.value?.state.config,
      clients: [...store.attackers.value.values()][0]?.state.clients,
    })
    const { config, clients } = told()
    if (config === undefined || clients === undefined) throw new Error('the lab has told nothing')
    await prepare(lessonNamed('cookies'), controls, knobs)
    expect(told().config?.backlog).toBe(128)
    restore({ config, clients: clientsRequest(clients) }, controls)
    // Whatever begins next waits for it.
    await prepare(
      { ...lessonNamed('handshake'), config: {} },
      {
        ...controls,
        configure: async () => config,
        setClients: async () => clients,
        reset: async () => ({ uptimeSeconds: 0 }) as never,
      },
      knobs,
    )
    expect(told()).toMatchObject({ config: { backlog: 77 }, clients: { rate: 3, responseTimeout: 9 } })
    expect([...store.attackers.value.values()][0]?.state.attacks.filter(({ state }) => state === 'running')).toEqual([])
  })
})

describe('a lesson that was prepared', () => {
  it('begins when the page was told of the prepared lab, not of the one before', async () => {
    const { page, lesson } = await Attempt.begin('two-queues')
    const { store, controls, knobs } = page
    await controls.configure({ acceptInterval: 200 })
    const told = store.server.value
    const prepared = await prepare(lesson, controls, knobs)
    // What a page server had still under way when it was answered.
    store.server.value = told
    let hasBegun = false
    const begun = untilTold(store, { ...prepared, uptimeSeconds: (told?.state.uptimeSeconds ?? 0) + 1 }).then(() => {
      hasBegun = true
    })
    await page.pass(0.5)
    expect(hasBegun).toBe(false)
    await page.pass(5)
    await begun
    expect(store.server.value?.state.config).toEqual(prepared.config)
  })
})

describe('predictions', () => {
  it('are right within their band', () => {
    expect([49, 50, 51].map((n) => isRight({ unit: 'percent', max: 100, off: { by: 1 } }, n, 51))).toEqual([
      false,
      true,
      true,
    ])
    expect([8, 9, 27, 28].map((n) => isRight({ unit: 'rate', max: 100, off: { share: 0.5 } }, n, 18))).toEqual([
      false,
      true,
      true,
      false,
    ])
  })
})

describe('the words of the lessons', () => {
  it('are there in both languages, a sentence for each step', () => {
    for (const language of LANGUAGES) {
      for (const { name, steps } of LESSONS) {
        const { read, steps: said } = LESSON_TEXTS[language][name]
        expect(read.length).toBeGreaterThan(2)
        expect(said).toHaveLength(steps.length)
      }
    }
  })

  it('answer 25 questions, each in one lesson, in both languages alike', () => {
    const placed = LESSONS.flatMap(({ questions }) => questions)
    const all = Array.from({ length: 25 }, (_, i) => i + 1)
    expect(placed.toSorted((a, b) => a - b)).toEqual(all)
    // And each stands beside something that shows it.
    expect([...new Set(Object.values(PLACES).flat())].toSorted((a, b) => a - b)).toEqual(all)
    for (const number of placed) {
      const [en, zh] = [QUESTIONS.en[number], QUESTIONS['zh-CN'][number]]
      expect(Object.keys(zh ?? {}), String(number)).toEqual(Object.keys(en ?? {}))
      for (const said of Object.values(zh ?? {})) expect(said).toMatch(/[\u4e00-\u9fff]/)
    }
  })

  it('name every unit and are Chinese where they are Chinese', () => {
    const { units, notYet } = LESSONS_WORDS['zh-CN']
    expect(Object.keys(units)).toEqual(Object.keys(LESSONS_WORDS.en.units))
    expect(Object.keys(notYet)).toEqual(Object.keys(LESSONS_WORDS.en.notYet))
    expect(JSON.stringify(LESSON_TEXTS['zh-CN'])).not.toMatch(/[a-z]{3,} [a-z]{3,} [a-z]{3,}/)
  })

  it('go with checks that exist', () => {
    for (const { checks } of LESSONS) expect(CHECK_NAMES).toEqual(expect.arrayContaining([...checks]))
  })
})

describe('progress', () => {
  const done = withDone({ ...NO_PROGRESS, student: '小明' }, 'flood', { at: 1, predicted: 5000, seen: 18.4 })

  it('is read as it was written', () => {
    expect(readProgress(writeProgress(done))).toEqual(done)
  })

  it('of another version, or no progress at all, is refused', () => {
    const other = writeProgress(done).replace('"version": 1', '"version": 2')
    expect(readProgress(other)).toEqual({ kind: 'other-version', version: '2' })
    const file = JSON.parse(writeProgress(done))
    for (const text of [
      '',
      '[]',
      'null',
      '{}',
      JSON.stringify({ ...file, lessons: { flood: 1 } }),
      JSON.stringify({ ...file, lessons: { nothing: done.lessons.flood } }),
      JSON.stringify({ ...file, lessons: { flood: { ...done.lessons.flood, seen: null } } }),
      JSON.stringify({ ...file, student: 'x'.repeat(101) }),
    ]) {
      const read = readProgress(text)
      expect(isProgressProblem(read) && read.kind, text).toBe('no-progress')
    }
  })
})
