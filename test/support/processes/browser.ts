/**
 * A headless Chromium for tests, which loads nothing but what it is told to.
 */
import { existsSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { type BrowserContext, chromium } from 'playwright-core'

const FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
]

/** The program's name, and Debian's name for its package. */
export const BROWSER = 'chromium'

/** Of a small telephone: fingers in place of a mouse. */
const PHONE = { viewport: { width: 360, height: 740 }, isMobile: true, hasTouch: true }

export interface TestBrowser {
  readonly context: BrowserContext
  readonly phone: BrowserContext
  close(): Promise<void>
}

/** Starts the installed Chromium with a profile of its own. Throws when it is not installed. */
export async function startBrowser(): Promise<TestBrowser> {
  const directories = (process.env.PATH ?? '').split(delimiter)
  const executablePath = directories.map((directory) => join(directory, BROWSER)).find((path) => existsSync(path))
  if (executablePath === undefined) throw new Error(`${BROWSER} is not installed`)
  const browser = await chromium.launch({ executablePath, headless: true, args: FLAGS })
  const [context, phone] = await Promise.all([browser.newContext(), browser.newContext(PHONE)])
  return { context, phone, close: () => browser.close() }
}
