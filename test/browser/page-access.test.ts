/**
 * Whether everybody can use the page: axe-core in every view, theme and language, no sideways scrolling from 360 to 2560
 * pixels, and how much the first screen weighs. Needs chromium.
 */
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest'
import { VIEWS } from '../../dashboard/web/app/ui-state.ts'
import { FIRST_SCREEN_BYTES_MAX, weighFirstScreen } from '../bench/page-weight.ts'
import { BUILT_PAGE, LivePage, untilSaid } from '../support/page/live-page.ts'
import { BROWSER } from '../support/processes/browser.ts'
import { until } from '../support/processes/lab-process.ts'
import { describeWith } from '../support/processes/tools.ts'

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

/** What is in each view once it has come up. */
const SIGNS: Readonly<Record<(typeof VIEWS)[number], string>> = {
  'control-room': '.waits-panel canvas',
  handshake: '.diagram',
  cookie: '.equation',
  states: '.states-side',
  lessons: '.lesson-list',
}

describeWith([BROWSER], 'the page for everybody', () => {
  let lab: LivePage
  beforeAll(async () => {
    lab = await LivePage.start()
    await lab.attacker.request('POST', '/api/attacks', { kind: 'syn-flood', rate: 300, duration: 600 })
    await lab.server.request('PATCH', '/api/config', { synCookies: 1 })
  })
  afterEach(() => lab.closePages())
  afterAll(() => lab?.stop())

  const looks = VIEWS.flatMap((view) =>
    (['light', 'dark'] as const).flatMap((theme) =>
      (['en', 'zh-CN'] as const).map((language) => ({ view, theme, language })),
    ),
  )

  it.each(looks)(
    '$view, $theme, $language: axe finds no serious or moderate fault',
    async ({ view, theme, language }) => {
      const { page, complaints } = await lab.open({ view, theme, language })
      await page.locator(SIGNS[view]).first().waitFor()
      await page.evaluate(AXE)
      const faults = await page.evaluate<{ id: string; impact: string; nodes: string[] }[]>(
        `axe.run().then(({ violations }) => violations.map(({ id, impact, nodes }) => ({ id, impact, nodes: nodes.map(({ html }) => html) })))`,
      )
      expect(faults.filter(({ impact }) => impact !== 'minor')).toEqual([])
      expect(await page.evaluate('document.documentElement.lang')).toBe(language)
      expect(complaints).toEqual([])
    },
  )

  it.each([360, 390, 768, 1024, 1180, 1440, 2560])('at %d pixels nothing scrolls sideways', async (width) => {
    for (const language of ['en', 'zh-CN'] as const) {
      const { page } = await lab.open({ width, height: Math.round(width * 0.625), language })
      for (const view of VIEWS) {
        await page.evaluate(`location.hash = '#${view}?lang=${language}'`)
        await page.locator(SIGNS[view]).first().waitFor()
        expect(await page.evaluate('document.documentElement.scrollWidth'), `${view} ${language}`).toBeLessThanOrEqual(
          width,
        )
      }
    }
  })

  it('has everything on one screen at 1440 x 900, the controls too, while several attacks run', async () => {
    for (const kind of ['ack-flood', 'rst-flood', 'syn-flood']) {
      await lab.attacker.request('POST', '/api/attacks', { kind, rate: 50, duration: 600 })
    }
    for (const language of ['en', 'zh-CN'] as const) {
      const { page } = await lab.open({ language })
      await untilSaid(page, 'saved')
      await page.locator('[data-knob="acceptInterval"]').waitFor()
      await page.locator('.running li').nth(3).waitFor()
      expect(await page.evaluate('document.documentElement.scrollHeight <= innerHeight')).toBe(true)
      for (const box of ['main', '.rail']) {
        const { clientHeight, scrollHeight } = await page.evaluate<{ clientHeight: number; scrollHeight: number }>(
          `(({ clientHeight, scrollHeight }) => ({ clientHeight, scrollHeight }))(document.querySelector('${box}'))`,
        )
        expect(scrollHeight, `${box}, ${language}`).toBeLessThanOrEqual(clientHeight)
      }
    }
  })

  it('stands still where motion is not wanted', async () => {
    const { page } = await lab.open({ view: 'handshake' })
    const line = page.locator('.diagram .row-last .arrow line')
    await line.waitFor()
    const motion = (): Promise<string> =>
      page.evaluate<string>(`getComputedStyle(document.querySelector('.diagram .row-last .arrow line')).animationName`)
    expect(await motion()).toBe('draw')
    await page.emulateMedia({ reducedMotion: 'reduce' })
    expect(await motion()).toBe('none')
  })

  it('paints nothing while nobody sees it', async () => {
    const { page } = await lab.open()
    await untilSaid(page, 'saved')
    await page.evaluate(`
      globalThis.painted = 0
      const put = CanvasRenderingContext2D.prototype.putImageData
      CanvasRenderingContext2D.prototype.putImageData = function (...args) { globalThis.painted++; return put.apply(this, args) }
      Object.defineProperty(document, 'hidden', { get: () => globalThis.isHidden === true, configurable: true })
    `)
    const count = (): Promise<number> => page.evaluate<number>('globalThis.painted')
    await until('the page paints', async () => (await count()) > 3)
    await page.evaluate('globalThis.isHidden = true')
    // Whatever was asked for before is painted in the next frame at the latest.
    await page.evaluate('new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)))')
    const before = await count()
    const told = await lab.server.metric('synlab_packets_received_total')
    while ((await lab.server.metric('synlab_packets_received_total')) < told + 300) await count()
    expect(await count()).toBe(before)
    await page.evaluate(`globalThis.isHidden = false; document.dispatchEvent(new Event('visibilitychange'))`)
    await until('the page paints again', async () => (await count()) > before)
  })

  it('weighs at most 90 KiB on its first screen, compressed', () => {
    const weights = weighFirstScreen(BUILT_PAGE)
    expect(weights.length).toBeGreaterThan(2)
    for (const { bytes } of weights) expect(bytes).toBeGreaterThan(100)
    expect(weights.reduce((sum, { bytes }) => sum + bytes, 0)).toBeLessThanOrEqual(FIRST_SCREEN_BYTES_MAX)
  })
})
