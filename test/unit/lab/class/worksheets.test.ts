/**
 * The texts of the worksheets against the lab: every question is there, the languages say the same, every number in an
 * example is what the experiment shows, and who reasons as the text tells predicts well enough.
 */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { completeClients } from '../../../../attacker/clients/client-spec.ts'
import { LANGUAGES, type Language } from '../../../../lab/checks/language.ts'
import { SHEET_LETTERS, type Sheet, type SheetLetter, type Variant } from '../../../../lab/class/sheet.ts'
import { SHEETS } from '../../../../lab/class/sheets/catalogue.ts'
import { PHASES } from '../../../../lab/class/sheets/traffic.ts'
import { gradeAnswer } from '../../../../lab/grade/grade-answer.ts'
import { packageRoot } from '../../../../lab/package-root.ts'
import { Storyteller } from '../../../../lab/stories/storyteller.ts'
import { spoofedSyn } from '../../../../lab/stories/syn-timeout.ts'
import { COOKIE_MSS } from '../../../../server/listener/syn-cookies.ts'
import { Prng } from '../../../../tcpip/base/prng.ts'
import { SECOND } from '../../../../tcpip/base/time.ts'
import { TIME_WAIT_LENGTH } from '../../../../tcpip/connection/close.ts'
import { packetLength } from '../../../../tcpip/wire/codec.ts'

function textOf({ text }: Sheet, language: Language): string {
  return readFileSync(join(packageRoot(), 'docs', 'worksheets', language, `${text}.md`), 'utf8')
}

