/**
 * The memory of the page that carries the lab stays flat over an hour of a flood: of the page and of the worker with its
 * mementos, after garbage collection, as the DevTools protocol tells it. Needs chromium.
 */
import type { CDPSession, Page } from 'playwright-core'
import { expect, it } from 'vitest'
import { openLab } from '../support/page/static-page.ts'
import { useStaticPage } from '../support/page/use-static-page.ts'
import { BROWSER } from '../support/processes/browser.ts'
import { until } from '../support/processes/lab-process.ts'
import { describeWith } from '../support/processes/tools.ts'

/** An hour of a flood that keeps the queue full: the first minute is calm. */
const LINK = `scenario=classic&set=${encodeURIComponent('phases.attack=3600\ntraffic.flood.rate=100\nthresholds=[]')}`

/** When memory is measured, seconds of virtual time: every series, ring and time line is full before the first. */
const MOMENTS = [1200, 2000, 2800, 3600]

/** What the last may have over the first: garbage collection is no clockwork. Share, and bytes. */
const GROWTH = 1.2
const GROWTH_BYTES = 4 * 1_048_576

interface Heaps {
  readonly page: number
  readonly worker: number
}

/** The page's worker and what it is told: CDP carries its messages as text inside those of the page's session. */
class WorkerSession {
  private readonly session: CDPSession
  private sessionId: string | undefined
  private lastId = 0
  private readonly waiting = new Map<number, (result: unknown) => void>()

  constructor(session: CDPSession) {
    this.session = session
    session.on('Target.attachedToTarget', ({ sessionId, targetInfo }) => {
      if (targetInfo.type === 'worker') this.sessionId ??= sessionId
    })
    session.on('Target.receivedMessageFromTarget', ({ message }) => {
      const { id, result } = JSON.parse(message) as { id: number; result: unknown }
      this.waiting.get(id)?.(result)
    })
  }

  async attach(): Promise<void> {
    await this.session.send('Target.setAutoAttach', {
      autoAttach: true,
      waitForDebuggerOnStart: false,
      flatten: false,
    })
    await until('the worker is there', async () => this.sessionId !== undefined)
  }

  async send<T>(method: string): Promise<T> {
    const id = ++this.lastId
    const answer = new Promise((resolve) => this.waiting.set(id, resolve))
    await this.session.send('Target.sendMessageToTarget', {
      sessionId: this.sessionId as string,
      message: JSON.stringify({ id, method }),
    })
    return (await answer) as T
  }
}

interface Usage {
  readonly usedSize: number
  readonly backingStorageSize?: number
}

/** Objects and the bytes of array buffers. */
const bytesOf = ({ usedSize, backingStorageSize = 0 }: Usage): number => usedSize + backingStorageSize

async function measure(session: CDPSession, worker: WorkerSession): Promise<Heaps> {
  await session.send('HeapProfiler.collectGarbage')
  await worker.send('HeapProfiler.collectGarbage')
  return {
    page: bytesOf((await session.send('Runtime.getHeapUsage')) as Usage),
    worker: bytesOf(await worker.send<Usage>('Runtime.getHeapUsage')),
  }
}

/** Plays to a moment by a link to it; milliseconds. */
async function walkTo(page: Page, at: number): Promise<void> {
  await page.evaluate((moment) => {
    location.hash = `${location.hash.replace(/&t=\d+/, '')}&t=${moment}`
  }, at)
  await page.waitForFunction(
    (wanted) => document.querySelector('[data-figure="time"]')?.textContent === wanted,
    `${(at / 1000).toFixed(3)} s`,
    { timeout: 200_000 },
  )
}

describeWith([BROWSER], 'the memory of the lab inside the page', () => {
  const lab = useStaticPage()

  it('is flat over an hour of a flood, the way back included', async () => {
    const { page } = await openLab(
      await lab.browser.context.newPage(),
      lab.built.address('server'),
      `#control-room?v=0.1.0&${LINK}&lang=en`,
    )
    const session = await lab.browser.context.newCDPSession(page)
    const worker = new WorkerSession(session)
    await worker.attach()
    const heaps: Heaps[] = []
    for (const seconds of MOMENTS) {
      await walkTo(page, seconds * 1000)
      heaps.push(await measure(session, worker))
    }
    await page.locator('h1[data-sentence="drowned"]').waitFor()
    const [first, ...later] = heaps as [Heaps, ...Heaps[]]
    const told = heaps.map(({ page, worker }) => `${mib(page)} + ${mib(worker)}`).join(', ')
    for (const heap of later) {
      expect(heap.page, told).toBeLessThan(first.page * GROWTH + GROWTH_BYTES)
      expect(heap.worker, told).toBeLessThan(first.worker * GROWTH + GROWTH_BYTES)
    }
    await page.close()
  })
})

function mib(bytes: number): string {
  return `${(bytes / 1_048_576).toFixed(1)} MiB`
}
