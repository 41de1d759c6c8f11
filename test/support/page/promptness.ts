/**
 * How soon a page says something after it happened, and how busy the machine was meanwhile: on one that is not, the page and the
 * test come to their turns within milliseconds, and what is late is the page's own doing.
 */
import type { Page } from 'playwright-core'
import { until } from '../processes/lab-process.ts'

/** Between two beats, milliseconds. */
const BEAT_MS = 20

export interface Promptness {
  /** From when it happened until the page had said so, milliseconds. */
  readonly took: number
  /** The longest that page and test had to wait for their turns meanwhile, together, milliseconds. */
  readonly late: number
}

/** Lets `happen` begin, and waits until something in the page matches `selector`. */
export async function measurePromptness(
  page: Page,
  selector: string,
  happen: () => Promise<void>,
): Promise<Promptness> {
  await page.evaluate(`{
    const watch = (globalThis.watch = { saidAt: undefined, late: 0 })
    const look = () => {
      if (watch.saidAt === undefined && document.querySelector(${JSON.stringify(selector)}) !== null) watch.saidAt = Date.now()
    }
    new MutationObserver(look).observe(document, { subtree: true, childList: true, attributes: true, characterData: true })
    let last = performance.now()
    setInterval(() => {
      const now = performance.now()
      if (watch.saidAt === undefined) watch.late = Math.max(watch.late, now - last - ${BEAT_MS})
      last = now
    }, ${BEAT_MS})
    look()
  }`)
  let late = 0
  let last = performance.now()
  const beat = setInterval(() => {
    const now = performance.now()
    late = Math.max(late, now - last - BEAT_MS)
    last = now
  }, BEAT_MS)
  try {
    const happenedAt = Date.now()
    await happen()
    const seen = await until(`the page shows ${selector}`, async () => {
      const { saidAt, late: pageLate } = await page.evaluate<{ saidAt?: number; late: number }>('globalThis.watch')
      return saidAt !== undefined && { saidAt, pageLate }
    })
    return { took: seen.saidAt - happenedAt, late: late + seen.pageLate }
  } finally {
    clearInterval(beat)
  }
}
