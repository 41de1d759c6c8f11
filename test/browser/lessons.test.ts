/**
 * Every lesson as a student takes it, in both languages, over the real lab: too early a check says why, the prediction goes
 * in, the lit control is turned, the check is reached. On a telephone, for a teacher, and for everybody (axe). Needs chromium.
 */
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { LANGUAGES } from '../../dashboard/web/i18n/language.ts'
import { LESSONS, type Lesson } from '../../dashboard/web/views/lessons/lesson.ts'
import { writeProgress } from '../../dashboard/web/views/lessons/progress.ts'
import { LESSONS_WORDS } from '../../dashboard/web/views/lessons/strings.ts'
import { LivePage, type PageOptions } from '../support/page/live-page.ts'
import { openLab, StaticPage } from '../support/page/static-page.ts'
import { BROWSER, startBrowser, type TestBrowser } from '../support/processes/browser.ts'
import { until } from '../support/processes/lab-process.ts'
import { describeWith } from '../support/processes/tools.ts'

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

/** What a good student predicts. */
const PREDICTIONS: Readonly<Record<Lesson['name'], number>> = {
  handshake: 3,
  'syn-timeout': 7,
  flood: 18,
  cookies: 100,
  'two-queues': 65,
  'four-way-close': 3,
  'time-wait': 60,
  'close-wait': 0,
}

/** Presses what is lit, or sets the lit knob. */
async function turnLit(page: Page, step: Lesson['steps'][number]): Promise<void> {
  const lit = page.locator('[data-step=lit]')
  await lit.waitFor()
  if (step.kind !== 'knob') {
    await lit.locator('button').first().click()
    return
  }
  const knob = lit.locator(`[data-knob=${step.knob}]`)
  await knob.waitFor()
  const field = knob.locator('input[type=number]')
  if ((await field.count()) === 1) {
    await field.fill(String(step.value))
    await field.press('Enter')
  } else await knob.locator('label', { hasText: new RegExp(`^${step.value}$`) }).click()
}

async function check(page: Page): Promise<boolean> {
  await page.locator('[data-act=check]').click()
  return (await page.locator('[data-reached]').getAttribute('data-reached')) === 'true'
}

