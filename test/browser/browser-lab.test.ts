/**
 * The whole lab inside the page, in a browser: from disk and from a server of files, drowned and saved by clicks, stepped,
 * turned back; mistakes; stories; the bundle. Needs chromium.
 */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { strFromU8, unzipSync } from 'fflate'
import type { Page } from 'playwright-core'
import { expect, it } from 'vitest'
import { openLab } from '../support/page/static-page.ts'
import { useStaticPage } from '../support/page/use-static-page.ts'
import { BROWSER } from '../support/processes/browser.ts'
import { synlab } from '../support/processes/lab-cli.ts'
import { describeWith } from '../support/processes/tools.ts'

/** Seconds of virtual time. */
async function timeOf(page: Page): Promise<number> {
  return Number.parseFloat((await page.locator('[data-figure="time"]').textContent()) ?? '')
}

/** Steps `count` seconds, one click each. */
async function step(page: Page, count: number): Promise<void> {
  for (let i = 0; i < count; i++) {
    const before = await timeOf(page)
    await page.locator('[data-step="second"]').click()
    await waitForTime(page, before + 0.999)
  }
}

async function waitForTime(page: Page, seconds: number): Promise<void> {
  await page.waitForFunction(
    (wanted) => Number.parseFloat(document.querySelector('[data-figure="time"]')?.textContent ?? '') >= wanted,
    seconds,
  )
}

/** Every figure of the control room and every line of its log, when all have come to rest. */
async function figuresOf(page: Page): Promise<unknown> {
  const read = (): Promise<string> =>
    page.evaluate(() =>
      [...document.querySelectorAll('[data-figure], h1, .log li')].map((one) => one.textContent).join('\n'),
    )
  let figures = await read()
  for (let later = ''; later !== figures; later = await read()) {
    figures = later === '' ? figures : later
    await page.evaluate(() => new Promise((resolve) => setTimeout(resolve, 700)))
  }
  return figures
}

/** Five quiet seconds, drowned for thirty, saved for twenty, one packet. */
async function drownAndSave(page: Page): Promise<void> {
  await page.locator('[data-act="toggle"][aria-pressed="true"]').click()
  await page.locator('[data-act="toggle"][aria-pressed="false"]').waitFor()
  await page.keyboard.press('Home')
  await page.waitForFunction(() => document.querySelector('[data-figure="time"]')?.textContent === '0.000 s')
  await step(page, 5)
  await page.locator('h1[data-sentence="calm"]').waitFor()
  await page.locator('[data-preset="drown"]').click()
  await page.locator('.running li').waitFor()
  await step(page, 30)
  await page.locator('h1[data-sentence="drowned"]').waitFor()
  await page.locator('[data-preset="save"]').click()
  await page.locator('.lab-marks .cookie').waitFor()
  await step(page, 20)
  await page.locator('h1[data-sentence="saved"]').waitFor()
  const before = await timeOf(page)
  await page.locator('[data-step="packet"]').click()
  await page.waitForFunction(
    (then) => Number.parseFloat(document.querySelector('[data-figure="time"]')?.textContent ?? '') > then,
    before,
  )
  // 5,000 packets a second and their answers: the next one is not far.
  expect((await timeOf(page)) - before).toBeLessThan(0.01)
}

