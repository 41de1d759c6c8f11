/**
 * What the parts of `synlab class` do: those of a teacher (init, key), and those of a student (sheet, bundle).
 */
import { existsSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { fill, type Language, type Words } from '../checks/language.ts'
import { formText, variantLines } from '../class/answer-form.ts'
import { type AnswerKey, answerKey } from '../class/answer-key.ts'
import { initClass, readClass } from '../class/class-directory.ts'
import { variantOf } from '../class/course.ts'
import { LIVE_SECONDS, playLive } from '../class/live-experiment.ts'
import { bundleFile, FORM_FILE, type LiveRun, makeSheetBundle, RUN_DIRECTORY } from '../class/make-bundle.ts'
import { SHEET_LETTERS, type Sheet } from '../class/sheet.ts'
import { parseLetter, SHEETS } from '../class/sheets/catalogue.ts'
import { readStudentFile } from '../class/student-file.ts'
import { writeWholeFile } from '../files/whole-file.ts'
import { writeFault } from '../files/write-failure.ts'
import { formatTable } from '../report/text-table.ts'
import { UsageError } from '../usage-error.ts'
import { EXIT_OK, exitCodeOfSignal } from './exit-code.ts'
import type { Output } from './output.ts'

export interface InitFlags {
  readonly roster: string
  readonly out: string
  readonly course?: string
  readonly idColumn?: string
}

interface StudentFlags {
  readonly student: string
  readonly dir?: string
}

export interface BundleFlags extends StudentFlags {
  readonly live?: true
}

export interface SheetFlags extends StudentFlags {
  readonly language: Language
}

export interface KeyFlags {
  readonly class: string
  readonly student?: string
  readonly json?: true
}

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const

/** What students are told, in the language of their sheet. */
const STUDENT_WORDS = {
  questions: { en: 'Questions: {text}', 'zh-CN': '题目：{text}' },
  formMade: { en: 'Answer in {form}, predictions first.', 'zh-CN': '请在 {form} 中作答，先填预测。' },
  formThere: { en: 'Your answers are in {form}, as they were.', 'zh-CN': '你的答案仍在 {form} 中，没有改动。' },
  look: {
    en: 'Look at {directory}: capture.pcapng opens in Wireshark, and there is more beside it.',
    'zh-CN': '请看 {directory}：capture.pcapng 可用 Wireshark 打开，旁边还有其他文件。',
  },
  complete: { en: 'Every question has an answer.', 'zh-CN': '所有题目都已作答。' },
  open: {
    en: 'Without an answer: {ids}. Answer them and run this again.',
    'zh-CN': '还没有作答：{ids}。填好后再运行一次本命令。',
  },
  handIn: { en: 'Hand in {file} (run {run}).', 'zh-CN': '请提交 {file}（运行编号 {run}）。' },
} as const satisfies Record<string, Words>

function sheetOf(text: string): Sheet {
  const letter = parseLetter(text)
  if (letter === undefined) throw new UsageError(`there is no sheet "${text}"; sheets: ${SHEET_LETTERS.join(', ')}`)
  return SHEETS[letter]
}

function directoryOf({ letter }: Sheet, { dir }: StudentFlags): string {
  return dir ?? `sheet-${letter.toLowerCase()}`
}

/** Each returns the exit status, and throws UsageError before anything is written. */
export function init({ roster, out, course: name, idColumn: idHeader }: InitFlags, { stdout }: Output): number {
  const { course, added, total } = initClass(out, { name, roster, idHeader })
  stdout.write(
    `Course ${course.name}: ${total} students, ${added.length} of them new.\n` +
      `Hand out one file of ${join(out, 'students')} to each. Keep ${join(out, 'course.json')} to yourself: it has the secret.\n`,
  )
  return EXIT_OK
}

export async function key(text: string, flags: KeyFlags, { stdout }: Output): Promise<number> {
  const { letter, questions } = sheetOf(text)
  const { course, roster } = readClass(flags.class)
  const wanted = roster.students.filter(({ id }) => flags.student === undefined || id === flags.student)
  if (wanted.length === 0) {
    throw new UsageError(`--student ${flags.student}: is not on the roster (${roster.idHeader})`)
  }
  const keys: AnswerKey[] = []
  for (const { id } of wanted) keys.push(await answerKey(course, letter, id))
  if (flags.json) {
    stdout.write(`${JSON.stringify(keys, null, 2)}\n`)
    return EXIT_OK
  }
  const ids = questions.filter(({ kind }) => kind !== 'sentence').map(({ id }) => id)
  const columns = [
    { title: 'student', align: 'left' as const },
    ...ids.map((title) => ({ title, align: 'right' as const })),
  ]
  const rows = keys.map(({ student, answers }) => [student, ...ids.map((id) => String(answers[id]))])
  stdout.write(`${formatTable(columns, rows).join('\n')}\n`)
  return EXIT_OK
}

export function sheet(letter: string, flags: SheetFlags, { stdout }: Output): number {
  const one = sheetOf(letter)
  const { student: path, language } = flags
  const student = readStudentFile(path)
  const directory = directoryOf(one, flags)
  const form = join(directory, FORM_FILE)
  const variant = variantOf(one.letter, student.seeds[one.letter])
  const isThere = existsSync(form)
  if (!isThere) {
    try {
      mkdirSync(directory, { recursive: true })
      writeWholeFile(form, formText(one, variant, language))
    } catch (error) {
      throw new UsageError(`${form}: ${writeFault(error)}`)
    }
  }
  const text = `docs/worksheets/${language}/${one.text}.md`
  stdout.write(
    [
      `${one.letter} ${one.title[language]}: ${student.student}, ${student.course}`,
      ...variantLines(one, variant, language).map((line) => `  ${line}`),
      fill(STUDENT_WORDS.questions, { text }, language),
      fill(isThere ? STUDENT_WORDS.formThere : STUDENT_WORDS.formMade, { form }, language),
      '',
    ].join('\n'),
  )
  return EXIT_OK
}

export async function bundle(letter: string, flags: BundleFlags, { stdout, stderr }: Output): Promise<number> {
  const one = sheetOf(letter)
  const directory = directoryOf(one, flags)
  const student = readStudentFile(flags.student)
  const interruption = new AbortController()
  const interrupt = (signal: (typeof SIGNALS)[number]): void => interruption.abort(signal)
  const live: LiveRun = (traffic) =>
    playLive(traffic, {
      ...LIVE_SECONDS,
      signal: interruption.signal,
      onPage: (url) => stderr.write(`live: ${url}\n`),
    })
  for (const signal of SIGNALS) process.on(signal, interrupt)
  try {
    const made = await makeSheetBundle(directory, one, student, Date.now(), flags.live ? live : undefined)
    if (made === undefined) return exitCodeOfSignal(interruption.signal.reason)
    const { open, lines, bundle: sealed } = made
    const { language, run } = sealed
    stdout.write(
      [
        ...lines,
        '',
        fill(STUDENT_WORDS.look, { directory: join(directory, RUN_DIRECTORY) }, language),
        fill(open.length === 0 ? STUDENT_WORDS.complete : STUDENT_WORDS.open, { ids: open.join(', ') }, language),
        fill(STUDENT_WORDS.handIn, { file: join(directory, bundleFile(one, student)), run: run.id }, language),
        '',
      ].join('\n'),
    )
    return EXIT_OK
  } finally {
    for (const signal of SIGNALS) process.removeListener(signal, interrupt)
  }
}
