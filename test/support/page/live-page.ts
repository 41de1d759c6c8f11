/**
 * The page over real processes for tests: server, attacker with honest clients and page server on free ports, the page as
 * it is shipped, and a browser that looks at it.
 */
import { execFileSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import type { Page } from 'playwright-core'
import { startBrowser, type TestBrowser } from '../processes/browser.ts'
import { LabProcess, until } from '../processes/lab-process.ts'

const ROOT = fileURLToPath(new URL('../../../', import.meta.url))

/** Folder of the page as it is shipped. */
export const BUILT_PAGE = `${ROOT}dist/dashboard/web/`

/** Builds what is out of date, the page too: what starts the command does the same. */
export function buildPage(): void {
  execFileSync(process.execPath, [`${ROOT}bin/synlab.js`, '--version'], { stdio: 'pipe' })
}

export interface OpenPage {
  readonly page: Page
  /** Whatever the console said that is an error or a warning, and errors that nobody caught. */
  readonly complaints: string[]
}

export interface PageOptions {
  readonly width?: number
  readonly height?: number
  readonly theme?: 'light' | 'dark'
  readonly language?: 'en' | 'zh-CN'
  /** A small telephone, whose width it has. */
  readonly isPhone?: boolean
  /** What follows the `#`, without language. */
  readonly view?: string
}

export class LivePage {
  readonly browser: TestBrowser
  server: LabProcess
  attacker: LabProcess
  pageServer: LabProcess

  private constructor(browser: TestBrowser, server: LabProcess, attacker: LabProcess, pageServer: LabProcess) {
    this.browser = browser
    this.server = server
    this.attacker = attacker
    this.pageServer = pageServer
  }

  static async start(...serverFlags: string[]): Promise<LivePage> {
    buildPage()
    const server = await launch('server/main.js', '--api-port=0', '--link-port=0', '--syn-cookies=0', ...serverFlags)
    const hub = `--hub=127.0.0.1:${server.ready.linkPort}`
    const attacker = await launch('attacker/main.js', '--api-port=0', hub, '--clients-rate=20')
    const pageServer = await launchPageServer(server, attacker, 0)
    return new LivePage(await startBrowser(), server, attacker, pageServer)
  }

  get url(): string {
    return `http://127.0.0.1:${this.pageServer.ready.apiPort}/`
  }

  async open(options: PageOptions = {}): Promise<OpenPage> {
    const {
      width = 1440,
      height = 900,
      theme = 'dark',
      language = 'en',
      view = 'control-room',
      isPhone = false,
    } = options
    const page = await this.browser[isPhone ? 'phone' : 'context'].newPage()
    const complaints: string[] = []
    page.on('console', (message) => {
      if (message.type() === 'error' || message.type() === 'warning') complaints.push(message.text())
    })
    page.on('pageerror', (error) => complaints.push(error.message))
    if (!isPhone) await page.setViewportSize({ width, height })
    await page.emulateMedia({ colorScheme: theme })
    await page.goto(`${this.url}#${view}?span=60&lang=${language}`)
    return { page, complaints }
  }

  /** Closes the lab's pages: a browser allows six connections to one origin, and each page holds one. */
  async closePages(): Promise<void> {
    const { context, phone } = this.browser
    const pages = [...context.pages(), ...phone.pages()].filter((page) => page.url() !== 'about:blank')
    await Promise.all(pages.map((page) => page.close()))
  }

  async restartServer(): Promise<void> {
    const { apiPort, linkPort } = this.server.ready
    this.server = await launch('server/main.js', `--api-port=${apiPort}`, `--link-port=${linkPort}`, '--syn-cookies=0')
  }

  async restartPageServer(): Promise<void> {
    this.pageServer = await launchPageServer(this.server, this.attacker, this.pageServer.ready.apiPort)
  }

  async stop(): Promise<void> {
    await this.browser.close()
    await Promise.all([this.server, this.attacker, this.pageServer].map((process) => process.kill()))
  }
}

async function launch(script: string, ...args: string[]): Promise<LabProcess> {
  const process = new LabProcess(script, args)
  await process.waitUntilReady()
  return process
}

function launchPageServer(server: LabProcess, attacker: LabProcess, port: unknown): Promise<LabProcess> {
  return launch(
    'dashboard/server/main.js',
    `--port=${port}`,
    `--server-url=http://127.0.0.1:${server.ready.apiPort}`,
    `--attacker-urls=http://127.0.0.1:${attacker.ready.apiPort}`,
  )
}

/** Text of the element of a figure, `NaN` while it is not known. */
export async function figure(page: Page, name: string): Promise<number> {
  const text = await page.locator(`[data-figure="${name}"]`).first().textContent()
  return Number((text ?? '').replaceAll(/[,%\s]|KiB/g, '') || Number.NaN)
}

/** Waits until the page says one of these sentences. */
export async function untilSaid(page: Page, ...keys: string[]): Promise<string> {
  return until(`the page says ${keys.join(' or ')}`, async () => {
    const key = await page.locator('h1[data-sentence]').getAttribute('data-sentence')
    return key !== null && keys.includes(key) && key
  })
}
