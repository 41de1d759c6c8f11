/**
 * A headless Chromium for tests, which loads nothing but what it is told to.
 */
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
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

export interface TestBrowser {
  readonly context: BrowserContext
  close(): Promise<void>
}

/** Starts the installed Chromium with a profile of its own. Throws when it is not installed. */
export async function startBrowser(): Promise<TestBrowser> {
  const directories = (process.env.PATH ?? '').split(delimiter)
  const executablePath = directories.map((directory) => join(directory, BROWSER)).find((path) => existsSync(path))
  if (executablePath === undefined) throw new Error(`${BROWSER} is not installed`)
  const profile = mkdtempSync(join(tmpdir(), 'synlab-browser-'))
  const context = await chromium.launchPersistentContext(profile, { executablePath, headless: true, args: FLAGS })
  return {
    context,
    close: async () => {
      await context.close()
      rmSync(profile, { recursive: true, force: true })
    },
  }
}
