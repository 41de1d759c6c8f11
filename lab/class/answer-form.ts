/**
 * The form in which a student answers: a YAML file with one line a question. Made empty by `synlab class sheet`, read by
 * `synlab class bundle`.
 */
import { LineCounter } from 'yaml'
import { didYouMean } from '../../catalogue/suggest.ts'
import { fill, LANGUAGES, type Language, type Words } from '../checks/language.ts'
import { isMapping } from '../scenario/path.ts'
import { areYamlProblems, readYaml } from '../scenario/yaml-text.ts'
import { UsageError } from '../usage-error.ts'
import { readText } from './json-file.ts'
import type { Question, Sheet, Variant } from './sheet.ts'

/** By question; a question without an answer has no entry. */
export type Answers = Readonly<Record<string, number | string>>

export interface Form {
  readonly language: Language
  readonly answers: Answers
}

/** Longest sentence, characters. */
const SENTENCE_MAX = 2000

const WORDS = {
  heading: { en: 'Sheet {letter}: {title}', 'zh-CN': '实验单 {letter}：{title}' },
  variant: { en: 'Your variant:', 'zh-CN': '你的参数：' },
  text: { en: 'The questions: {file}', 'zh-CN': '题目：{file}' },
  order: {
    en: 'Fill in {first} before the first run, {last} before the change is run; a prediction stays as it was made.',
    'zh-CN': '第一次运行之前填 {first}，运行“改动”之前填 {last}；预测一旦做出就不能再改。',
  },
  prediction: { en: 'a prediction: a number', 'zh-CN': '预测：一个数' },
  reading: { en: 'a reading: a number', 'zh-CN': '读数：一个数' },
  word: { en: 'one of {words}', 'zh-CN': '从中选一个：{words}' },
  sentence: { en: 'one or two sentences, in quotation marks', 'zh-CN': '一两句话，写在引号里' },
} as const satisfies Record<string, Words>

/** What the letters of a variant mean, one line each. */
export function variantLines(sheet: Sheet, variant: Variant, language: Language): string[] {
  return Object.entries(variant).map(([letter, value]) => `${letter} = ${value}  ${sheet.letters[letter]?.[language]}`)
}

/** Ids of the predictions that have to stand before so much of the experiment is run. */
export function predictionsOf(sheet: Sheet, part: Question['part']): string[] {
  return sheet.questions.filter((one) => one.kind === 'prediction' && one.part === part).map(({ id }) => id)
}

/** An empty form. */
export function formText(sheet: Sheet, variant: Variant, language: Language): string {
  const say = (words: Words, values: Record<string, string> = {}): string => fill(words, values, language)
  const order = {
    first: predictionsOf(sheet, 'main').join(', '),
    last: predictionsOf(sheet, 'whole').join(', '),
  }
  const comments = [
    say(WORDS.heading, { letter: sheet.letter, title: sheet.title[language] }),
    say(WORDS.variant),
    ...variantLines(sheet, variant, language).map((line) => `  ${line}`),
    say(WORDS.text, { file: `docs/worksheets/${language}/${sheet.text}.md` }),
    say(WORDS.order, order),
  ]
  const lines = sheet.questions.map((question) => {
    const words = question.kind === 'word' ? { words: question.words.join(', ') } : {}
    return `${question.id}:  # ${say(WORDS[question.kind], words)}`
  })
  return [...comments.map((line) => `# ${line}`), `language: ${language}`, '', ...lines, ''].join('\n')
}

/** The answers of a form. Throws UsageError at the first line that cannot be an answer. */
export function readForm(path: string, sheet: Sheet): Form {
  const lines = new LineCounter()
  const read = readYaml(readText(path), lines)
  if (areYamlProblems(read)) {
    const [{ begin, what } = { begin: 0, what: '' }] = read
    const { line, col } = lines.linePos(begin)
    throw new UsageError(`${path}:${line}:${col}: ${what}`)
  }
  const { value } = read
  if (!isMapping(value)) throw new UsageError(`${path}: is no form of answers; make one with "synlab class sheet"`)
  const { language, ...given } = value
  if (!LANGUAGES.some((one) => one === language)) {
    throw new UsageError(`${path}: language: ${String(language)} is not allowed: one of ${LANGUAGES.join(', ')}`)
  }
  const ids = sheet.questions.map(({ id }) => id)
  const answers: Record<string, number | string> = {}
  for (const [id, answer] of Object.entries(given)) {
    const question = sheet.questions.find((one) => one.id === id)
    if (question === undefined) {
      throw new UsageError(`${path}: unknown question ${id}${didYouMean(id, ids)}; allowed: ${ids.join(', ')}`)
    }
    if (answer === null || answer === '') continue
    answers[id] = checkAnswer(path, question, answer)
  }
  return { language: language as Language, answers }
}

function checkAnswer(path: string, question: Question, answer: unknown): number | string {
  const refuse = (allowed: string): never => {
    throw new UsageError(`${path}: ${question.id}: ${JSON.stringify(answer)} is not allowed: ${allowed}`)
  }
  switch (question.kind) {
    case 'word':
      return findWord(question.words, answer) ?? refuse(`one of ${question.words.join(', ')}`)
    case 'sentence':
      if (typeof answer === 'string' && answer.length <= SENTENCE_MAX) return answer
      return refuse(`a text of at most ${SENTENCE_MAX} characters`)
    default:
      if (typeof answer === 'number' && Number.isFinite(answer)) return answer
      return refuse('a number, without separators and without a unit')
  }
}

/** The word that is meant, whatever its case. */
function findWord(words: readonly string[], answer: unknown): string | undefined {
  const text = String(answer).trim().toLowerCase()
  return words.find((word) => word.toLowerCase() === text)
}
