/**
 * The page that carries the lab by its address alone: a lesson, a moment that has to be played to first; and where the
 * browser does not let it remember anything. Needs chromium.
 */
import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { SHELL } from '../../dashboard/web/app/strings.ts'
import { writeProgress } from '../../dashboard/web/views/lessons/progress.ts'
import { LESSONS_WORDS } from '../../dashboard/web/views/lessons/strings.ts'
import { openLab } from '../support/page/static-page.ts'
import { useStaticPage } from '../support/page/use-static-page.ts'
import { BROWSER } from '../support/processes/browser.ts'
import { describeWith } from '../support/processes/tools.ts'

/** How a browser can refuse to remember, as a script of the page. */
const REFUSALS = {
  // What was remembered before does not come back over what is newer.
  'is full': `localStorage.setItem('synlab.lessons', ${JSON.stringify(writeProgress({ student: 'Old', lessons: {} }))})
    Storage.prototype.setItem = () => { throw new DOMException('full', 'QuotaExceededError') }`,
  'answers nothing': `Storage.prototype.getItem = Storage.prototype.setItem = () => { throw new DOMException('no', 'InvalidStateError') }`,
  'is forbidden': `Object.defineProperty(window, 'localStorage', { get() { throw new DOMException('denied', 'SecurityError') } })`,
}

describeWith([BROWSER], 'the page that carries the lab', () => {
  const lab = useStaticPage()
  const open = async (hash: string) => openLab(await lab.browser.context.newPage(), lab.built.address('disk'), hash)

  it('opens a lesson by its address, and keeps it there', async () => {
    const { page, complaints } = await open('#lessons?lesson=flood&lang=en')
    await page.locator('section[data-lesson=flood]').waitFor()
    expect(new URLSearchParams(page.url().split('?')[1]).get('lesson')).toBe('flood')
    expect(complaints).toEqual([])
    await page.close()
  })

  it('plays to the moment of its address, and stands still there', async () => {
    const { page } = await open('#control-room?v=0.1.0&scenario=classic&t=45000&lang=en')
    await page.waitForFunction(() => document.querySelector('[data-figure="time"]')?.textContent === '45.000 s')
    await page.locator('[data-act="toggle"][aria-pressed="false"]').waitFor()
    await page.locator('h1[data-sentence="drowned"]').waitFor()
    // From there on as from any moment: one that was reached is gone back to.
    await page.locator('[data-act="back"]').click()
    await page.waitForFunction(() => document.querySelector('[data-figure="time"]')?.textContent === '44.000 s')
    await page.close()
  })

  it.each(['9999999999', 'soon'])('says in one sentence that t=%s is no moment of it', async (moment) => {
    const { page } = await open(`#control-room?v=0.1.0&scenario=classic&t=${moment}&lang=en`)
    await page.locator('.notice', { hasText: SHELL.en.noSuchTime(moment) }).waitFor()
    expect(await page.locator('[data-figure="time"]').textContent()).toBe('0.000 s')
    await page.close()
  })

  it.each(Object.entries(REFUSALS))('works where storage %s, says so once, and loses nothing', async (_how, script) => {
    const page = await lab.browser.context.newPage()
    await page.addInitScript(script)
    const { complaints } = await openLab(page, lab.built.address('disk'), '#lessons?lang=en')
    await page.locator('#lesson-student').fill('Ada')
    await page.locator('.view-head [role=alert]').waitFor()
    expect(await page.locator('[role=alert]').allTextContents()).toEqual([LESSONS_WORDS.en.forgetful])
    await page.keyboard.press('Escape')
    // Another view and back: what was typed is still there, and so is what was chosen.
    const before = await page.evaluate(() => document.documentElement.dataset.theme)
    await page.locator('header .choices button[data-act="theme"]').click()
    await page.locator('header a[href="#control-room"]').click()
    await page.locator('h1[data-sentence]').waitFor()
    await page.locator('header a[href="#lessons"]').click()
    await page.locator('#lesson-student').waitFor()
    expect(await page.locator('#lesson-student').inputValue()).toBe('Ada')
    expect(await page.evaluate(() => document.documentElement.dataset.theme)).not.toBe(before)
    const saving = page.waitForEvent('download')
    await page.locator('[data-act=export]').click()
    expect(readFileSync(await (await saving).path(), 'utf8')).toContain('"student": "Ada"')
    expect(complaints).toEqual([])
    await page.close()
  })
})
