/**
 * The form of answers: empty it has a line a question; filled in it is read with one clear error at the first bad line.
 */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { LANGUAGES } from '../../../../lab/checks/language.ts'
import { formText, readForm } from '../../../../lab/class/answer-form.ts'
import { SHEETS } from '../../../../lab/class/sheets/catalogue.ts'
import { temporaryDirectory } from '../../../support/processes/lab-cli.ts'

const SHEET = SHEETS.C

function read(text: string): ReturnType<typeof readForm> {
  const path = join(temporaryDirectory(), 'answers.yaml')
  writeFileSync(path, text)
  return readForm(path, SHEET)
}

describe('a form', () => {
  it.each(LANGUAGES)('is made empty, and read as empty, in %s', (language) => {
    const text = formText(SHEET, { B: 40, R: 80 }, language)
    expect(text).toContain('B = 40')
    expect(text).toContain(`docs/worksheets/${language}/c-flood.md`)
    expect(read(text)).toEqual({ language, answers: {} })
  })

  it('is read: numbers, words in either case, a sentence', () => {
    const { answers } = read('language: en\nC1: 41\nC2: 12.5\nC5: listendrops\nC7: "It waits: always."\n')
    expect(answers).toEqual({ C1: 41, C2: 12.5, C5: 'ListenDrops', C7: 'It waits: always.' })
  })

  it.each([
    [
      'C1: 41 requests',
      'answers.yaml: C1: "41 requests" is not allowed: a number, without separators and without a unit',
    ],
    ['C1: .inf', 'C1: null is not allowed: a number'],
    ['C5: ListenDrop', 'C5: "ListenDrop" is not allowed: one of ListenDrops, ListenOverflows'],
    ['C7: [a]', 'C7: ["a"] is not allowed: a text of at most 2000 characters'],
    ['C11: 4', 'unknown question C11 (did you mean "C1"?); allowed: C1, C2, C3, C4, C5, C6, C7, C8'],
    ['C1: "', 'answers.yaml:3:1: not valid YAML: Missing closing "quote'],
    ['C1: *nine', 'answers.yaml:2:5: not valid YAML: *nine has no anchor &nine before it'],
  ])('is refused: %s', (line, message) => {
    expect(() => read(`language: en\n${line}\n`)).toThrow(message)
  })

  it('is refused without a language that there is', () => {
    expect(() => read('language: de\n')).toThrow('language: de is not allowed: one of en, zh-CN')
    expect(() => read('just text')).toThrow('is no form of answers; make one with "synlab class sheet"')
  })
})
