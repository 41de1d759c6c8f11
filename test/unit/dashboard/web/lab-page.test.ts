/**
 * The page that carries the whole lab, as it is built: how much its worker weighs, what its policy allows, that one file is
 * all of it.
 */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { StaticPage } from '../../../support/page/static-page.ts'

/** What the lab's worker may weigh, compressed, bytes. */
const WORKER_BYTES_MAX = 150_000

describe('the page with the lab in it', () => {
  let built: StaticPage
  beforeAll(async () => {
    built = await StaticPage.build()
  })
  afterAll(() => built.end())
  const read = (name: string): string => readFileSync(join(built.directory, name), 'utf8')

  it('has a worker that is light enough', () => {
    const name = readdirSync(join(built.directory, 'assets')).find((file) => file.startsWith('lab-worker'))
    const bytes = gzipSync(readFileSync(join(built.directory, 'assets', name ?? '')), { level: 9 }).length
    console.log(`the lab's worker: ${bytes} bytes compressed`)
    expect(bytes).toBeLessThanOrEqual(WORKER_BYTES_MAX)
  })

  it.each(['index.html', 'synlab.html'])('%s allows no connection, and no text to become script', (name) => {
    const [, policy = ''] = /http-equiv="Content-Security-Policy" content="([^"]+)"/.exec(read(name)) ?? []
    expect(policy).toContain("default-src 'none'")
    expect(policy).toContain("connect-src 'none'")
    expect(policy).not.toMatch(/unsafe-inline|'unsafe-eval'|https?:|\*/)
  })

  it('is one file that names no other', () => {
    const html = read('synlab.html')
    const head = html.slice(0, html.indexOf('<style>'))
    expect(html).not.toMatch(/<script[^>]+src=/)
    expect(html).not.toMatch(/<link[^>]+rel="stylesheet"/)
    expect(head.match(/href="([^"]*)"/)?.[1]).toMatch(/^data:/)
    expect(html).not.toContain('eval(')
  })
})
