/** The hints in English. */
import type { Format } from '../i18n/format.ts'
import type { HintKey, HintValues } from './hints.ts'

export type HintCatalogue = Readonly<Record<HintKey, (values: HintValues, format: Format) => string>>

export const HINTS_EN: HintCatalogue = {
  belowHold: (v, f) =>
    `Below the hold rate: ${f.rate(v.syn)} SYN/s arrive, and it takes ${f.rate(v.hold)} to keep ${f.count(v.places)} places full. Raise the rate or lower the backlog.`,
  cookiesAreOn: () =>
    'The flood works, but cookies are on: the queue is full and nobody needs it. Set SYN cookies to 0 to see the damage.',
  cookiesOnlyAfterOverflow: () =>
    'With cookies 1 none is sent before the SYN queue is full. With 2 every SYN gets one.',
  keepAlive: () =>
    'These clients keep their connections. Who is connected no longer needs the SYN queue: only new connections feel a flood.',
  provenPeers: (v, f) =>
    `${f.percent(v.returning)} of the clients come back from addresses that the server knows: the last quarter of the queue is kept for them.`,
  sourcesAnswer: (v, f) =>
    `The sources of the flood exist and answer with RST (${f.rate(v.resets)}/s, EmbryonicRsts): each answer frees a place at once.`,
  wrongQueue: (v, f) =>
    `It is the accept queue that is full (${f.count(v.waiting)} wait), not the SYN queue. Cookies do not help; a faster program does.`,
  slowProgram: () =>
    'The program is told to be slow (time between accepts, or workers). Part of what you see is not the attack.',
  behind: (v, f) =>
    `The attacker does not keep up: ${f.percent(v.unsent)} of its packets were not sent. Lower the rate, or start more attackers.`,
  closedLoad: () =>
    'These clients wait for an answer before they ask again: the worse they are served, the less they ask, and the outage hides.',
  patient: (v, f) => `These clients wait for ${f.duration(v.connectTimeout * 1000)}: failures show only after that.`,
  noCookiesToForge: () =>
    'The server sends no cookies, so it does not look at forged ones. A flood that fills the queue, or cookies 2, opens that door.',
  crowd: () => 'A flash crowd finishes its handshakes: cookies come back, and nobody is shut out for long.',
  drowns: (v, f) =>
    `It works: all ${f.count(v.places)} places of the SYN queue are taken, and there are no cookies. Set SYN cookies to 1 to see the rescue.`,
}
