/** What the page says: numbers, links, and that every word stands in a catalogue. */
import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { ATTACK_CATALOGUE, ATTACK_KINDS, parametersOf } from '../../../../attacker/traffic/attack-catalogue.ts'
import { CONTROLS } from '../../../../dashboard/web/controls/strings.ts'
import { makeFormat } from '../../../../dashboard/web/i18n/format.ts'
import { chooseLanguage, LANGUAGES } from '../../../../dashboard/web/i18n/language.ts'
import { phrase, plainText } from '../../../../dashboard/web/i18n/phrase.ts'
import { formatDeepLink, parseDeepLink } from '../../../../dashboard/web/links/deep-link.ts'
import { SERVER_DEFAULTS } from '../../../../server/app/server-config.ts'

const WEB = fileURLToPath(new URL('../../../../dashboard/web/', import.meta.url))

describe('numbers', () => {
  const en = makeFormat('en', 'wall')
  const zh = makeFormat('zh-CN', 'virtual')
  const plain = (text: string) => text.replaceAll('\u00a0', ' ')

  it('are written as the language writes them, with a dash for what is not known', () => {
    expect(en.count(5009)).toBe('5,009')
    expect([en.rate(0), en.rate(4.26), en.rate(9.97), en.rate(5008.6)]).toEqual(['0', '4.3', '10', '5,009'])
    expect([0.42, 3.217, 60_000, 119_000, 600_000].map((ms) => plain(en.duration(ms)))).toEqual([
      '0.42 ms',
      '3.22 ms',
      '60 s',
      '119 s',
      '10 min',
    ])
    expect(plain(zh.duration(1500))).toBe('1.5 秒')
    expect(plain(en.bytes(5676))).toBe('5.54 KiB')
    expect([en.count(Number.NaN), en.duration(Number.NaN), en.percent(Number.NaN)]).toEqual(['–', '–', '–'])
  })

  it('never round all or nothing', () => {
    expect([0, 0.001, 0.5, 0.999, 1].map((share) => en.percent(share))).toEqual(['0%', '1%', '50%', '99%', '100%'])
  })

  it('tell virtual time in seconds since the start', () => {
    expect(plain(zh.clock(90_500))).toBe('90.5 秒')
  })
})

describe('a link', () => {
  const views = ['control-room', 'states'] as const
  const spans = [60_000, 120_000]

  it('is read as it was written', () => {
    const link = {
      view: 'states',
      moment: 1_764_284_400_123,
      span: 120_000,
      language: 'zh-CN',
      lesson: 'flood',
      others: { run: 'x' },
    } as const
    expect(parseDeepLink(formatDeepLink(link), views, spans)).toEqual({
      ...link,
      unknownView: undefined,
      badMoment: undefined,
      unknownSpan: undefined,
      unknownLanguage: undefined,
    })
  })

  it('that leads nowhere says so and changes nothing', () => {
    expect(parseDeepLink('#nowhere?t=soon&span=7&lang=fr', views, spans)).toEqual({
      view: undefined,
      unknownView: 'nowhere',
      moment: undefined,
      badMoment: 'soon',
      span: undefined,
      unknownSpan: '7',
      language: undefined,
      unknownLanguage: 'fr',
      lesson: undefined,
      others: {},
    })
    expect(parseDeepLink('', views, spans)).toMatchObject({ view: undefined, unknownView: undefined })
  })
})

describe('the catalogues', () => {
  it('speak the language that a browser asks for first', () => {
    expect(chooseLanguage(['fr', 'zh-TW', 'en'])).toBe('zh-CN')
    expect(chooseLanguage(['en-GB', 'zh'])).toBe('en')
    expect(chooseLanguage(['fr'])).toBe('en')
  })

  it('name every knob, kind and parameter of the lab', () => {
    for (const language of LANGUAGES) {
      const { knobs, kinds, parameters } = CONTROLS[language]
      expect(Object.keys(knobs)).toEqual(expect.arrayContaining(Object.keys(SERVER_DEFAULTS)))
      expect(Object.keys(kinds).sort()).toEqual([...ATTACK_KINDS].sort())
      const wanted = ATTACK_KINDS.flatMap((kind) => Object.keys(parametersOf(kind)))
      expect(Object.keys(parameters)).toEqual(expect.arrayContaining(wanted))
    }
    expect(Object.keys(ATTACK_CATALOGUE)).toHaveLength(ATTACK_KINDS.length)
  })

  it('say in Chinese what the English page takes from the lab', () => {
    const { kinds, knobs } = CONTROLS['zh-CN']
    for (const { label, about } of [...Object.values(kinds), ...Object.values(knobs)]) {
      expect(about, label).toMatch(/[\u4e00-\u9fff]/)
    }
  })

  it('hold all words: no component has text of its own', () => {
    const files = readdirSync(WEB, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.tsx'))
    expect(files.length).toBeGreaterThan(15)
    const found = files.flatMap((file) => {
      const source = readFileSync(WEB + file, 'utf8')
      // Text between tags, and the attributes that people read or hear.
      const between = source.match(/>\s*[A-Za-z\u4e00-\u9fff][A-Za-z\u4e00-\u9fff ,.!?]+\s*<\//g) ?? []
      const attributes = source.match(/\b(?:aria-label|title|placeholder|alt)="[^"]*"/g) ?? []
      return [...between, ...attributes].map((text) => `${file}: ${text.trim()}`)
    })
    expect(found).toEqual(['app/header.tsx: >synlab</'])
  })

  it('put a phrase together in its order', () => {
    expect(plainText(phrase`a ${{ role: 'honest', text: 'b' }} c ${'d'}`)).toBe('a b c d')
  })
})