describeWith([BROWSER], 'the lessons', () => {
  let lab: LivePage
  beforeAll(async () => {
    lab = await LivePage.start()
  })
  afterAll(() => lab?.stop())

  async function open(options: PageOptions & { readonly lesson?: string } = {}) {
    const { lesson, ...others } = options
    const opened = await lab.open({ ...others, view: 'lessons' })
    if (lesson !== undefined) await opened.page.locator(`[data-lesson=${lesson}]`).click()
    return opened
  }

  async function complete(page: Page, lesson: Lesson): Promise<void> {
    await page.locator('.prediction button').click()
    await page.locator('.prediction [role=alert]').waitFor()
    await page.locator('.prediction input').fill(String(PREDICTIONS[lesson.name]))
    await page.locator('.prediction button').click()
    await page.locator('[data-state=running]').waitFor()
    expect(await check(page), `${lesson.name} before anything was done`).toBe(false)
    for (const step of lesson.steps) {
      await turnLit(page, step)
      if (lesson.name === 'close-wait' && step.kind === 'knob') await untilCloseWait()
    }
    await page.locator('[data-step=lit]').waitFor({ state: 'detached' })
    await until(`${lesson.name} is reached`, () => check(page))
    expect(await page.locator('[data-seen]').textContent()).toContain(LESSONS_WORDS[await languageOf(page)].right)
  }

  /** Sockets pile up only while clients come. */
  async function untilCloseWait(): Promise<void> {
    await until(
      'a few sockets are in CLOSE-WAIT',
      async () => (await lab.server.metric('synlab_connections{state="close_wait"}')) > 3,
    )
  }

  async function languageOf(page: Page): Promise<(typeof LANGUAGES)[number]> {
    const language = await page.evaluate<string>('document.documentElement.lang')
    return language === 'en' ? 'en' : 'zh-CN'
  }

  async function findFaults(page: Page): Promise<unknown[]> {
    await page.evaluate(AXE)
    const faults = await page.evaluate<{ id: string; impact: string; nodes: string[] }[]>(
      `axe.run().then(({ violations }) => violations.map(({ id, impact, nodes }) => ({ id, impact, nodes: nodes.map(({ html }) => html) })))`,
    )
    return faults.filter(({ impact }) => impact !== 'minor')
  }

  /** At a desk in English, on a telephone in Chinese. */
  const students = LESSONS.flatMap((lesson) => [
    { name: lesson.name, lesson, language: 'en', width: 1440, theme: 'dark' } as const,
    { name: lesson.name, lesson, language: 'zh-CN', width: 360, theme: 'light' } as const,
  ])

  it.each(students)('$name, $language, $width pixels: is completed, and axe finds no fault', async (student) => {
    const { lesson, ...options } = student
    const { page, complaints } = await open({ ...options, lesson: lesson.name })
    await complete(page, lesson)
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(student.width)
    for (const details of await page.locator('.questions details summary').all()) await details.click()
    expect(await findFaults(page)).toEqual([])
    await page.locator('.lesson-text > p button').first().click()
    expect(await page.locator(`[data-lesson=${lesson.name}]`).getAttribute('data-done')).toBe('true')
    expect(page.url()).not.toContain('lesson=')
    expect(complaints).toEqual([])
    await page.close()
  })

  it('are found by their address, and put the lab back when they are left', async () => {
    await lab.server.request('PATCH', '/api/config', { backlog: 99 })
    const { page } = await lab.open({ view: 'lessons' })
    await page.evaluate(`location.hash = '#lessons?lesson=two-queues&lang=en'`)
    await page.locator('section[data-lesson=two-queues]').waitFor()
    await page.locator('.prediction input').fill('1')
    await page.locator('.prediction button').click()
    await page.locator('[data-state=running]').waitFor()
    const backlog = async (): Promise<number> =>
      (await lab.server.request<{ config: { backlog: number } }>('GET', '/api/state')).body.config.backlog
    expect(await backlog()).toBe(64)
    await page.goBack()
    await page.locator('.lesson-list').waitFor()
    await until('the backlog is as it was', async () => (await backlog()) === 99)
    await page.close()
  })

  it('lose nothing where the browser does not remember, and say so', async () => {
    const { page } = await lab.open()
    await page.evaluate(`Storage.prototype.setItem = () => { throw new DOMException('full', 'QuotaExceededError') }`)
    await page.evaluate(`location.hash = '#lessons?lang=en'`)
    await page.locator('#lesson-student').fill('Ada')
    await page.locator('.view-head [role=alert]').waitFor()
    const saving = page.waitForEvent('download')
    await page.locator('[data-act=export]').click()
    expect(readFileSync(await (await saving).path(), 'utf8')).toContain('"student": "Ada"')
    await page.close()
  })

  it('are listed for a teacher, and files that are none are named', async () => {
    const { page } = await open()
    const file = (name: string, text: string) => ({ name, mimeType: 'application/json', buffer: Buffer.from(text) })
    const progress = writeProgress({ student: '小明', lessons: { flood: { at: 1, predicted: 5000, seen: 18.4 } } })
    await page
      .locator('.teacher input')
      .setInputFiles([
        file('ming.json', progress),
        file('old.json', progress.replace('"version": 1', '"version": 0')),
        file('other.json', '{}'),
      ])
    await page.locator('.class-table tbody tr').waitFor()
    expect(await page.locator('.class-table tbody tr').textContent()).toMatch(/^小明.*predicted 5,000, seen 18\.4/)
    const alerts = await page.locator('.teacher [role=alert]').allTextContents()
    expect(alerts).toEqual([expect.stringContaining('“old.json”'), expect.stringContaining('“other.json”')])
    expect(alerts[0]).toContain('version 0')
    expect(await findFaults(page)).toEqual([])
    await page.close()
  })
})

describeWith([BROWSER], 'the lessons of the page that carries the lab', () => {
  let statics: StaticPage
  let browser: TestBrowser
  beforeAll(async () => {
    statics = await StaticPage.build()
    browser = await startBrowser()
  })
  afterAll(async () => {
    await browser?.close()
    await statics?.end()
  })

  it.each(['handshake', 'two-queues'] as const)(
    '%s is completed, and time that stands still is named',
    async (name) => {
      const lesson = LESSONS.find((candidate) => candidate.name === name)
      if (lesson === undefined) throw new Error(`no lesson ${name}`)
      const { page, strangers } = await openLab(await browser.context.newPage(), statics.address('disk'))
      await page.evaluate(`location.hash = '#lessons?lang=en'`)
      await page.locator(`[data-lesson=${name}]`).click()
      await page.locator('.prediction input').fill(String(PREDICTIONS[name]))
      await page.locator('.prediction button').click()
      await page.locator('[data-state=running]').waitFor()
      await page.locator('[data-act="toggle"][aria-pressed="true"]').click()
      await page.locator('.lit > [role=status]', { hasText: 'Press play' }).waitFor()
      await page.locator('[data-act="toggle"][aria-pressed="false"]').click()
      for (const step of lesson.steps) await turnLit(page, step)
      await until(`${name} is reached`, () => check(page))
      expect(strangers).toEqual([])
      await page.close()
    },
  )
})
