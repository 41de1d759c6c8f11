/**
 * What the live page costs whoever opens it, and the server that it looks at: the weight of the first screen, the time to its
 * first paint and to its first true sentence, and the server's processor time with nobody looking and with five who look.
 * The paint needs chromium; without it the rest is measured.
 */
/// <reference lib="dom" />
import { type ChildProcess, execFileSync, fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { type BrowserContext, chromium } from 'playwright-core'
import { report } from './bounds.ts'
import { findChromium } from './find-chromium.ts'
import { machine } from './measure.ts'
import { FIRST_SCREEN_BYTES_MAX, weighFirstScreen } from './page-weight.ts'

const ROOT = fileURLToPath(new URL('../../../', import.meta.url))
const VIEWERS = 5
/** Windows in which processor time is measured, milliseconds, with and without viewers in turns. */
const WINDOW_MS = 4_000
const ROUNDS = 4
/** What the processes take to notice that the last viewer has gone, milliseconds. */
const SETTLE_MS = 4_000
const LOADS = 5

interface Process {
  readonly child: ChildProcess
  readonly ready: { readonly apiPort: number; readonly linkPort: number }
}

console.log(machine())
execFileSync(process.execPath, [`${ROOT}bin/synlab.js`, '--version'], { stdio: 'pipe' })
weigh()
const processes: Process[] = []
try {
  const server = await launch('server/main.js', '--api-port=0', '--link-port=0')
  const hub = `--hub=127.0.0.1:${server.ready.linkPort}`
  const attacker = await launch('attacker/main.js', '--api-port=0', hub, '--clients-rate=20')
  const page = await launch(
    'dashboard/server/main.js',
    '--port=0',
    `--server-url=${urlOf(server)}`,
    `--attacker-urls=${urlOf(attacker)}`,
  )
  await measurePaint(urlOf(page))
  await measureViewers(urlOf(server), urlOf(page))
} finally {
  for (const { child } of processes) child.kill('SIGKILL')
}

function weigh(): void {
  const weights = weighFirstScreen(`${ROOT}dist/dashboard/web/`)
  for (const { file, bytes } of weights) console.log(`${file.padEnd(56)} ${String(bytes).padStart(9)} B`)
  const all = weights.reduce((sum, { bytes }) => sum + bytes, 0)
  const kib = FIRST_SCREEN_BYTES_MAX / 1024
  report({ what: 'first screen, compressed, KiB', side: 'at most', limit: kib, digits: 1, kind: 'size' }, all / 1024)
}

/** Every load in a browser that has seen nothing. */
async function measurePaint(url: string): Promise<void> {
  const executablePath = findChromium()
  if (executablePath === undefined) {
    console.log('chromium is not installed: the first paint is not measured')
    return
  }
  const browser = await chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-gpu', '--disable-quic'] })
  try {
    const loads: { paint: number; sentence: number }[] = []
    for (let i = 0; i < LOADS; i++) {
      const context = await browser.newContext({ viewport: { width: 1440, height: 900 } })
      loads.push(await loadOnce(context, url))
      await context.close()
    }
    const timing = { side: 'at most', limit: 1, digits: 2, kind: 'timing' } as const
    report({ ...timing, what: 'first contentful paint, s' }, median(loads.map(({ paint }) => paint)) / 1000)
    report(
      { ...timing, what: 'first true sentence and queue, s' },
      median(loads.map(({ sentence }) => sentence)) / 1000,
    )
  } finally {
    await browser.close()
  }
}

/** Milliseconds from the navigation to the first paint, and until the page has said what happens and drawn the queue. */
async function loadOnce(context: BrowserContext, url: string): Promise<{ paint: number; sentence: number }> {
  const page = await context.newPage()
  await page.goto(`${url}/#control-room?lang=en`)
  return page.evaluate(
    () =>
      new Promise<{ paint: number; sentence: number }>((resolve) => {
        const look = (now: number): void => {
          const key = document.querySelector('h1[data-sentence]')?.getAttribute('data-sentence') ?? 'connecting'
          const [paint] = performance.getEntriesByName('first-contentful-paint')
          const isSaid = key !== 'connecting' && document.querySelector('[data-figure="syn-length"]') !== null
          if (isSaid && paint !== undefined) resolve({ paint: paint.startTime, sentence: now })
          else requestAnimationFrame(look)
        }
        requestAnimationFrame(look)
      }),
  )
}

/** In turns, so that a machine whose speed drifts drifts for both. */
async function measureViewers(serverUrl: string, pageUrl: string): Promise<void> {
  const alone: number[] = []
  const watched: number[] = []
  for (let round = 0; round < ROUNDS; round++) {
    alone.push(await shareOfCore(serverUrl))
    const viewers = new AbortController()
    const streams = await Promise.all(
      Array.from({ length: VIEWERS }, () => fetch(`${pageUrl}/api/stream`, { signal: viewers.signal })),
    )
    for (const { body } of streams) void readAll(body)
    await pause(SETTLE_MS)
    watched.push(await shareOfCore(serverUrl))
    viewers.abort()
    await pause(SETTLE_MS)
  }
  console.log(`server alone, ${ROUNDS} times ${WINDOW_MS / 1000} s: ${percent(median(alone))} of a core`)
  console.log(`server with ${VIEWERS} viewers: ${percent(median(watched))} of a core`)
  const cost = median(watched.map((share, i) => share - (alone[i] ?? 0)))
  const what = `${VIEWERS} viewers cost the server, % of a core`
  report({ what, side: 'at most', limit: 2, digits: 2, kind: 'timing' }, cost * 100)
}

/** What the server says that it used of a core over a window. */
async function shareOfCore(serverUrl: string): Promise<number> {
  const used = async (): Promise<number> => {
    const state = (await (await fetch(`${serverUrl}/api/state`)).json()) as { cpuSeconds: number }
    return state.cpuSeconds
  }
  const [from, begin] = [await used(), performance.now()]
  await pause(WINDOW_MS)
  return ((await used()) - from) / ((performance.now() - begin) / 1000)
}

async function readAll(body: ReadableStream<Uint8Array> | null): Promise<void> {
  try {
    for await (const _chunk of body as unknown as AsyncIterable<Uint8Array>);
  } catch {
    // The viewer has gone.
  }
}

async function launch(script: string, ...args: string[]): Promise<Process> {
  const env = { PATH: process.env.PATH, SYNLAB_LAB_KEY: 'a key for benchmarks', SYNLAB_LOG_LEVEL: 'error' }
  const child = fork(`${ROOT}dist/${script}`, args, { env, stdio: ['ignore', 'inherit', 'inherit', 'ipc'] })
  const [ready] = (await once(child, 'message')) as [Process['ready']]
  const launched = { child, ready }
  processes.push(launched)
  return launched
}

function urlOf({ ready }: Process): string {
  return `http://127.0.0.1:${ready.apiPort}`
}

function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds))
}

function percent(share: number): string {
  return `${(share * 100).toFixed(2)} %`
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[values.length >> 1] ?? Number.NaN
}
