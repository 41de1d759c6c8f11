/** A student before the lessons of a page: at a desk with a mouse, or with a finger on a telephone. */
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import type { Locator, Page } from 'playwright-core'
import { expect } from 'vitest'
import type { Language } from '../../../dashboard/web/i18n/language.ts'
import type { Lesson, LessonName, Step } from '../../../dashboard/web/views/lessons/lesson.ts'
import { LESSONS_WORDS } from '../../../dashboard/web/views/lessons/strings.ts'
import { until } from '../processes/lab-process.ts'

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

/** What a good student predicts. */
const PREDICTIONS: Readonly<Record<LessonName, number>> = {
  handshake: 3,
  'syn-timeout': 7,
  flood: 18,
  cookies: 100,
  'two-queues': 65,
  'four-way-close': 3,
  'time-wait': 60,
  'close-wait': 0,
}

/** Smallest edge of what a finger presses, CSS pixels. */
const FINGER = 40

export class Student {
  readonly page: Page
  readonly language: Language
  private readonly hasTouch: boolean

  constructor(page: Page, language: Language, hasTouch: boolean) {
    this.page = page
    this.language = language
    this.hasTouch = hasTouch
  }

  async press(target: Locator): Promise<void> {
    await (this.hasTouch ? target.tap() : target.click())
  }

  /** Begins a lesson that is open, and finds no lesson begun without a prediction. */
  async predict({ name }: Lesson): Promise<void> {
    const { page } = this
    await this.press(page.locator('.prediction button'))
    await page.locator('.prediction [role=alert]').waitFor()
    await page.locator('.prediction input').fill(String(PREDICTIONS[name]))
    await this.press(page.locator('.prediction button'))
    await page.locator('[data-state=running]').waitFor()
  }

  /** Presses what is lit, or sets the lit knob. */
  async turnLit(step: Step): Promise<void> {
    const lit = this.page.locator('[data-step=lit]')
    await lit.waitFor()
    if (step.kind !== 'knob') {
      await this.press(lit.locator('button').first())
      return
    }
    const knob = lit.locator(`[data-knob=${step.knob}]`)
    await knob.waitFor()
    const field = knob.locator('input[type=number]')
    if ((await field.count()) === 1) {
      await field.fill(String(step.value))
      // Whoever has no Enter key at hand leaves the field.
      await (this.hasTouch ? field.blur() : field.press('Enter'))
    } else await this.press(knob.locator('label', { hasText: new RegExp(`^${step.value}$`) }))
  }

  /** What the check says now. */
  async check(): Promise<{ readonly isReached: boolean; readonly said: string }> {
    const verdict = this.page.locator('[data-reached]')
    await this.press(this.page.locator('[data-act=check]'))
    const isReached = (await verdict.getAttribute('data-reached')) === 'true'
    return { isReached, said: (await verdict.textContent()) ?? '' }
  }

  /** Takes the steps of the lesson that was begun, until its check is reached and the prediction is found right. */
  async complete(lesson: Lesson): Promise<void> {
    const { page } = this
    const words = LESSONS_WORDS[this.language]
    const early = await this.check()
    expect(early, `${lesson.name} before anything was done`).toEqual({
      isReached: false,
      said: `${words.notReached} ${words.notBegun}`,
    })
    for (const step of lesson.steps) {
      await this.turnLit(step)
      if (lesson.name === 'close-wait' && step.kind === 'knob') await this.untilCloseWait()
    }
    await page.locator('[data-step=lit]').waitFor({ state: 'detached' })
    await until(`${lesson.name} is reached`, async () => (await this.check()).isReached)
    expect(await page.locator('[data-seen]').textContent()).toContain(words.right)
  }

  /** Sockets pile up only while clients come: as long as the picture shows too few, one waits. */
  private async untilCloseWait(): Promise<void> {
    const count = this.page.locator('.lesson-picture [data-state=close_wait]')
    await until('a few sockets are in CLOSE-WAIT', async () => Number(await count.textContent()) > 3)
  }

  /** What axe finds, of moderate weight at least. */
  async findFaults(): Promise<unknown[]> {
    await this.page.evaluate(AXE)
    const faults = await this.page.evaluate<{ id: string; impact: string; nodes: string[] }[]>(
      `axe.run().then(({ violations }) => violations.map(({ id, impact, nodes }) => ({ id, impact, nodes: nodes.map(({ html }) => html) })))`,
    )
    return faults.filter(({ impact }) => impact !== 'minor')
  }

  /** What can be pressed and is too small for a finger: its beginning, its width and its height. */
  findSmallTargets(): Promise<string[]> {
    return this.page.evaluate((least) => {
      const targets = document.querySelectorAll<HTMLElement>(
        'button, a[href], select, summary, .segments label, input:not([type=radio])',
      )
      return [...targets]
        .filter((one) => !one.matches('.unseen, .skip') && getComputedStyle(one).pointerEvents !== 'none')
        .map((one) => ({ one, box: one.getBoundingClientRect() }))
        .filter(({ box }) => box.width > 0 && (box.width < least || box.height < least))
        .map(({ one, box }) => `${one.outerHTML.slice(0, 60)} ${box.width.toFixed(0)} x ${box.height.toFixed(0)}`)
    }, FINGER)
  }

  /** How far the page is wider than its window, CSS pixels. */
  overflow(): Promise<number> {
    return this.page.evaluate(() => document.documentElement.scrollWidth - innerWidth)
  }
}
