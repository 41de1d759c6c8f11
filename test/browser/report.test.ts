/**
 * The report of a run as a browser shows it: nothing is fetched, nothing complains, and the pictures are there, on a
 * screen, on a telephone, in the dark and on paper. Needs chromium.
 */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { BROWSER, startBrowser, type TestBrowser } from '../support/processes/browser.ts'
import { synlab } from '../support/processes/lab-cli.ts'
import { describeWith } from '../support/processes/tools.ts'

const SECTIONS = [
  'What to look at',
  'Duration of every honest connection',
  'Both queues against their limits',
  'Counters per second',
  'Figures by phase',
  'Thresholds',
  'Counters by phase',
  'What ran',
  'Run it again',
  'Definitions',
]

describeWith([BROWSER], 'the report in a browser', () => {
  let browser: TestBrowser
  let directory: string
  let bundle: string
  beforeAll(async () => {
    directory = mkdtempSync(join(tmpdir(), 'synlab-report-'))
    bundle = join(directory, 'bundle')
    const sets = ['phases.baseline=5', 'phases.attack=20', 'phases.recovery=10', 'thresholds=[]']
    await synlab('run', 'classic', '--seed', '7', '--quiet', '--out', bundle, ...sets.flatMap((set) => ['--set', set]))
    browser = await startBrowser()
  })
  afterAll(async () => {
    await browser?.close()
    rmSync(directory, { recursive: true, force: true })
  })

  /** Opens a file of the bundle and gives what the page fetched and said. */
  async function open(file: string, width: number, colorScheme: 'light' | 'dark' = 'light') {
    const page = await browser.context.newPage()
    const requests: string[] = []
    const messages: string[] = []
    page.on('request', (request) => requests.push(request.url()))
    page.on('console', (message) => messages.push(message.text()))
    page.on('pageerror', (error) => messages.push(error.message))
    await page.setViewportSize({ width, height: 900 })
    await page.emulateMedia({ colorScheme })
    const address = pathToFileURL(join(bundle, file)).href
    await page.goto(address, { waitUntil: 'load' })
    return { page, requests, messages, address }
  }

  async function shownPlots(page: Page): Promise<{ width: number; height: number; marks: number }[]> {
    return page.locator('figure svg.chart:visible').evaluateAll((plots) =>
      plots.map((plot) => {
        const { width, height } = plot.getBoundingClientRect()
        return { width, height, marks: plot.querySelectorAll('path[data-arm]').length }
      }),
    )
  }

  it.each([
    [1280, 'light'],
    [1280, 'dark'],
    [400, 'light'],
  ] as const)('at %d pixels, %s: fetches only itself, says nothing, shows three plots', async (width, scheme) => {
    const { page, requests, messages, address } = await open('report.html', width, scheme)
    expect(requests).toEqual([address])
    expect(messages).toEqual([])
    const plots = await shownPlots(page)
    expect(plots).toHaveLength(3)
    for (const plot of plots) {
      expect(plot.width).toBeGreaterThan(Math.min(width, 900) * 0.85)
      expect(plot.height).toBeGreaterThan(200)
      expect(plot.marks).toBeGreaterThan(1)
    }
    // The page itself never scrolls sideways; wide tables do so in their own boxes.
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(width)
    const background = await page.evaluate('getComputedStyle(document.body).backgroundColor')
    expect(background).toBe(scheme === 'dark' ? 'rgb(20, 23, 28)' : 'rgb(255, 255, 255)')
    await page.close()
  })

  it('puts marks where they can be seen: the dots of both arms have an extent and a colour each', async () => {
    const { page } = await open('report.html', 1280)
    const dots = await page.evaluate<{ width: number; colour: string }[]>(`
      [...document.querySelectorAll('div.wide path.dots[data-outcome="ok"]')].map((path) => (
        { width: path.getBoundingClientRect().width, colour: getComputedStyle(path).stroke }
      ))`)
    expect(dots).toHaveLength(2)
    for (const { width } of dots) expect(width).toBeGreaterThan(300)
    expect(new Set(dots.map(({ colour }) => colour)).size).toBe(2)
    await page.close()
  })

  it('has labels that do not overlap in any plot, wide or narrow', async () => {
    for (const width of [1280, 400]) {
      const { page } = await open('report.html', width)
      const overlaps = await page.locator('figure svg.chart:visible').evaluateAll((plots) =>
        plots.flatMap((plot) => {
          const texts = [...plot.querySelectorAll('text')].map((text) => ({
            text: text.textContent,
            box: text.getBoundingClientRect(),
          }))
          return texts.flatMap((a, index) =>
            texts.slice(index + 1).flatMap((b) => {
              const across = Math.min(a.box.right, b.box.right) - Math.max(a.box.left, b.box.left)
              const down = Math.min(a.box.bottom, b.box.bottom) - Math.max(a.box.top, b.box.top)
              // Boxes have room above and below their letters.
              return across > 0.5 && down > 4 ? [`${a.text} / ${b.text}`] : []
            }),
          )
        }),
      )
      expect(overlaps).toEqual([])
      await page.close()
    }
  })

  it('prints every section, with the wide pictures, on white', async () => {
    const { page } = await open('report.html', 1280, 'dark')
    await page.emulateMedia({ media: 'print' })
    const headings = await page.locator('h2:visible').allTextContents()
    expect(headings).toEqual(SECTIONS)
    const plots = await shownPlots(page)
    expect(plots).toHaveLength(3)
    expect(await page.locator('div.narrow:visible').count()).toBe(0)
    expect(await page.evaluate('getComputedStyle(document.body).backgroundColor')).toBe('rgb(255, 255, 255)')
    const pdf = await page.pdf({ preferCSSPageSize: true, printBackground: true })
    expect(pdf.subarray(0, 5).toString()).toBe('%PDF-')
    await page.close()
  })

  it.each(['durations.svg', 'queues.svg', 'counters.svg'])(
    'opens %s by itself: well-formed, on paper',
    async (file) => {
      const { page, requests, messages, address } = await open(file, 1280)
      expect(requests).toEqual([address])
      expect(messages).toEqual([])
      const root = page.locator('svg.chart')
      expect(await root.count()).toBe(1)
      const box = await root.boundingBox()
      expect(Math.min(box?.width ?? 0, box?.height ?? 0)).toBeGreaterThan(300)
      const text = readFileSync(join(bundle, file), 'utf8')
      const parsed = await page.evaluate(`(() => {
      const root = new DOMParser().parseFromString(${JSON.stringify(text)}, 'image/svg+xml').documentElement
      return [root.localName, root.querySelector('title')?.textContent, root.querySelectorAll('parsererror').length]
    })()`)
      expect(parsed).toEqual(['svg', expect.stringContaining('(classic, seed 7)'), 0])
      await page.close()
    },
  )
})
