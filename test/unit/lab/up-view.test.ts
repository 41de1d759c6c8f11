/**
 * What `synlab up` makes of what the control planes say: rates, the fate of honest clients, the screen. And what its keys
 * ask for.
 */
import { describe, expect, it } from 'vitest'
import type { AttackerState } from '../../../attacker/contract.ts'
import type { LabClient, Sample } from '../../../lab/client/lab-client.ts'
import { Controls } from '../../../lab/up/controls.ts'
import { History } from '../../../lab/up/history.ts'
import { Screen } from '../../../lab/up/screen.ts'
import { sparkline, Trend } from '../../../lab/up/trend.ts'
import { renderLine, renderScreen } from '../../../lab/up/view.ts'
import type { ServerState } from '../../../server/contract.ts'

interface Moment {
  readonly at: number
  readonly syns?: number
  readonly ok?: number
  readonly timeout?: number
  readonly sent?: number
  readonly isFlooding?: boolean
  readonly fast?: number
  readonly queue?: number
  readonly synCookies?: number
}

/** A sample of which only the parts matter that the view reads. */
function sampleOf(moment: Moment): Sample {
  const {
    at,
    syns = 0,
    ok = 0,
    timeout = 0,
    sent = 0,
    isFlooding = false,
    fast = ok,
    queue = 0,
    synCookies = 0,
  } = moment
  const server = {
    config: { synCookies },
    synQueue: { length: queue, limit: 128 },
    acceptQueue: { length: 0, limit: 128 },
    counters: { SynReceived: syns, SynAckSent: syns / 10, ListenDrops: 0, SyncookiesSent: 0, PacketsIn: syns },
  }
  const connects = [
    { le: 0.0025, count: fast },
    { le: 1.9, count: ok },
    { le: null, count: ok },
  ]
  const attacker = {
    link: { state: 'ready', detail: '' },
    attacks: [{ state: isFlooding ? 'running' : 'stopped', rate: 5000, sent }],
    clients: { rate: 10, outcomes: { ok, timeout, refused: 0, reset: 0, local: 0 }, connects },
  }
  return { at, server: server as unknown as ServerState, attacker: attacker as unknown as AttackerState }
}

function historyOf(...moments: Moment[]): History {
  const history = new History()
  for (const moment of moments) history.add(sampleOf(moment))
  return history
}

describe('the history', () => {
  it('knows nothing before the first sample', () => {
    expect(new History().figures()).toBeUndefined()
  })

  it('takes rates over the last second, whenever the samples were taken', () => {
    const figures = historyOf(
      { at: 0 },
      { at: 900, syns: 0 },
      { at: 1000, syns: 100 },
      { at: 2500, syns: 1600 },
    ).figures()
    expect(figures?.synsIn).toBeCloseTo(1000, 9)
    expect(figures?.synAcksOut).toBeCloseTo(100, 9)
  })

  it('counts honest clients that came to their end within the last three seconds', () => {
    const figures = historyOf(
      { at: 0, ok: 100 },
      { at: 1000, ok: 110, timeout: 5 },
      { at: 2000, ok: 111, timeout: 10 },
      { at: 4000, ok: 112, timeout: 20 },
    ).figures()
    expect([figures?.legitSucceeded, figures?.legitEnded]).toEqual([2, 17])
  })

  it('takes the median connect time from the histogram, as an upper bound', () => {
    expect(historyOf({ at: 0 }, { at: 500, ok: 10, fast: 9 }).figures()?.connectP50).toBe(0.0025)
    expect(historyOf({ at: 0 }, { at: 500, ok: 10, fast: 4 }).figures()?.connectP50).toBe(1.9)
    expect(historyOf({ at: 0, ok: 10 }, { at: 500, ok: 10 }).figures()?.connectP50).toBeUndefined()
  })

  it('begins anew when the counters were reset', () => {
    const figures = historyOf(
      { at: 0, syns: 9000, ok: 50 },
      { at: 500, syns: 10, ok: 0 },
      { at: 1000, syns: 20, ok: 1 },
    )
    expect(figures.figures()).toMatchObject({ synsIn: 20, legitSucceeded: 1, legitEnded: 1 })
  })
})

