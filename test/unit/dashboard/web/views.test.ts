/** Pure parts of the cookie inspector, the state map, and what is saved. */
import { describe, expect, it } from 'vitest'
import type { CookieAnatomy } from '../../../../dashboard/contract/server.ts'
import { makeReport } from '../../../../dashboard/web/export/report.ts'
import { drawRoom } from '../../../../dashboard/web/export/room-picture.ts'
import { element, text } from '../../../../dashboard/web/export/svg.ts'
import { makeFormat } from '../../../../dashboard/web/i18n/format.ts'
import { LabStore } from '../../../../dashboard/web/store/lab-store.ts'
import { rgbOf } from '../../../../dashboard/web/theme/tokens.ts'
import { CONTROL_ROOM } from '../../../../dashboard/web/views/control-room/strings.ts'
import { bitOf, flip, guessesPerHit, hex, takeApart } from '../../../../dashboard/web/views/cookie/bits.ts'
import { curveOf, EDGES, EXITS, edgeWidth, NODES } from '../../../../dashboard/web/views/states/state-map.ts'
import { SOCKET_TRANSITIONS } from '../../../../server/app/socket-transitions.ts'
import { dissectCookie, exampleSpecimen } from '../../../../server/listener/cookie-anatomy.ts'
import { COOKIE_SECRET_BYTES, SynCookies } from '../../../../server/listener/syn-cookies.ts'
import { attackerMessage, connectionsMessage, serverMessage } from '../../../support/page/lab-messages.ts'

describe('the bits of a cookie', () => {
  const parts = dissectCookie(
    new SynCookies(new Uint8Array(COOKIE_SECRET_BYTES).fill(7)),
    exampleSpecimen(125_000_000),
    undefined,
    125_000_000,
    125_000_000,
  )
  const anatomy = { ...parts, clientIsn: parts.specimen.clientIsn } as unknown as CookieAnatomy

  it('come apart into what the server put together', () => {
    const { count, index } = takeApart(parts.real, anatomy)
    expect(count).toBe(parts.count & 0xff)
    expect(index).toBe(parts.mssIndex)
  })

  it('flip, and then mean something else', () => {
    const flipped = flip(parts.real, 31)
    expect(bitOf(flipped, 31)).toBe(1 - bitOf(parts.real, 31))
    expect(flip(flipped, 31)).toBe(parts.real)
    expect(takeApart(flipped, anatomy).count).toBe((parts.count & 0xff) ^ 0x80)
    expect(takeApart(flip(parts.real, 0), anatomy).index).not.toBe(parts.mssIndex)
  })

  it('are guessed once in 2^29', () => {
    expect(guessesPerHit([536, 1300, 1440, 1460])).toBe(2 ** 29)
    expect(hex(255)).toBe('000000ff')
  })
})

describe('the state map', () => {
  it('has each state once, and only ways between them', () => {
    const states = NODES.map(({ state }) => state)
    expect(new Set(states).size).toBe(states.length)
    for (const { from, to } of EDGES) expect(states).toEqual(expect.arrayContaining([from, to]))
  })

  it('shows every way that the server counts, and no other', () => {
    const names = (ways: readonly { from: string; to: string }[]): string[] => ways.map(transitionName).sort()
    const transitionName = ({ from, to }: { from: string; to: string }): string => `${from} ${to}`
    expect(names([...EDGES, ...EXITS])).toEqual(names(SOCKET_TRANSITIONS))
  })

  it('has rates of the server’s own counts', () => {
    const store = new LabStore()
    store.apply(serverMessage(0, { transitions: { listen: { syn_recv: 10 } } }))
    store.apply(serverMessage(1000, { transitions: { listen: { syn_recv: 35 } } }))
    const { serverHistory: history } = store
    expect(history.rate(1, 'listen>syn_recv', 1000)).toBe(25)
    expect(history.rate(1, 'time_wait>close', 1000)).toBeNaN()
  })

  it('draws a way from the edge of a node to the edge of the other', () => {
    const [a, b] = NODES
    if (a === undefined || b === undefined) throw new Error('no nodes')
    const { path } = curveOf(a, b, {})
    expect(path).toMatch(/^M[\d.]+ [\d.]+Q[\d.]+ [\d.]+ [\d.]+ [\d.]+$/)
    expect(path.startsWith(`M${a.x} ${a.y}Q`)).toBe(false)
  })

  it('is wider where more passes', () => {
    const widths = [Number.NaN, 0, 1, 100, 5000, 1e9].map(edgeWidth)
    expect(widths[0]).toBe(widths[1])
    for (let i = 2; i < widths.length; i++) expect(widths[i]).toBeGreaterThanOrEqual(widths[i - 1] ?? 0)
    expect(widths.at(-1)).toBeLessThanOrEqual(9)
  })
})

describe('what is saved', () => {
  it('is escaped', () => {
    expect(text(1, 2, '<a & "b">')).toBe('<text x="1" y="2">&lt;a &amp; &quot;b&quot;&gt;</text>')
    expect(element('rect', { x: 1 / 3 })).toBe('<rect x="0.33"/>')
    const report = makeReport({
      language: 'en',
      title: '<script>',
      why: '&',
      picture: '<svg/>',
      tables: [{ title: 'T', rows: [['<b>', '1']] }],
      footer: '',
    })
    expect(report).not.toMatch(/<script>|<b>/)
    expect(report).toContain('<svg/>')
  })

  it('draws every client and every place that is known', () => {
    const store = new LabStore()
    for (let at = 0; at <= 10_000; at += 500) {
      store.apply(serverMessage(at, { syn: { length: 2 } }))
      store.apply(attackerMessage(at, { attacks: [{ elapsed: at / 1000 }] }))
    }
    const waits = [12, 1020, null].map((connectMs, i) => ({
      startedAt: 1000 * (i + 1),
      connectMs,
      totalMs: 3000,
      outcome: connectMs === null ? ('timeout' as const) : ('ok' as const),
      population: '',
    }))
    store.apply(connectionsMessage(9000, ...waits))
    const colours = ['bg', 'panel', 'line', 'ink', 'ink2', 'honest', 'hostile', 'cookie', 'free'] as const
    const tokens = Object.fromEntries(colours.map((name) => [name, `${name}-colour`])) as Record<
      (typeof colours)[number],
      string
    >
    const picture = drawRoom({
      store,
      window: { from: 0, to: 10_000 },
      headline: ['A ', { role: 'honest', text: 'true' }, ' sentence.'],
      why: 'Because.',
      frame: { kind: 'places', places: Uint8Array.of(1, 2, 0) },
      tokens,
      format: makeFormat('en', 'wall'),
      words: CONTROL_ROOM.en,
    })
    expect(picture).toContain('A true sentence.')
    expect(picture.match(/<rect[^>]*width="3"[^>]*honest-colour/g)).toHaveLength(2)
    expect(picture.match(/<path d="M[\d.]+ [\d.]+l5 5/g)).toHaveLength(1)
    expect(picture).toMatch(/free-colour/)
    expect(picture).not.toMatch(/NaN|undefined|Infinity/)
  })
})

describe('colours', () => {
  it('are read in both spellings, because a minifier writes the shorter one', () => {
    expect(rgbOf('#ffa24a')).toEqual([255, 162, 74])
    expect(rgbOf('#fff')).toEqual([255, 255, 255])
  })
})
