/** Each case of the sentence, in both languages, from what a lab would tell. */
import { describe, expect, it } from 'vitest'
import type { SourceStatus } from '../../../../dashboard/contract/source.ts'
import { makeFormat } from '../../../../dashboard/web/i18n/format.ts'
import { LANGUAGES } from '../../../../dashboard/web/i18n/language.ts'
import { plainText } from '../../../../dashboard/web/i18n/phrase.ts'
import { SENTENCES } from '../../../../dashboard/web/sentence/catalogues.ts'
import { chooseSentence, type SentenceKey } from '../../../../dashboard/web/sentence/sentence.ts'
import type { AttackSpan } from '../../../../dashboard/web/store/attack-spans.ts'
import type { HonestSituation, ServerSituation, Situation } from '../../../../dashboard/web/store/situation.ts'

const LIVE: SourceStatus = { kind: 'live' }

interface Differences {
  readonly server?: Partial<Omit<ServerSituation, 'rates'>>
  readonly rates?: Partial<ServerSituation['rates']>
  readonly honest?: Partial<HonestSituation>
  readonly attack?: AttackSpan['kind']
}

function situation({ server, rates, honest, attack }: Differences): Situation {
  return {
    at: 60_000,
    server: {
      synLength: 0,
      synLimit: 128,
      acceptLength: 0,
      acceptLimit: 128,
      established: 0,
      closeWait: 0,
      timeWait: 100,
      synCookies: 0,
      synAckRetries: 5,
      acceptInterval: 0,
      workers: 0,
      synGrowth: 0,
      ...server,
      rates: {
        syn: 10,
        stored: 10,
        cookiesSent: 0,
        cookiesValid: 0,
        cookiesFailed: 0,
        dropped: 0,
        overflows: 0,
        expired: 0,
        evicted: 0,
        embryonicResets: 0,
        ...rates,
      },
    },
    honest: { ended: 97, ok: 97, rate: 10, inFlight: 0, connectP50: 2.5, connectP99: 9, ...honest },
    attacks:
      attack === undefined
        ? []
        : [{ attacker: 'a', id: 1, kind: attack, rate: 5000, from: 0, to: undefined, view: {} as AttackSpan['view'] }],
  }
}

const FULL = { synLength: 129 }
const FLOODED = { syn: 5009, stored: 15, dropped: 4998 }
const COOKIES = { syn: 5009, cookiesSent: 4998, cookiesValid: 10 }

const CASES: readonly (readonly [SentenceKey, Differences, inEnglish: string])[] = [
  ['calm', {}, 'All is calm: 97 of 97'],
  ['noClients', { honest: { ended: 0, ok: 0, rate: 0 } }, 'no honest client asks'],
  [
    'filling',
    { server: { synLength: 40, synGrowth: 89 }, rates: { stored: 100, syn: 100 }, attack: 'syn-flood' },
    'full in 1 s',
  ],
  ['drowned', { server: FULL, rates: FLOODED, honest: { ok: 0 }, attack: 'syn-flood' }, 'Nobody new gets in: 0 of 97'],
  ['drowned', { server: FULL, rates: FLOODED, honest: { ok: 3 }, attack: 'syn-flood' }, 'Most are kept out: 3 of 97'],
  ['pressed', { server: FULL, rates: FLOODED, honest: { ok: 90 }, attack: 'syn-flood' }, '129 of 128 places. 90 of 97'],
  [
    'evicting',
    { server: FULL, rates: { ...FLOODED, dropped: 0, evicted: 4990 }, honest: { ok: 45 }, attack: 'syn-flood' },
    'Each new SYN takes the place of another: 45 of 97',
  ],
  [
    'saved',
    { server: FULL, rates: COOKIES, attack: 'syn-flood' },
    'everybody gets in: 97 of 97 in 10 s, by 4,998 cookies/s',
  ],
  [
    'rescuing',
    { server: FULL, rates: COOKIES, honest: { ok: 40 }, attack: 'syn-flood' },
    'Cookies open the door: 10 a second come back valid. Of the connections that ended in 10 s, 40 of 97 were served.',
  ],
  [
    'saved',
    { server: FULL, rates: COOKIES, honest: { ok: 96 }, attack: 'syn-flood' },
    'nearly everybody gets in: 96 of 97',
  ],
  [
    'acceptSlow',
    { server: { ...FULL, acceptLength: 78 }, rates: COOKIES, honest: { ok: 40 }, attack: 'syn-flood' },
    'the program is slow: 78 wait for accept(), 40 of 97 were served',
  ],
  ['acceptSlow', { server: { acceptLength: 78 }, honest: { ok: 40 } }, 'the program is slow: 78 wait'],
  [
    'crowd',
    { server: FULL, rates: { ...COOKIES, cookiesValid: 4900 }, attack: 'flash-crowd' },
    '98% of the cookies come back',
  ],
  ['forged', { rates: { cookiesFailed: 2000 }, attack: 'ack-flood' }, '2,000 forged cookies/s'],
  ['cookiesOnly', { server: { synCookies: 2 }, rates: { cookiesSent: 10 } }, 'every SYN gets a cookie, 10 a second'],
  ['acceptFull', { server: { acceptLength: 129 }, rates: { overflows: 12 } }, '129 of 128 wait for accept()'],
  [
    'outOfPlaces',
    { server: { workers: 8, acceptLength: 5, established: 8 }, honest: { ok: 20 } },
    'All 8 workers are taken',
  ],
  [
    'belowHold',
    { server: { synLength: 60 }, rates: { syn: 12, stored: 12 }, attack: 'low-and-slow' },
    'Too slow to hurt: 12 SYN/s',
  ],
  [
    'shrugged',
    { rates: { syn: 5009, stored: 5000, embryonicResets: 5000 }, attack: 'syn-flood' },
    '5,009 SYN/s arrive and nobody suffers',
  ],
  [
    'shrugged',
    { rates: { syn: 5009, stored: 5000, embryonicResets: 5000 }, honest: { ok: 96 }, attack: 'syn-flood' },
    '5,009 SYN/s arrive and hardly anybody suffers',
  ],
  ['closeWait', { server: { closeWait: 40 } }, '40 connections are in CLOSE-WAIT'],
  ['timeWait', { server: { timeWait: 5000 } }, '5,000 sockets are in TIME-WAIT'],
  ['draining', { server: { synLength: 90 }, rates: { expired: 15 } }, 'the queue empties: 90 of 128'],
  ['failing', { honest: { ok: 30 } }, 'Only 30 of 97'],
]