describe('the view', () => {
  const FLOODED: readonly Moment[] = [
    { at: 0 },
    { at: 1000, syns: 5010, sent: 5000, isFlooding: true, queue: 129, ok: 2, timeout: 28 },
  ]
  const CONTEXT = {
    urls: ['page      http://127.0.0.1:8080'],
    log: ['12:00:01  server   full'],
    floodRate: 5000,
    trend: new Trend(),
    isHelpOpen: false,
  }

  it('as a screen shows the queue, the rates and the success of honest clients', () => {
    const lines = renderScreen(historyOf(...FLOODED).figures(), CONTEXT, 100, 40)
    expect(lines).toContain(`SYN queue     [${'#'.repeat(54)}] 129 (limit 128)  full`)
    expect(lines).toContain(`accept queue  [${'.'.repeat(54)}] 0 (limit 128)`)
    expect(lines).toContain('SYN cookies   0, never')
    expect(lines).toContain('flood         on, 5,000 SYN/s sent (set to 5,000 SYN/s)')
    expect(lines).toContain('SYNs in           5,010 /s     SYN-ACKs out        501 /s')
    expect(lines).toContain('honest clients, last 1 s   success 6.66 % (2 of 30)   connect p50 <= 2.5 ms')
    expect(lines).toContain('12:00:01  server   full')
  })

  /** A minute of calm, a minute of flood without cookies, a minute with. */
  function threeMinutes(): Trend {
    const trend = new Trend()
    for (let second = 0; second <= 180; second++) {
      const flooded = Math.max(0, second - 60)
      const drowned = Math.min(60, flooded)
      trend.add(
        sampleOf({
          at: second * 1000,
          syns: second * 10 + flooded * 5000,
          queue: flooded > 0 ? 129 : 0,
          ok: (second - drowned) * 10,
          timeout: drowned * 10,
        }),
      )
    }
    return trend
  }

  const FULL_LOG = Array.from({ length: 90 }, (_, i) => `12:00:${String(i % 60).padStart(2, '0')}  server   line ${i}`)
  const URLS = ['page', 'server', 'attacker', 'web', 'link'].map((name) => `${name.padEnd(8)}  http://127.0.0.1`)

  it.each([
    [80, 24],
    [120, 40],
    [200, 50],
  ])('keeps figures and keys in sight at %i x %i, and the small bars as wide as there is room', (columns, rows) => {
    const context = { ...CONTEXT, urls: URLS, log: FULL_LOG, trend: threeMinutes() }
    const figures = historyOf(...FLOODED).figures()
    const lines = renderScreen(figures, context, columns, rows)
    expect(lines.length).toBeLessThanOrEqual(rows)
    for (const line of lines) expect(line.length).toBeLessThanOrEqual(columns)
    expect(lines.slice(0, 2)).toEqual(['synlab', URLS[0]])
    expect(lines.at(-1)).toMatch(/^f flood .*q quit$/)
    const bars = (label: string): string => lines.find((line) => line.startsWith(label))?.slice(22) ?? ''
    const seconds = Math.min(180, columns - 22)
    const whole = `${'█'.repeat(60)}${'▁'.repeat(60)}${'█'.repeat(60)}`
    expect(bars('success, 0 to 100 %')).toBe(whole.slice(-seconds))
    expect(bars('SYN queue, 0 to full').at(-1)).toBe('█')
    const logged = lines.filter((line) => /^12:00:/.test(line))
    expect(logged).toEqual(logged.length === 0 ? [] : FULL_LOG.slice(-logged.length))
  })

  it('uses the room of a large terminal for the log', () => {
    const context = { ...CONTEXT, urls: URLS, log: FULL_LOG, trend: threeMinutes() }
    const logLines = (rows: number): number =>
      renderScreen(historyOf(...FLOODED).figures(), context, 120, rows).filter((line) => line.startsWith('12:00:'))
        .length
    expect(logLines(50)).toBe(logLines(40) + 10)
    expect(logLines(40)).toBeGreaterThan(5)
  })

  it('wraps what is too long, and cuts nothing', () => {
    const long = `12:00:01  server   ${'word '.repeat(40)}end`
    const lines = renderScreen(historyOf(...FLOODED).figures(), { ...CONTEXT, log: [long] }, 80, 40)
    const text = lines.join(' ').replace(/\s+/g, ' ')
    expect(text).toContain(long.replace(/\s+/g, ' '))
  })

  it('explains the keys and the words', () => {
    const lines = renderScreen(historyOf(...FLOODED).figures(), { ...CONTEXT, isHelpOpen: true }, 100, 30)
    for (const key of ['f ', 'c ', 'r ', '? ', 'q ']) expect(lines.some((line) => line.startsWith(key))).toBe(true)
    expect(lines.join('\n')).toContain('half-open entries')
  })

  it('never exceeds the screen', () => {
    const lines = renderScreen(historyOf(...FLOODED).figures(), CONTEXT, 30, 8)
    expect(lines).toHaveLength(8)
    for (const line of lines) expect(line.length).toBeLessThanOrEqual(30)
  })

  it.each([
    [60, 24],
    [40, 24],
  ])('counts wrapped lines, so that the top stays in sight: %i x %i', (columns, rows) => {
    const context = { ...CONTEXT, urls: URLS, log: FULL_LOG, trend: threeMinutes() }
    const lines = renderScreen(historyOf(...FLOODED).figures(), context, columns, rows)
    expect(lines.length).toBeLessThanOrEqual(rows)
    expect(lines.some((line) => /^SYN queue {5}(\[#+\] )?129/.test(line))).toBe(true)
    expect(lines.at(-1)).toMatch(/q quit$/)
  })

  it.each([
    [20, 5],
    [80, 3],
    [30, 8],
  ])('shows the queue first where there is room for nothing else: %i x %i', (columns, rows) => {
    const lines = renderScreen(historyOf(...FLOODED).figures(), CONTEXT, columns, rows)
    expect(lines).toHaveLength(rows)
    expect(lines[0]).toMatch(/^SYN queue/)
    expect(lines.at(-1)).toBe('? help   q quit')
  })

  it('as a line says the same', () => {
    const figures = historyOf(...FLOODED).figures()
    if (figures === undefined) throw new Error('no figures')
    expect(renderLine(figures, 7.4)).toBe(
      '7 s | SYN queue 129/128 | accept queue 0/128 | SYNs in 5010/s | SYN-ACKs out 501/s | ' +
        'success in 1 s: 6.66 % (2 of 30) | connect p50 <= 2.5 ms | cookies 0 | flood on 5000/s',
    )
  })

  it('is written to the terminal once, and again only when it has changed', () => {
    const written: string[] = []
    const screen = new Screen({ write: (text) => written.push(text), columns: 80, rows: 24 })
    screen.draw(['one', 'two'])
    screen.draw(['one', 'two'])
    screen.draw(['one', 'three'])
    expect(written).toEqual(['\x1b[Hone\x1b[K\r\ntwo\x1b[K\x1b[J', '\x1b[Hone\x1b[K\r\nthree\x1b[K\x1b[J'])
  })
})

describe('small bars', () => {
  it('are as high as their values, and blank where nothing is known', () => {
    expect(sparkline([0, 0.5, 1, Number.NaN, 2], 1)).toBe('▁▅█ █')
    expect(sparkline([0, 3], 0)).toBe('▁▁')
  })

  it('have a column for each second, also for those in which nobody was asked', () => {
    const trend = new Trend()
    for (const at of [0, 400, 1100, 4100]) trend.add(sampleOf({ at, syns: at }))
    expect(trend.seconds(10).map(({ synsPerSecond }) => Math.round(synsPerSecond))).toEqual([1000, 1000, 1000, 1000])
    expect(trend.seconds(2)).toHaveLength(2)
  })

  it('know nothing of a second in which the lab was reset', () => {
    const trend = new Trend()
    for (const [at, syns] of [
      [0, 100],
      [1000, 300],
      [2000, 5],
    ] as const)
      trend.add(sampleOf({ at, syns }))
    expect(trend.seconds(9).map(({ synsPerSecond }) => synsPerSecond)).toEqual([200, Number.NaN])
  })
})

describe('the keys', () => {
  /** Controls over a client that only writes down what it is asked. */
  function makeControls(flood = false): { controls: Controls; asked: string[]; settle: () => Promise<void> } {
    const asked: string[] = []
    const client = {
      startFlood: async (rate: number) => void asked.push(`start ${rate}`),
      stopFlood: async () => void asked.push('stop'),
      setSynCookies: async (mode: number) => void asked.push(`cookies ${mode}`),
      reset: async () => {
        throw new Error('not now')
      },
    }
    const problem = (line: string): void => void asked.push(line)
    const quit = (): void => void asked.push('quit')
    const controls = new Controls(client as unknown as LabClient, { flood, floodRate: 5000 }, problem, quit)
    const settle = async (): Promise<void> => {
      for (let i = 0; i < 20; i++) await Promise.resolve()
    }
    return { controls, asked, settle }
  }

  it('f starts the flood, and stops it when it runs', async () => {
    const { controls, asked, settle } = makeControls()
    controls.onSample(sampleOf({ at: 0 }))
    controls.onKey('f')
    controls.onSample(sampleOf({ at: 1, isFlooding: true }))
    controls.onKey('f')
    await settle()
    expect(asked).toEqual(['start 5000', 'stop'])
  })

  it('+ and - change the rate, of a running flood at once', async () => {
    const { controls, asked, settle } = makeControls()
    controls.onKey('+')
    expect(controls.floodRate).toBe(10_000)
    controls.onSample(sampleOf({ at: 1, isFlooding: true }))
    controls.onKey('-')
    controls.onKey('-')
    await settle()
    expect(asked).toEqual(['start 5000', 'start 2000'])
  })

  it('c goes through the cookie modes', async () => {
    const { controls, asked, settle } = makeControls()
    for (const synCookies of [0, 1, 2]) {
      controls.onSample(sampleOf({ at: 0, synCookies }))
      controls.onKey('c')
    }
    await settle()
    expect(asked).toEqual(['cookies 1', 'cookies 2', 'cookies 0'])
  })

  it('that are refused say so, and the next one still works', async () => {
    const { controls, asked, settle } = makeControls()
    controls.onKey('r')
    controls.onKey('f')
    await settle()
    expect(asked).toEqual(['refused  not now', 'start 5000'])
  })

  it.each(['q', '\x03', '\x04'])('%j quits', (key) => {
    const { controls, asked } = makeControls()
    controls.onKey(key)
    expect(asked).toEqual(['quit'])
  })

  it('are not needed for a flood that was asked for on the command line: it starts when the link is ready', async () => {
    const { controls, asked, settle } = makeControls(true)
    const sample = sampleOf({ at: 0 })
    const connecting = { ...sample.attacker, link: { ...sample.attacker.link, state: 'connecting' as const } }
    controls.onSample({ ...sample, attacker: connecting })
    await settle()
    expect(asked).toEqual([])
    controls.onSample(sample)
    controls.onSample(sample)
    await settle()
    expect(asked).toEqual(['start 5000'])
  })
})
