/**
 * How fast the lab inside the page is, in a browser: virtual seconds per second with the control room drawn, frames per
 * second meanwhile, a flood of 50,000 SYN/s, the page's memory after it, and the way back. Needs chromium; says so without
 * it.
 */
/// <reference lib="dom" />
import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { chromium, type Page } from 'playwright-core'
import { report } from './bounds.ts'
import { findChromium } from './find-chromium.ts'
import { machine } from './measure.ts'

const ROOT = fileURLToPath(new URL('../../../', import.meta.url))
/** Of the page's time, milliseconds. */
const MEASURE_MS = 10_000

console.log(machine())
const executablePath = findChromium()
if (executablePath === undefined) console.log('chromium is not installed: the page is not measured')
else await measurePage(executablePath)

async function measurePage(executablePath: string): Promise<void> {
  const directory = mkdtempSync(join(tmpdir(), 'synlab-bench-'))
  const vite = join(ROOT, 'node_modules', 'vite', 'bin', 'vite.js')
  const config = join(ROOT, 'dashboard', 'web', 'vite.lab.config.ts')
  execFileSync(process.execPath, [vite, 'build', '--config', config, '--mode', 'file', '--outDir', directory], {
    cwd: ROOT,
    stdio: 'pipe',
  })
  const browser = await chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-gpu', '--disable-quic'] })
  try {
    const page = await browser.newPage({ viewport: { width: 1440, height: 900 } })
    const address = `${pathToFileURL(join(directory, 'synlab.html')).href}#control-room?lang=en&v=0.1.0`
    await page.goto(`${address}&scenario=classic`)
    await run(page, '1000')
    const classic = await measure(page)
    const timing = { digits: 0, kind: 'timing' } as const
    const atLeast = { ...timing, side: 'at least' } as const
    report({ ...atLeast, what: 'classic in the page, both arms, virtual s per s', limit: 50 }, classic.speed)
    report({ ...atLeast, what: 'frames per s meanwhile', limit: 30 }, classic.frames)

    await openFlood(page, `${address}&scenario=classic&hand=1`, 50_000)
    // As fast as it can: paced by the clock it could not be seen to do better than real time.
    await run(page, '1000')
    const flood = await measure(page)
    report({ ...atLeast, what: '50,000 SYN/s in the page, virtual s per s', limit: 1, digits: 2 }, flood.speed)
    console.log(`memory of the page: ${(flood.heap / 1_048_576).toFixed(1)} MiB after ${MEASURE_MS / 1000} s of it`)

    await openFlood(page, `${address}&scenario=classic&hand=1&seed=2`, 5000)
    await run(page, '1')
    await page.waitForFunction(
      () => Number.parseFloat(document.querySelector('[data-figure="time"]')?.textContent ?? '') > 15,
    )
    await page.locator('[data-act="toggle"][aria-pressed="true"]').click()
    await page.locator('[data-act="toggle"][aria-pressed="false"]').waitFor()
    report(
      { ...timing, side: 'at most', what: 'back 1 s of 5,000 SYN/s in the page, ms', limit: 200 },
      await measureBack(page),
    )
  } finally {
    await browser.close()
    rmSync(directory, { recursive: true })
  }
}

/** A lab with cookies and a flood of `rate` SYN/s by hand. */
async function openFlood(page: Page, address: string, rate: number): Promise<void> {
  await page.goto(address)
  await page.locator('[data-preset="save"]').click()
  await page.locator('.rail input[type="number"]').first().fill(String(rate))
  await page.locator('.rail .button.strong').click()
  await page.locator('.running li').waitFor()
}

/** From the click to the page that shows the second before; milliseconds, the median of five. */
function measureBack(page: Page): Promise<number> {
  return page.evaluate(async () => {
    const time = (): string => document.querySelector('[data-figure="time"]')?.textContent ?? ''
    const times: number[] = []
    for (let i = 0; i < 5; i++) {
      const before = time()
      const begin = performance.now()
      document.querySelector<HTMLButtonElement>('[data-act="back"]')?.click()
      while (time() === before) await new Promise<void>((resolve) => setTimeout(resolve))
      times.push(performance.now() - begin)
    }
    return times.sort((a, b) => a - b)[2] as number
  })
}

async function run(page: Page, speed: string): Promise<void> {
  await page.locator('.lab-speed select').selectOption(speed)
  const paused = page.locator('[data-act="toggle"][aria-pressed="false"]')
  if ((await paused.count()) > 0) await paused.click()
}

/** What the page did in `MEASURE_MS`: it counts its own frames, and says its own time. */
function measure(page: Page): Promise<{ speed: number; frames: number; heap: number }> {
  return page.evaluate(async (length) => {
    const time = (): number => Number.parseFloat(document.querySelector('[data-figure="time"]')?.textContent ?? '')
    const begin = performance.now()
    const from = time()
    let frames = 0
    await new Promise<void>((resolve) => {
      requestAnimationFrame(function turn(now) {
        frames++
        if (now - begin < length) requestAnimationFrame(turn)
        else resolve()
      })
    })
    const seconds = (performance.now() - begin) / 1000
    const { memory } = performance as unknown as { memory?: { usedJSHeapSize: number } }
    return { speed: (time() - from) / seconds, frames: frames / seconds, heap: memory?.usedJSHeapSize ?? 0 }
  }, MEASURE_MS)
}