describe('the sentence', () => {
  it.each(CASES)('%s', (key, differences, inEnglish) => {
    const sentence = chooseSentence({
      status: LIVE,
      isServerThere: true,
      isAttackerThere: true,
      situation: situation(differences),
    })
    expect(sentence.key).toBe(key)
    if (!('values' in sentence)) throw new Error('a sentence without values')
    for (const language of LANGUAGES) {
      const format = makeFormat(language, 'wall')
      const { headline, why } = SENTENCES[language][sentence.key]
      const said = plainText(headline(sentence.values, format)).replaceAll('\u00a0', ' ')
      if (language === 'en') expect(said).toContain(inEnglish)
      for (const text of [said, why(sentence.values, format)]) expect(text).not.toMatch(/NaN|undefined|Infinity|–/)
    }
  })

  it('has a test for every case', () => {
    const { connecting, silent, serverGone, attackerGone, unknown, ...others } = SENTENCES.en
    expect(new Set(CASES.map(([key]) => key))).toEqual(new Set(Object.keys(others)))
    expect([connecting, silent, serverGone, attackerGone, unknown]).not.toContain(undefined)
  })

  it('names the counter that says so', () => {
    const counters: Partial<Record<SentenceKey, string>> = {
      drowned: 'TCPReqQFullDrop',
      saved: 'SyncookiesSent',
      evicting: 'HalfOpenEvicted',
      forged: 'SyncookiesFailed',
      acceptFull: 'ListenOverflows',
      calm: 'SynReceived',
    }
    for (const [key, differences] of CASES) {
      const counter = counters[key]
      if (counter === undefined) continue
      const sentence = chooseSentence({
        status: LIVE,
        isServerThere: true,
        isAttackerThere: true,
        situation: situation(differences),
      })
      if (!('values' in sentence)) throw new Error('a sentence without values')
      for (const language of LANGUAGES) {
        expect(SENTENCES[language][key].why(sentence.values, makeFormat(language, 'wall'))).toContain(counter)
      }
    }
  })

  it('says first what keeps it from knowing', () => {
    const calm = situation({})
    const nothing = { ...calm, server: undefined, honest: undefined }
    const of = (input: Partial<Parameters<typeof chooseSentence>[0]>) =>
      chooseSentence({ status: LIVE, isServerThere: true, isAttackerThere: true, situation: calm, ...input }).key
    expect(of({ status: { kind: 'silent', since: 5 } })).toBe('silent')
    expect(of({ isServerThere: false })).toBe('serverGone')
    expect(of({ status: { kind: 'connecting' }, situation: nothing })).toBe('connecting')
    expect(of({ situation: nothing })).toBe('unknown')
    expect(of({ isAttackerThere: false, situation: { ...calm, honest: undefined } })).toBe('attackerGone')
    expect(of({ isAttackerThere: false, situation: calm })).toBe('attackerGone')
    expect(of({ situation: { ...calm, honest: undefined } })).toBe('unknown')
  })
})
