/**
 * Every lesson as a student takes it, in both languages, over the real lab: too early a check says why, the prediction goes
 * in, the lit control is turned, the check is reached. On a telephone, for a teacher, and for everybody (axe). Needs chromium.
 */
import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { LESSONS } from '../../dashboard/web/views/lessons/lesson.ts'
import { writeProgress } from '../../dashboard/web/views/lessons/progress.ts'
import { LivePage, type PageOptions } from '../support/page/live-page.ts'
import { Student } from '../support/page/student.ts'
import { BROWSER } from '../support/processes/browser.ts'
import { until } from '../support/processes/lab-process.ts'
import { describeWith } from '../support/processes/tools.ts'

describeWith([BROWSER], 'the lessons', () => {
  let lab: LivePage
  beforeAll(async () => {
    lab = await LivePage.start()
  })
  afterAll(() => lab?.stop())

  async function open(options: PageOptions & { readonly lesson?: string } = {}) {
    const { lesson, ...others } = options
    const opened = await lab.open({ ...others, view: 'lessons' })
    const student = new Student(opened.page, options.language ?? 'en', options.isPhone ?? false)
    if (lesson !== undefined) await student.press(opened.page.locator(`[data-lesson=${lesson}]`))
    return { ...opened, student }
  }

  /** At a desk in English, on a telephone in Chinese. */
  const students = LESSONS.flatMap((lesson) => [
    { name: lesson.name, lesson, language: 'en', where: 'at a desk', theme: 'dark' } as const,
    { name: lesson.name, lesson, language: 'zh-CN', where: 'on a telephone', isPhone: true, theme: 'light' } as const,
  ])

  it.each(students)('$name, $language, $where: is completed, and axe finds no fault', async (options) => {
    const { lesson } = options
    const { page, complaints, student } = await open({ ...options, lesson: lesson.name })
    await student.predict(lesson)
    await student.complete(lesson)
    expect(await student.overflow()).toBe(0)
    for (const details of await page.locator('.questions details summary').all()) await student.press(details)
    expect(await student.findFaults()).toEqual([])
    await student.press(page.locator('.lesson-text > p button').first())
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
    const { page, student } = await open()
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
    expect(await student.findFaults()).toEqual([])
    await page.close()
  })
})
