/**
 * The page that carries the whole lab, for tests: built as `npm run page` builds it, into a folder of its own, and opened
 * from disk or from a server that can do nothing but hand out files.
 */
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { extname, join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import type { Page } from 'playwright-core'

const ROOT = fileURLToPath(new URL('../../../', import.meta.url))
const VITE = join(ROOT, 'node_modules', 'vite', 'bin', 'vite.js')
const CONFIG = join(ROOT, 'dashboard', 'web', 'vite.lab.config.ts')

/** Where the page is opened from. */
export type Place = 'disk' | 'server'

export class StaticPage {
  readonly directory: string
  private readonly server: Server
  private readonly origin: string

  private constructor(directory: string, server: Server) {
    this.directory = directory
    this.server = server
    this.origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  }

  static async build(): Promise<StaticPage> {
    const directory = mkdtempSync(join(tmpdir(), 'synlab-page-'))
    for (const mode of ['files', 'file']) {
      const flags = ['--config', CONFIG, '--mode', mode, '--outDir', directory, '--logLevel', 'error']
      execFileSync(process.execPath, [VITE, 'build', ...flags], { cwd: ROOT, stdio: 'pipe' })
    }
    const server = createServer(({ url = '/' }, response) => {
      const { pathname } = new URL(url, 'http://localhost')
      try {
        const bytes = readFileSync(join(directory, pathname === '/' ? 'index.html' : pathname))
        response.writeHead(200, { 'content-type': TYPES[extname(pathname)] ?? 'text/html; charset=utf-8' }).end(bytes)
      } catch {
        response.writeHead(404).end()
      }
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    return new StaticPage(directory, server)
  }

  /** From disk the one file, from the server the many. */
  address(place: Place): string {
    return place === 'disk' ? pathToFileURL(join(this.directory, 'synlab.html')).href : `${this.origin}/`
  }

  async end(): Promise<void> {
    await new Promise((resolve) => this.server.close(resolve))
    rmSync(this.directory, { recursive: true, force: true })
  }
}

const TYPES: Readonly<Record<string, string>> = {
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.svg': 'image/svg+xml',
}

export interface OpenLab {
  readonly page: Page
  /** Whatever was asked for that the page's own files are not. */
  readonly strangers: string[]
  /** What the console said, and errors that nobody caught. */
  readonly complaints: string[]
}

/** Opens the page in `page` at `hash`, and waits until a lab is open. */
export async function openLab(page: Page, address: string, hash = '#control-room?lang=en'): Promise<OpenLab> {
  const strangers: string[] = []
  const complaints: string[] = []
  const home = address.replace(/[^/]*$/, '')
  page.on('request', (request) => {
    const url = request.url()
    // A worker out of the page's own file is a blob of the page's own making.
    if (!url.startsWith(home) && !url.startsWith('blob:')) strangers.push(url)
  })
  page.on('console', (message) => complaints.push(message.text()))
  page.on('pageerror', (error) => complaints.push(error.message))
  await page.goto(address + hash, { waitUntil: 'load' })
  await page.locator('[data-figure="time"]').waitFor()
  return { page, strangers, complaints }
}
