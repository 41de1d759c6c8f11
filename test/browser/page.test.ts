/**
 * The page over the real lab, as somebody uses it: drown the server, see it, save it, look back, reset; and whether what
 * it shows is so. Needs chromium.
 */
import { readFileSync } from 'node:fs'
import type { Download, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest'
import { layoutGrid } from '../../dashboard/web/charts/grid-layout.ts'
import type { ServerState, SocketList } from '../../server/contract.ts'
import { figure, LivePage, type OpenPage, untilSaid } from '../support/page/live-page.ts'
import { BROWSER } from '../support/processes/browser.ts'
import { until } from '../support/processes/lab-process.ts'
import { describeWith } from '../support/processes/tools.ts'

describeWith([BROWSER], 'the page', () => {
  let lab: LivePage
  let open: OpenPage
  let page: Page

  beforeAll(async () => {
    lab = await LivePage.start()
  })
  afterAll(() => lab?.stop())
  beforeEach(async () => {
    await lab.attacker.request('DELETE', '/api/attacks')
    await lab.attacker.request('PUT', '/api/clients', { rate: 20 })
    await lab.server.request('PATCH', '/api/config', {
      synCookies: 0,
      synAckRetries: 5,
      backlog: 128,
      acceptInterval: 0,
    })
    await lab.server.request('POST', '/api/reset')
    open = await lab.open()
    page = open.page
  })
  afterEach(async () => {
    await lab.closePages()
    expect(open.complaints).toEqual([])
  })

  it('shows the story: calm, drowned, looked back at, saved, reset', async () => {
    await untilSaid(page, 'calm')
    expect(await page.evaluate('document.documentElement.scrollHeight <= innerHeight')).toBe(true)
    await page.click('[data-preset="drown"]')
    await untilSaid(page, 'drowned')
    await until('all places are taken', async () => (await figure(page, 'syn-length')) === 129)
    await until('hardly anybody is served', async () => (await figure(page, 'served')) < 20)
    expect(await page.locator('.running li').count()).toBe(1)

    await page.click('[data-preset="save"]')
    await untilSaid(page, 'saved')
    await until('everybody is served', async () => (await figure(page, 'served')) >= 90)
    expect(await figure(page, 'syn-length')).toBe(129)
    expect(await page.locator('[data-knob="synCookies"] label:has(input:checked)').textContent()).toBe('1')

    // Back to the moment at which the cookies were switched on: nobody was served then.
    await page.click('.log li button:has-text("synCookies 0 → 1")')
    await until('the past is shown', async () => (await figure(page, 'served')) < 50)
    expect(await page.locator('h1').getAttribute('data-sentence')).toMatch(/drowned|pressed|rescuing/)
    expect(await page.locator('.moment').isVisible()).toBe(true)
    await page.keyboard.press('End')
    await until('now is shown again', async () => (await figure(page, 'served')) >= 90)

    await page.click('.running button')
    await until('the attack has stopped', async () => (await page.locator('.running').count()) === 0)
    await page.click('.lab button')
    await until('the queue is empty', async () => (await figure(page, 'syn-length')) < 20)
    await untilSaid(page, 'calm', 'failing', 'draining')
  })

  it('tells the truth: gauges, settings and the places of the SYN queue are those of the server', async () => {
    // Requests in a roomy queue that nobody answers stay for a minute: a moment that lasts long enough to be compared.
    await lab.server.request('PATCH', '/api/config', { backlog: 512, acceptInterval: 7 })
    await lab.server.request('POST', '/api/reset')
    await lab.attacker.request('POST', '/api/attacks', { kind: 'syn-flood', rate: 100, duration: 2 })
    await until('some places are taken', async () => (await figure(page, 'syn-length')) > 100)
    await until('the attack is over', async () => (await page.locator('.running').count()) === 0)
    await lab.attacker.request('PUT', '/api/clients', { rate: 0 })
    await page.click('.log .more')
    // The page is told the state twice a second: it has to have heard of the quiet, too.
    await until('the lab is quiet', async () => {
      const { body } = await lab.server.request<ServerState>('GET', '/api/state')
      const { time_wait: timeWait = 0, syn_recv: _, ...others } = body.connections
      const isQuiet = Object.values(others).every((count) => count === 0)
      const hasHeard = (await figure(page, 'established')) === 0 && (await figure(page, 'timeWait')) === timeWait
      return isQuiet && hasHeard && body.synQueue.length === (await figure(page, 'syn-length'))
    })
    const shown = {
      synLength: await figure(page, 'syn-length'),
      acceptLength: await figure(page, 'accept-length'),
      established: await figure(page, 'established'),
      closeWait: await figure(page, 'closeWait'),
      timeWait: await figure(page, 'timeWait'),
      bytes: await figure(page, 'queueBytes'),
      limit: Number((await page.locator('.big .of').textContent())?.replaceAll(/\D/g, '')),
      acceptLimit: Number((await page.locator('.accept .panel-title > span').textContent())?.split('of')[1]),
      backlog: Number(await page.locator('[data-knob="backlog"] input').inputValue()),
      synAckRetries: Number(await page.locator('[data-knob="synAckRetries"] input').inputValue()),
      acceptInterval: Number(await page.locator('[data-knob="acceptInterval"] input').inputValue()),
      synCookies: Number(await page.locator('[data-knob="synCookies"] label:has(input:checked)').textContent()),
    }
    const metric = (name: string) => lab.server.metric(`synlab_${name}`)
    const { body: state } = await lab.server.request<ServerState>('GET', '/api/state')
    expect(shown).toEqual({
      synLength: await metric('syn_queue_length'),
      acceptLength: await metric('accept_queue_length'),
      established: await metric('connections{state="established"}'),
      closeWait: await metric('connections{state="close_wait"}'),
      timeWait: await metric('connections{state="time_wait"}'),
      bytes: expect.closeTo((await metric('syn_queue_bytes')) / 1024, 1),
      limit: await metric('syn_queue_limit'),
      acceptLimit: await metric('accept_queue_limit'),
      backlog: state.config.backlog,
      synAckRetries: state.config.synAckRetries,
      acceptInterval: state.config.acceptInterval,
      synCookies: state.config.synCookies,
    })
    // The places as they are painted, the words below them, and the server's own table.
    const { body: table } = await lab.server.request<SocketList>('GET', '/api/sockets?state=syn_recv&limit=1000')
    const isHonest = ({ peer }: SocketList['sockets'][number]): boolean => peer.startsWith('10.9.16.')
    const painted = await countPainted(page, shown.limit + 1)
    expect(painted).toEqual({
      honest: table.sockets.filter(isHonest).length,
      hostile: table.sockets.filter((row) => !isHonest(row)).length,
    })
    const key = (await page.locator('.queues .key').textContent()) ?? ''
    expect(key).toContain(`hostile ${painted.hostile}`)
    expect(key).toContain(`honest ${painted.honest}`)
  })

  it('shows rates that are those of the counters', async () => {
    await lab.attacker.request('POST', '/api/attacks', { kind: 'syn-flood', rate: 1000, duration: 60 })
    await until('the flood is seen', async () => (await figure(page, 'received')) > 500)
    const series = 'synlab_syn_received_total'
    const before = { at: performance.now(), count: await lab.server.metric(series) }
    const seen: number[] = []
    await until('ten rates', async () => seen.push(await figure(page, 'received')) >= 60)
    const counted = ((await lab.server.metric(series)) - before.count) / ((performance.now() - before.at) / 1000)
    const mean = seen.reduce((sum, rate) => sum + rate, 0) / seen.length
    expect(mean).toBeGreaterThan(counted * 0.75)
    expect(mean).toBeLessThan(counted * 1.25)
  })

  it('shows what the server confirmed, and its own words when it refuses', async () => {
    const backlog = page.locator('[data-knob="backlog"] input')
    await until('the knob is there', async () => (await backlog.count()) === 1)
    await backlog.fill('64')
    await backlog.press('Enter')
    await until('64 is confirmed', async () => (await page.locator('.big .of').textContent())?.includes('64'))
    await backlog.fill('99999999')
    await backlog.press('Enter')
    const refusal = page.locator('[data-knob="backlog"] .refusal')
    await refusal.waitFor()
    expect(await refusal.textContent()).toMatch(/4194304/)
    const { body } = await lab.server.request<ServerState>('GET', '/api/state')
    expect(body.config.backlog).toBe(64)
    // The browser writes what it was refused into its console, once.
    expect(open.complaints.splice(0)).toEqual([expect.stringContaining('400')])
  })

  it('is led by the keyboard', async () => {
    await untilSaid(page, 'calm')
    await page.keyboard.press('f')
    await until('a flood runs', async () => (await page.locator('.running li').count()) === 1)
    await page.keyboard.press('c')
    await until('cookies are 1', async () => {
      const { body } = await lab.server.request<ServerState>('GET', '/api/state')
      return body.config.synCookies === 1
    })
    await page.keyboard.press(' ')
    await page.locator('.moment').waitFor()
    await page.keyboard.press('ArrowLeft')
    expect(page.url()).toMatch(/[?&]t=\d{13}/)
    await page.keyboard.press(' ')
    await page.locator('.moment').waitFor({ state: 'detached' })
    await page.keyboard.press('4')
    await page.locator('.states-diagram').waitFor()
    await page.keyboard.press('?')
    await page.locator('dialog[open]').waitFor()
    await page.keyboard.press('Escape')
    await page.locator('dialog').waitFor({ state: 'detached' })
    await page.keyboard.press('1')
    await page.keyboard.press('p')
    await page.locator('.room.presenting').waitFor()
    expect(await page.locator('.rail').count()).toBe(0)
  })

  it('takes a handshake apart, live and from a capture, and says when a file is none', async () => {
    await page.keyboard.press('2')
    await until('a connection is told whole', async () => (await page.locator('.diagram .arrow').count()) >= 3)
    const flags = await page.locator('.diagram .flags').allTextContents()
    expect(flags.slice(0, 3)).toEqual(['SYN', 'SYN ACK', 'ACK'])
    await page.click('.player-bar button:has-text("To the start")')
    await until('one step is shown', async () => (await page.locator('.diagram .arrow').count()) === 1)
    await page.click('.player-bar button:has-text("Step")')
    await until('two steps are shown', async () => (await page.locator('.diagram .arrow').count()) === 2)

    const file = page.locator('.handshake input[type=file]')
    await file.setInputFiles({
      name: 'no.pcap',
      mimeType: 'application/octet-stream',
      buffer: Buffer.from('no capture'),
    })
    await page.locator('.capture-notes [role=alert]').waitFor()
    expect(await page.locator('.capture-notes [role=alert]').textContent()).toContain('neither a pcap nor a pcapng')
  })

  it('takes a cookie apart and lets the server judge it', async () => {
    await lab.server.request('PATCH', '/api/config', { synCookies: 2 })
    await until('a cookie was sent', async () => (await lab.server.metric('synlab_syncookies_sent_total')) > 0)
    await page.keyboard.press('3')
    await page.locator('[data-verdict="valid"]').waitFor()
    expect(await page.locator('.buttons .bit').count()).toBe(32)
    // ACKs for requests that the reset has dropped are failed cookies.
    const failed = await lab.server.metric('synlab_syncookies_failed_total')
    await page.locator('.buttons .bit').nth(20).click()
    await page.locator('[data-verdict="hash"], [data-verdict="count"]').waitFor()
    expect(await page.locator('.verdict').textContent()).toContain('SyncookiesFailed')
    // Looking counts nothing.
    expect(await lab.server.metric('synlab_syncookies_failed_total')).toBe(failed)
  })

  it('maps the states with the server’s own counts', async () => {
    await lab.attacker.request('POST', '/api/attacks', { kind: 'connect-flood', rate: 50, duration: 60 })
    await page.keyboard.press('4')
    await until('the connections are seen', async () => {
      const shown = Number(await page.locator('[data-state="established"]').textContent())
      return shown > 20
    })
    await until('its ways have the rates of what is counted', async () => {
      const rate = await page.locator('[data-edge="syn_recv-established"] .rate').textContent()
      return Number.parseFloat(rate ?? '') > 10
    })
    const way = 'synlab_connection_transitions_total{from="syn_recv",to="established"}'
    const before = await lab.server.metric(way)
    const title = await page.locator('[data-edge="syn_recv-established"] title').textContent()
    const told = Number((title ?? '').match(/: ([\d,]+) since/)?.[1]?.replaceAll(',', ''))
    // What the page was told lies less than a message before what is counted now.
    expect(told).toBeGreaterThan(0)
    expect(told).toBeLessThanOrEqual(await lab.server.metric(way))
    expect(told).toBeGreaterThan(before / 2)
    await page.selectOption('.sockets select', 'established')
    await until('the table is filtered', async () => {
      const states = await page.locator('.table-box tbody tr td:first-child').allTextContents()
      return states.length > 20 && states.every((state) => state === 'ESTABLISHED')
    })
  })

  it('saves the view as PNG, SVG and one HTML file', async () => {
    await untilSaid(page, 'calm')
    const save = async (name: string): Promise<Buffer> => {
      await page.click('.menu summary')
      const [download] = await Promise.all([
        page.waitForEvent('download'),
        page.click(`.menu button:has-text("${name}")`),
      ])
      return readFileSync(await (download as Download).path())
    }
    expect((await save('PNG')).subarray(1, 4).toString()).toBe('PNG')
    const svg = (await save('SVG')).toString()
    expect(svg).toContain('All is calm')
    expect(svg).not.toMatch(/NaN|undefined/)
    const html = (await save('HTML')).toString()
    expect(html).toMatch(/^<!doctype html>[\s\S]*<svg[\s\S]*SynReceived/)
    expect(html).not.toMatch(/<script|https?:\/\/(?!www\.w3\.org\/2000\/svg)/)
    for (const [hash, sign, words] of [
      ['handshake', '.diagram .arrow', /SYN ACK[\s\S]*ESTABLISHED/],
      ['cookie', '.equation', /hash 1[\s\S]*1460/],
      ['states', '.states-diagram', /FIN-WAIT-1[\s\S]*TIME-WAIT[\s\S]*Recv-Q/],
      ['lessons', '.lesson-list', /hold rate/],
      ['lessons?lesson=flood', '.lesson canvas', /hold rate[\s\S]*<image [^>]*data:image\/png/],
    ] as const) {
      await page.evaluate(`location.hash = '#${hash}'`)
      await page.locator(sign).first().waitFor()
      const picture = (await save('SVG')).toString()
      expect(picture, hash).toMatch(words)
      expect(picture, hash).not.toMatch(/NaN|undefined/)
      // Made by the browser from the same picture: it could draw it.
      expect((await save('PNG')).subarray(1, 4).toString(), hash).toBe('PNG')
      expect((await save('HTML')).toString(), hash).toMatch(words)
    }
  })

  it('says when a link leads nowhere, and changes nothing', async () => {
    await page.goto(`${lab.url}#nowhere?t=soon&span=7&lang=fr`)
    await page.reload()
    await page.locator('.notice').waitFor()
    const notice = await page.locator('.notice').textContent()
    for (const name of ['view “nowhere”', 'time “soon”', 'time “7” is none of 60', 'language “fr”']) {
      expect(notice).toContain(name)
    }
    await untilSaid(page, 'calm', 'failing')
  })
})

/** Counts the painted places by their hue, in the middle of each cell. */
async function countPainted(page: Page, places: number): Promise<{ honest: number; hostile: number }> {
  const size = await page.evaluate<{ width: number; height: number; scale: number }>(
    `(() => { const { width, height } = document.querySelector('canvas.grid'); return { width, height, scale: devicePixelRatio } })()`,
  )
  const { columns, cellWidth, cellHeight } = layoutGrid(places, size.width, size.height, size.scale)
  const points = Array.from({ length: places }, (_, i) => {
    const x = Math.floor(((i % columns) + 0.45) * cellWidth)
    const y = Math.floor((Math.floor(i / columns) + 0.35) * cellHeight)
    return 4 * (y * size.width + x)
  })
  const pixels = await page.evaluate<number[][]>(
    `(() => {
      const canvas = document.querySelector('canvas.grid')
      const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height)
      return ${JSON.stringify(points)}.map((at) => [...data.subarray(at, at + 3)])
    })()`,
  )
  // Orange has more red than blue, honest blue the other way round; a free place is grey.
  const hue = ([red = 0, , blue = 0]: number[]): number => (Math.abs(red - blue) < 24 ? 0 : red - blue)
  return {
    honest: pixels.filter((pixel) => hue(pixel) < 0).length,
    hostile: pixels.filter((pixel) => hue(pixel) > 0).length,
  }
}
