/** The page when a process of the lab dies and comes back: it says so, keeps its history, draws the gap, recovers. */
import type { Page } from 'playwright-core'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { figure, LivePage, untilSaid } from '../support/page/live-page.ts'
import { measurePromptness } from '../support/page/promptness.ts'
import { BROWSER } from '../support/processes/browser.ts'
import { until } from '../support/processes/lab-process.ts'
import { describeWith } from '../support/processes/tools.ts'

/** Milliseconds within which the page says that a process has gone. */
const PROMISE_MS = 2_000

/** What the promise is worth on a busy machine: several processes have to come to their turns, one after the other. */
const TURNS = 10

async function expectSoon(page: Page, sentence: string, kill: () => Promise<void>): Promise<void> {
  const { took, late } = await measurePromptness(page, `h1[data-sentence="${sentence}"]`, kill)
  console.log(`${sentence}: said after ${took} ms, turns late by ${late.toFixed(0)} ms`)
  expect(took).toBeLessThan(PROMISE_MS + TURNS * late)
}

describeWith([BROWSER], 'the page in trouble', () => {
  let lab: LivePage
  beforeEach(async () => {
    lab = await LivePage.start()
  })
  afterEach(() => lab?.stop())

  it('says that the server is gone, keeps what it knew, and goes on when it is back', async () => {
    const { page } = await lab.open()
    await untilSaid(page, 'calm')
    await until('there is a past', async () => {
      const slider = page.locator('.time-bar input')
      const [from, to] = [await slider.getAttribute('min'), await slider.getAttribute('max')].map(Number)
      return (to ?? 0) - (from ?? 0) > 8000
    })
    const marks = await page.locator('.log li').count()
    await expectSoon(page, 'serverGone', () => lab.server.kill())
    expect(await page.locator('.status.troubled').textContent()).toContain('server gone')
    // Back, second by second, to where the page still knew.
    await until('the past is told', async () => {
      await page.keyboard.press('ArrowLeft')
      return /calm|failing/.test((await page.locator('h1').getAttribute('data-sentence')) ?? '')
    })
    await page.keyboard.press('End')
    await lab.restartServer()
    await untilSaid(page, 'calm', 'failing')
    expect(await page.locator('.log li').count()).toBeGreaterThan(marks)
    await until('its figures are there', async () => (await figure(page, 'syn-length')) >= 0)
    await page.close()
  })

  it('says that the page’s own server is silent, and since when, and comes back by itself', async () => {
    const { page } = await lab.open()
    await untilSaid(page, 'calm')
    await expectSoon(page, 'silent', () => lab.pageServer.kill())
    expect(await page.locator('.status.troubled').textContent()).toMatch(/silent for/)
    await lab.restartPageServer()
    await untilSaid(page, 'calm', 'failing')
    // Whoever asks then has the token of the new page server.
    await page.click('[data-preset="save"]')
    await until('cookies are on', async () => {
      const { body } = await lab.server.request<{ config: { synCookies: number } }>('GET', '/api/state')
      return body.config.synCookies === 1
    })
    await page.close()
  })

  it('says that nobody speaks to the server when the attacker is gone', async () => {
    const { page } = await lab.open()
    await untilSaid(page, 'calm')
    await expectSoon(page, 'attackerGone', () => lab.attacker.kill())
    await page.close()
  })
})