describeWith([BROWSER], 'the lab inside the page', () => {
  const lab = useStaticPage()

  it.each(['disk', 'server'] as const)(
    'from %s: drowned and saved by a click, stepped, turned back; asks nobody',
    async (place) => {
      const open = async () => openLab(await lab.browser.context.newPage(), lab.built.address(place))
      const straight = await open()
      await drownAndSave(straight.page)
      const figures = await figuresOf(straight.page)
      const reached = await timeOf(straight.page)

      const { page, strangers, complaints } = await open()
      await drownAndSave(page)
      expect(await timeOf(page)).toBe(reached)
      // Three times ten seconds back, into the time when it drowned, and on over what was switched.
      for (let i = 1; i <= 3; i++) {
        await page.keyboard.press('Shift+ArrowLeft')
        await page.waitForFunction(
          (wanted) => Number.parseFloat(document.querySelector('[data-figure="time"]')?.textContent ?? '') < wanted,
          reached - 10 * i + 0.001,
        )
      }
      await page.locator('h1[data-sentence="drowned"]').waitFor()
      await step(page, 30)
      await page.locator('h1[data-sentence="saved"]').waitFor()
      expect(await timeOf(page)).toBe(reached)
      expect(await figuresOf(page)).toBe(figures)
      for (const one of [straight, { page, strangers, complaints }]) {
        expect(one.strangers).toEqual([])
        expect(one.complaints).toEqual([])
        await one.page.close()
      }
    },
  )

  it('saves the bundle that the command line writes, byte for byte', async () => {
    const { page } = await openLab(
      await lab.browser.context.newPage(),
      lab.built.address('disk'),
      '#control-room?v=0.1.0&scenario=hold-rate&seed=7&set=phases.attack%3D20%0Athresholds%3D%5B%5D&lang=en',
    )
    const [download] = await Promise.all([page.waitForEvent('download'), page.locator('[data-act="save"]').click()])
    const files = unzipSync(readFileSync(await download.path()))
    const run = ['run', 'hold-rate', '--seed', '7', '--set', 'phases.attack=20', '--set', 'thresholds=[]']
    const out = join(lab.built.directory, 'bundle')
    await synlab(...run, '--quiet', '--out', out)
    expect(Object.keys(files)).toContain('capture.pcapng')
    for (const [name, bytes] of Object.entries(files))
      expect(Buffer.compare(bytes, readFileSync(join(out, name))), name).toBe(0)
    expect(strFromU8(files['result.json'] as Uint8Array)).toContain('"seed": 7')
    await page.close()
  })

  it('tells all mistakes of a scenario with line and column, and keeps what was open', async () => {
    const { page } = await openLab(await lab.browser.context.newPage(), lab.built.address('disk'))
    await page.locator('[data-act="edit"]').click()
    const text = await page.locator('textarea').inputValue()
    await page.locator('textarea').fill(text.replace('backlog: 128', 'backlogg: 128').replace('rate: 500', 'rate: -1'))
    await page.locator('[data-act="run-text"]').click()
    await page.locator('.lab-problems li').nth(1).waitFor()
    const told = await page.locator('.lab-problems b').allTextContents()
    expect(told).toEqual(['18:3', '27:5'])
    await page.keyboard.press('Escape')
    expect(await page.locator('[data-act="scenario"]').inputValue()).toBe('.free')
    await page.close()
  })

  it.each([
    ['of another version', 'v=0.0.9&scenario=classic', 'synlab 0.0.9'],
    ['that is damaged', 'v=0.1.0&scenario=mine.yaml&text=!', 'damaged (text)'],
    ['to a scenario that is not there', 'v=0.1.0&scenario=clasic', 'no scenario “clasic”'],
    ['with a change of nothing', 'v=0.1.0&scenario=classic&set=traffic.flod.rate%3D1', 'no entry "flod"'],
  ])('says in one sentence why a link %s opens nothing, and opens the free lab', async (_which, link, words) => {
    const address = `${lab.built.address('disk')}`
    const { page } = await openLab(await lab.browser.context.newPage(), address, `#control-room?${link}&lang=en`)
    await page.locator('.notice').waitFor()
    expect(await page.locator('.notice').textContent()).toContain(words)
    expect(await page.locator('[data-act="scenario"]').inputValue()).toBe('.free')
    await page.close()
  })

  it.each([
    ['notes.txt', 'x', 'neither a scenario (.yaml) nor a result.json'],
    ['result.json', '{}', 'not the result.json of a run'],
    [
      'result.json',
      '{"format_version":1,"synlab_version":"0.0.9","command":"synlab run classic --seed 1"}',
      'synlab 0.0.9',
    ],
  ])('refuses the file %s that holds %s', async (name, text, words) => {
    const { page } = await openLab(await lab.browser.context.newPage(), lab.built.address('disk'))
    await page.locator('[data-act="file"]').setInputFiles({ name, mimeType: 'text/plain', buffer: Buffer.from(text) })
    await page.locator('.notice').waitFor()
    expect(await page.locator('.notice').textContent()).toContain(words)
    await page.close()
  })

  it('runs again what a result.json is of', async () => {
    const { page } = await openLab(await lab.browser.context.newPage(), lab.built.address('disk'))
    const head = {
      format_version: 1,
      synlab_version: '0.1.0',
      command: "synlab run pulse --seed 5 --set 'thresholds=[]'",
    }
    const buffer = Buffer.from(JSON.stringify(head))
    await page.locator('[data-act="file"]').setInputFiles({ name: 'result.json', mimeType: 'application/json', buffer })
    await page.waitForFunction(() => location.hash.includes('scenario=pulse'))
    expect(page.url()).toContain('seed=5')
    expect(page.url()).toContain('set=thresholds')
    await page.close()
  })

  it('shows the arms of a scenario side by side, at one moment', async () => {
    const { page } = await openLab(
      await lab.browser.context.newPage(),
      lab.built.address('server'),
      '#control-room?v=0.1.0&scenario=classic&t=60000&lang=en',
    )
    await waitForTime(page, 60)
    await page.getByText('Side by side').click()
    await page.locator('.lab-compare section').nth(1).waitFor()
    const sentences = await page
      .locator('.lab-compare h1')
      .evaluateAll((all) => all.map((one) => (one as HTMLElement).dataset.sentence))
    expect(sentences).toEqual(['drowned', 'saved'])
    await page.close()
  })

  it('plays the seven stories in the handshake view, and every claim holds', async () => {
    const { page, complaints } = await openLab(
      await lab.browser.context.newPage(),
      lab.built.address('disk'),
      '#handshake?lang=en',
    )
    await page.locator('[data-act="story"] option').nth(7).waitFor({ state: 'attached' })
    const names = await page
      .locator('[data-act="story"] option')
      .evaluateAll((all) => all.map((one) => (one as HTMLOptionElement).value))
    expect(names.filter((name) => name !== '')).toHaveLength(7)
    for (const name of names.filter((name) => name !== '')) {
      await page.locator('[data-act="story"]').selectOption(name)
      await page.locator('.story-head h2', { hasText: name }).waitFor()
      const held = await page
        .locator('.claims tbody tr')
        .evaluateAll((all) => all.map((one) => (one as HTMLElement).dataset.holds))
      expect(held.length, name).toBeGreaterThan(0)
      expect(new Set(held), name).toEqual(new Set(['true']))
      await page.locator('.diagram').waitFor()
    }
    expect(complaints).toEqual([])
    await page.close()
  })

  it.each([1440, 390, 360])('has no element beyond the edge at %i pixels', async (width) => {
    const page = await lab.browser.context.newPage()
    await page.setViewportSize({ width, height: 800 })
    await openLab(page, lab.built.address('disk'))
    await page.locator('h1[data-sentence="calm"]').waitFor()
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(width)
    await page.close()
  })
})
