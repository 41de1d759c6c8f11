import { describe, expect, it } from 'vitest'
import { openingPage } from '../../../../server/web/opening-page.ts'
import { MILLISECOND } from '../../../../tcpip/base/time.ts'
import type { Opening } from '../../../../tcpip/host/opening.ts'

const STORED: Opening = {
  isFromCookie: false,
  answeredAt: 1_000_000,
  precision: MILLISECOND,
  repeats: 2,
  establishedAt: 4_250_000,
  mss: 1460,
  windowScale: 7,
  sackPermitted: true,
}

const COOKIE: Opening = { ...STORED, isFromCookie: true, precision: 64 * MILLISECOND, repeats: undefined, mss: 1440 }

/** The facts of the page, by name. */
function factsOf(opening: Opening): Record<string, string> {
  const page = openingPage(opening, (now) => Date.UTC(2026, 0, 1) + now / MILLISECOND)
  return Object.fromEntries(
    [...page.matchAll(/<dt>(.*?)<\/dt><dd>(.*?)<\/dd>/g)].map(([, name, value]) => [name, value]),
  )
}

describe('the page that tells its visitor how they got in', () => {
  it('knows everything of a request that was stored', () => {
    expect(factsOf(STORED)).toEqual({
      'Your SYN came': '2026-01-01T00:00:01.000Z',
      'The handshake took': '3250.0 ms',
      'Its SYN-ACK was sent again': '2 times',
      'Until then you were': 'in the SYN queue, stored',
      'What you agreed on': 'MSS 1460 bytes; window scale 7; SACK',
    })
  })

  it('says of a cookie what it cost, and what nobody can know', () => {
    expect(factsOf(COOKIE)).toMatchObject({
      'Your SYN came': expect.stringMatching(/^2026-01-01T00:00:01\.000Z \(known to 64 ms/),
      'The handshake took': 'at most 3250.0 ms',
      'Its SYN-ACK was sent again': expect.stringMatching(/^unknown/),
      'Until then you were': expect.stringMatching(/^nowhere/),
      'What the cookie left you': expect.stringMatching(/^MSS 1440 bytes, rounded down .*; window scale 7; SACK$/),
    })
    const bare = factsOf({ ...COOKIE, answeredAt: undefined, windowScale: -1, sackPermitted: false })
    expect(bare['Your SYN came']).toMatch(/^unknown/)
    expect(bare['The handshake took']).toMatch(/^unknown/)
    expect(bare['What the cookie left you']).toMatch(/no window scaling; no SACK$/)
  })

  it('fits one segment, so that it comes through wherever anything does', () => {
    expect(openingPage(COOKIE, () => 0).length).toBeLessThan(1300)
  })
})
