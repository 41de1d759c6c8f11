/**
 * The lessons in the page that carries the lab, opened from disk: all of them, one after the other, at a desk in English and
 * on a telephone in Chinese; a check that fails while packets are stepped; fingers. Needs chromium.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { LESSONS, lessonNamed } from '../../dashboard/web/views/lessons/lesson.ts'
import { LESSONS_WORDS } from '../../dashboard/web/views/lessons/strings.ts'
import { sayReason } from '../../lab/checks/reason.ts'
import { type OpenLab, openLab } from '../support/page/static-page.ts'
import { Student } from '../support/page/student.ts'
import { useStaticPage } from '../support/page/use-static-page.ts'
import { BROWSER } from '../support/processes/browser.ts'
import { until } from '../support/processes/lab-process.ts'
import { describeWith } from '../support/processes/tools.ts'

/** How fast time passes where nothing has to be seen by the eye. */
const SPEED = '10'

describeWith([BROWSER], 'the lessons of the page that carries the lab', () => {
  const lab = useStaticPage()

  describe.each([
    { where: 'at a desk', language: 'en', hasTouch: false },
    { where: 'on a telephone', language: 'zh-CN', hasTouch: true },
  ] as const)('$where, $language', ({ language, hasTouch }) => {
    let opened: OpenLab
    let student: Student
    const words = LESSONS_WORDS[language]
    beforeAll(async () => {
      const page = await (hasTouch ? lab.browser.phone : lab.browser.context).newPage()
      if (!hasTouch) await page.setViewportSize({ width: 1440, height: 900 })
      opened = await openLab(page, lab.built.address('disk'), `#lessons?lang=${language}&lesson=handshake`)
      student = new Student(page, language, hasTouch)
    })
    afterAll(() => opened?.page.close())

    /** Presses play or pause. */
    async function letTime(run: boolean): Promise<void> {
      const { page } = opened
      await student.press(page.locator(`[data-act="toggle"][aria-pressed="${!run}"]`))
      await page.locator(`[data-act="toggle"][aria-pressed="${run}"]`).waitFor()
    }

    it('a check says what is so after the SYN, and that time stands still', async () => {
      const { page } = opened
      const lesson = lessonNamed('handshake')
      await student.predict(lesson)
      await letTime(false)
      for (const step of lesson.steps) await student.turnLit(step)
      await page.locator('.lit > [role=status]', { hasText: words.paused }).waitFor()
      const arrows = page.locator('.lesson-picture .arrow')
      await until('a first segment has passed', async () => {
        if ((await arrows.count()) > 0) return true
        await student.press(page.locator('[data-step="packet"]'))
        return false
      })
      // The server's answer leaves in the turn that takes the SYN.
      const open = sayReason({ key: 'handshake-open', values: { 'handshake.segments': 2 } }, language)
      const { isReached, said } = await student.check()
      expect([isReached, said.startsWith(`${words.notReached} ${open}`)], said).toEqual([false, true])
      await letTime(true)
      await until('handshake is reached', async () => (await student.check()).isReached)
    })

    it.each(LESSONS)('$name is completed', async (lesson) => {
      const { page, strangers, complaints } = opened
      // From the second one on as whoever has completed the one before.
      if (lesson.name === 'handshake') await student.press(page.locator('.lesson-text > p button').first())
      if (lesson.name === 'handshake') await student.press(page.locator('[data-lesson=handshake]'))
      else await student.press(page.locator('.lesson-text > p > .button.helpful').last())
      await page.locator(`section[data-lesson=${lesson.name}]`).waitFor()
      await page.locator('.lab-speed select').selectOption(SPEED)
      await student.predict(lesson)
      await student.complete(lesson)
      expect(await student.overflow()).toBe(0)
      expect({ strangers, complaints }).toEqual({ strangers: [], complaints: [] })
    })

    it('axe finds no fault, in either theme', async () => {
      const { page } = opened
      for (const colorScheme of ['light', 'dark'] as const) {
        await page.emulateMedia({ colorScheme })
        expect(await student.findFaults(), colorScheme).toEqual([])
      }
    })

    it('time stands, steps and goes back under a finger, and everything is large enough for one', async () => {
      const { page } = opened
      const time = page.locator('[data-figure="time"]')
      const seconds = async (): Promise<number> => Number.parseFloat((await time.textContent()) ?? '')
      await letTime(false)
      const stood = await seconds()
      await student.press(page.locator('[data-step="second"]'))
      await until('a second has passed', async () => (await seconds()) > stood + 0.9)
      const later = await seconds()
      await student.press(page.locator('[data-step="packet"]'))
      await until('a packet has passed', async () => (await seconds()) > later)
      const stepped = await seconds()
      await student.press(page.locator('[data-act="back"]'))
      await until('it is a second earlier', async () => (await seconds()) < stepped - 0.9)
      if (!hasTouch) return
      expect(await student.findSmallTargets()).toEqual([])
      for (const view of ['lessons', 'control-room', 'handshake', 'states']) {
        await page.evaluate((name) => {
          location.hash = `#${name}`
        }, view)
        await page.locator(`header a[href="#${view}"][aria-current]`).waitFor()
        await page.locator('main section, main .room').first().waitFor()
        expect(await student.findSmallTargets(), view).toEqual([])
        expect(await student.overflow(), view).toBe(0)
      }
    })
  })
})
