/** The page that carries the lab, and a browser to open it in, for all tests of a `describe`. */
import { afterAll, beforeAll } from 'vitest'
import { startBrowser, type TestBrowser } from '../processes/browser.ts'
import { StaticPage } from './static-page.ts'

export interface UsedPage {
  /** Both are there once tests run. */
  readonly built: StaticPage
  readonly browser: TestBrowser
}

/** Builds the page and starts the browser before the tests around it, and ends both after them. */
export function useStaticPage(): UsedPage {
  const used: { built?: StaticPage; browser?: TestBrowser } = {}
  beforeAll(async () => {
    used.built = await StaticPage.build()
    used.browser = await startBrowser()
  })
  afterAll(async () => {
    await used.browser?.close()
    await used.built?.end()
  })
  return used as UsedPage
}
