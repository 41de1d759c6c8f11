/**
 * The page holds no more after an hour than after twelve minutes, when its ten minutes of history are full: an hour of what a
 * real lab told, played to it as fast as it takes it, and its heap after a garbage collection at several moments. Needs chromium.
 */
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { StreamMessage } from '../../dashboard/contract/stream.ts'
import { EventReader } from '../../lab/client/event-reader.ts'
import { LivePage } from '../support/page/live-page.ts'
import { BROWSER } from '../support/processes/browser.ts'
import { describeWith } from '../support/processes/tools.ts'

/** How much of a real stream is recorded, and how much of it an hour is made of, milliseconds. */
const RECORDED_MS = 10_000
const ROUNDS_PER_STAGE = 72
const STAGES = 5

/** What the heap may have grown from the first stage to any later one: 70,000 messages come in between. */
const GROWTH_MAX = 2 * 1024 * 1024

/**
 * In place of the browser's EventSource: `feed` plays texts with all their moments moved on by `step` each round. It lets the
 * page draw after every second of the recording, and tells what the page says in the end.
 */
const FED_SOURCE = `
  globalThis.EventSource = class {
    static OPEN = 1
    static CLOSED = 2
    readyState = 1
    constructor() { globalThis.fed = this }
    close() {}
  }
  globalThis.feed = async (texts, firstRound, rounds, step) => {
    for (let round = firstRound; round < firstRound + rounds; round++) {
      const moved = (moment) => String(Number(moment) + round * step)
      for (let i = 0; i < texts.length; i++) {
        globalThis.fed.onmessage({ data: texts[i].replace(/\\b1\\d{12}(\\.\\d+)?\\b/g, moved) })
        if (i % 25 === 24) await new Promise((resolve) => setTimeout(resolve))
      }
    }
    return document.querySelector('h1[data-sentence]').dataset.sentence
  }`

describeWith([BROWSER], 'the page after an hour', () => {
  let lab: LivePage
  let texts: string[]
  beforeAll(async () => {
    lab = await LivePage.start()
    await lab.server.request('PATCH', '/api/config', { synCookies: 1 })
    await lab.attacker.request('POST', '/api/attacks', { kind: 'syn-flood', rate: 300, duration: 600 })
    texts = await record(lab.url)
    await lab.browser.context.addInitScript(FED_SOURCE)
  })
  afterAll(() => lab?.stop())

  it('has not grown since its history was full', async () => {
    const { page, complaints } = await lab.open()
    await page.evaluate(`globalThis.texts = ${JSON.stringify(texts)}`)
    const devtools = await lab.browser.context.newCDPSession(page)
    await devtools.send('HeapProfiler.enable')
    const sizes: number[] = []
    const said = new Set<string>()
    for (let stage = 0; stage < STAGES; stage++) {
      const first = stage * ROUNDS_PER_STAGE
      said.add(await page.evaluate<string>(`feed(texts, ${first}, ${ROUNDS_PER_STAGE}, ${RECORDED_MS})`))
      await devtools.send('HeapProfiler.collectGarbage')
      sizes.push((await devtools.send('Runtime.getHeapUsage')).usedSize)
    }
    console.log(`heap every 12 minutes: ${sizes.map((size) => `${(size / 1_048_576).toFixed(1)} MiB`).join(', ')}`)
    const [full = Number.NaN, ...later] = sizes
    for (const size of later) expect(size - full).toBeLessThan(GROWTH_MAX)
    // On a machine with much else to do clients may be late, cookies or not.
    for (const sentence of said) expect(['saved', 'rescuing']).toContain(sentence)
    expect(complaints).toEqual([])
  })
})

/** What a page is told for a while, hello first. */
async function record(url: string): Promise<string[]> {
  const reader = await EventReader.open<{ message: StreamMessage }>(`${url}api/stream`)
  const texts: string[] = []
  let from: number | undefined
  for await (const { data } of reader) {
    texts.push(JSON.stringify(data))
    if (!('at' in data)) continue
    from ??= data.at
    if (data.at - from >= RECORDED_MS) break
  }
  reader.close()
  return texts
}