/** What has to be the same in every language: commands, filters, names, file names. */
function codeIn(text: string): string[] {
  const blocks = [...text.matchAll(/```\n(.*?)```/gs)].map(([, code = '']) => code)
  const inline = [...text.replaceAll(/```\n.*?```/gs, '').matchAll(/`([^`]+)`/g)].map(([, code = '']) => code)
  return [...blocks.map((code) => code.replace(' --language zh-CN', '')), ...inline.toSorted()]
}

/** The variant of the example, and its answers by question. */
function exampleIn(text: string): { variant: Variant; answers: Record<string, number> } {
  const section = text.split('\n## ').find((part) => /^(An example|示例)/.test(part)) ?? ''
  const variant = Object.fromEntries([...section.matchAll(/\b(\w) = (\d+)/g)].map(([, key, n]) => [key, Number(n)]))
  const cells = (line = ''): string[] =>
    line
      .split('|')
      .slice(2, -1)
      .map((cell) => cell.trim())
  const [head, , row] = section.split('\n').filter((line) => line.startsWith('|'))
  return { variant, answers: Object.fromEntries(cells(head).map((id, index) => [id, Number(cells(row)[index])])) }
}

describe.each(SHEET_LETTERS)('sheet %s', (letter) => {
  const sheet = SHEETS[letter]

  it.each(LANGUAGES)('asks every question once, in %s', (language) => {
    const text = textOf(sheet, language)
    expect(text.split('\n', 1)[0]).toContain(sheet.title[language])
    const asked = [...text.matchAll(/\*\*([A-F]\d)\.\*\*/g)].map(([, id]) => id)
    expect(asked.toSorted()).toEqual(sheet.questions.map(({ id }) => id))
    expect(asked.length).toBeGreaterThanOrEqual(6)
    expect(asked.length).toBeLessThanOrEqual(8)
    for (const key of Object.keys(sheet.letters)) expect(text).toMatch(new RegExp(`\\*\\*${key}\\*\\*`))
    const minutes = Number(/(\d+) (?:minutes|分钟)/.exec(text)?.[1])
    expect(minutes).toBeGreaterThanOrEqual(30)
    expect(minutes).toBeLessThanOrEqual(45)
    const causes = text.split('\n## ').at(-1) ?? ''
    expect(causes.match(/^\d\. /gm)).toEqual(['1. ', '2. ', '3. '])
  })

  it('has the same commands, filters and names, and as many parts, in both languages', () => {
    const [english, chinese] = LANGUAGES.map((language) => textOf(sheet, language))
    expect(codeIn(chinese ?? '')).toEqual(codeIn(english ?? ''))
    const parts = (text = ''): number => text.split('\n## ').length
    expect(parts(chinese)).toBe(parts(english))
  })

  it.each(LANGUAGES)('has an example that the experiment shows, in %s', async (language) => {
    const { variant, answers } = exampleIn(textOf(sheet, language))
    expect(Object.keys(variant).toSorted()).toEqual(Object.keys(sheet.letters).toSorted())
    expect(Object.keys(answers).length).toBeGreaterThan(0)
    const { figures } = await sheet.play(variant, 1, 'main')
    for (const [id, answer] of Object.entries(answers)) {
      const question = sheet.questions.find((one) => one.id === id)
      expect(question?.kind, id).toBe('reading')
      if (question?.kind === 'reading') expect([id, answer]).toEqual([id, figures[question.figure]])
    }
  })
})

/** Percent of clients with three tries each that get one of the places which a flood leaves free, as sheet C estimates. */
function servedPercent(backlog: number, rate: number): number {
  const perTry = (backlog + 1) / 10 / (rate + 10)
  return 100 * (1 - (1 - perTry) ** 3)
}

/** Predictions of somebody who reasons as the sheet tells. */
const PREDICTIONS: Record<string, (variant: Record<string, number>) => number> = {
  A1: ({ d = 0 }) => 2 * d,
  A2: ({ d = 0 }) => 3 * d,
  A8: ({ d = 0 }) => 1000 + 2 * d,
  B1: ({ r = 0 }) => 2 ** (r + 1) - 1,
  B2: ({ r = 0 }) => r + 1,
  B8: ({ d = 0 }) => 2 * d,
  C1: ({ B = 0 }) => B + 1,
  C2: ({ B = 0, R = 0 }) => servedPercent(B, R),
  C8: ({ B = 0, R = 0 }) => servedPercent(2 * B, R),
  D1: () => 100,
  D2: ({ B = 0 }) => B + 1,
  D5: ({ m = 0 }) => Math.max(...COOKIE_MSS.filter((mss) => mss <= m)),
  D8: () => 0,
  E1: ({ B = 0 }) => B + 1,
  E2: ({ B = 0, T = 0 }) => ((B + 1) * T) / 1000,
  E8: () => 100,
  F1: ({ c = 0 }) => c * 60,
  F2: ({ c = 0, k = 1 }) => (c * 120) / k,
  F8: ({ c = 0, k = 1 }) => (c * 120) / (2 * k),
}

describe('predictions', () => {
  it.each(SHEET_LETTERS)(
    'of sheet %s are right for who reasons as the text tells, whatever the variant',
    async (letter) => {
      const sheet = SHEETS[letter]
      const predicted = sheet.questions.filter(({ kind }) => kind === 'prediction')
      for (let seed = 1; seed <= 6; seed++) {
        const variant = sheet.vary(new Prng(seed))
        const { figures } = await sheet.play(variant, seed, 'whole')
        for (const question of predicted) {
          const given = PREDICTIONS[question.id]?.(variant)
          const { points } = gradeAnswer(question, given, figures)
          expect([question.id, variant, given, points]).toEqual([question.id, variant, given, 1])
        }
      }
    },
  )

  it('name the values of the MSS that a cookie has room for', () => {
    for (const language of LANGUAGES) {
      expect(textOf(SHEETS.D, language)).toMatch(new RegExp(COOKIE_MSS.join('(?:, |、| and )')))
    }
  })
})

describe('numbers in the texts', () => {
  const numbers = (letter: SheetLetter, language: Language, pattern: RegExp): number[] =>
    (pattern.exec(textOf(SHEETS[letter], language)) ?? []).slice(1).map(Number)

  it.each([
    ['en', /(\d+) s of calm, (\d+) s of flood, (\d+) s of recovery/],
    ['zh-CN', /(\d+) 秒平静，(\d+) 秒洪泛，(\d+) 秒恢复/],
  ] as const)('are those of the phases, %s', (language, pattern) => {
    expect(numbers('C', language, pattern)).toEqual([PHASES.baseline, PHASES.attack, PHASES.recovery])
  })

  it.each([
    ['en', /one packet of (\d+) bytes/],
    ['zh-CN', /一个 (\d+) 字节的报文/],
  ] as const)('are those of the SYN of sheet B, %s', (language, pattern) => {
    const stage = new Storyteller(1).scene('syn')
    expect(numbers('B', language, pattern)).toEqual([packetLength(spoofedSyn(stage, 0))])
  })

  it.each([
    ['en', /Linux after (\d+) s/],
    ['zh-CN', /Linux 里是 (\d+) 秒/],
  ] as const)('are those of TIME-WAIT, %s', (language, pattern) => {
    expect(numbers('F', language, pattern)).toEqual([TIME_WAIT_LENGTH / SECOND])
  })

  it.each([
    ['en', /gives up after (\d+) s/],
    ['zh-CN', /(\d+) 秒后放弃/],
  ] as const)('are those of an honest client, %s', (language, pattern) => {
    const clients = completeClients({ mode: 'open', rate: 5 })
    expect('connectTimeout' in clients && numbers('C', language, pattern)).toEqual([
      'connectTimeout' in clients && clients.connectTimeout,
    ])
  })
})
