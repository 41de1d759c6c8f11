/**
 * `synlab class`: what a teacher and a student do with worksheets before they are graded.
 */
import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Command, Option } from 'commander'
import { fill, LANGUAGES, type Language, type Words } from '../checks/language.ts'
import { formText, variantLines } from '../class/answer-form.ts'
import { type AnswerKey, answerKey } from '../class/answer-key.ts'
import { initClass, readClass } from '../class/class-directory.ts'
import { variantOf } from '../class/course.ts'
import { bundleFile, FORM_FILE, makeSheetBundle, RUN_DIRECTORY } from '../class/make-bundle.ts'
import { SHEET_LETTERS, type Sheet } from '../class/sheet.ts'
import { parseLetter, SHEETS } from '../class/sheets/catalogue.ts'
import { readStudentFile } from '../class/student-file.ts'
import { formatTable } from '../report/text-table.ts'
import { UsageError } from '../usage-error.ts'
import { EXIT_OK } from './exit-code.ts'
import type { Output } from './output.ts'

interface InitFlags {
  readonly roster: string
  readonly out: string
  readonly course?: string
  readonly idColumn?: string
}

interface StudentFlags {
  readonly student: string
  readonly dir?: string
}

interface SheetFlags extends StudentFlags {
  readonly language: Language
}

interface KeyFlags {
  readonly class: string
  readonly student?: string
  readonly json?: true
}

const SHEET_ARGUMENT = `letter of the sheet: ${SHEET_LETTERS.join(', ')}`
const STUDENT_OPTION = ['--student <file>', 'the file that the teacher has given you'] as const
const DIR_OPTION = ['--dir <dir>', 'where you work on the sheet; sheet-LETTER by default'] as const

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

/** Adds the command and its parts; `finish` is told the exit status. */
export function addClassCommand(program: Command, output: Output, finish: (status: number) => void): void {
  const teaching = program
    .command('class')
    .description('Worksheets for a class: hand out variants, answer, bundle. See docs/classroom.md.')
  teaching
    .command('init')
    .description('Teacher: make a course with its secret, and a file for each student of a roster.')
    .requiredOption('--roster <csv>', 'roster as Canvas or Moodle export it, or with the columns id and name')
    .requiredOption('--out <dir>', 'directory of the course; a course that is there keeps its secret')
    .option('--course <name>', 'name of a new course')
    .option('--id-column <header>', 'column of the roster that has the ids')
    .action((flags: InitFlags) => finish(init(flags, output)))
  teaching
    .command('key')
    .description('Teacher: the answers of a sheet, for one student or all. Not for the repository.')
    .argument('<sheet>', SHEET_ARGUMENT)
    .requiredOption('--class <dir>', 'directory of the course')
    .option('--student <id>', 'only of this student')
    .option('--json', 'print JSON')
    .action(async (letter: string, flags: KeyFlags) => finish(await key(sheetOf(letter), flags, output)))
  teaching
    .command('sheet')
    .description('Student: show your variant of a sheet, and make the form for your answers.')
    .argument('<sheet>', SHEET_ARGUMENT)
    .requiredOption(...STUDENT_OPTION)
    .option(...DIR_OPTION)
    .addOption(new Option('--language <language>', 'of form and feedback').choices(LANGUAGES).default('en'))
    .action((letter: string, flags: SheetFlags) => finish(sheet(sheetOf(letter), flags, output)))
  teaching
    .command('bundle')
    .description('Student: run your variant, in virtual time, and bind run and answers into the file that you hand in.')
    .argument('<sheet>', SHEET_ARGUMENT)
    .requiredOption(...STUDENT_OPTION)
    .option(...DIR_OPTION)
    .action(async (letter: string, flags: StudentFlags) => finish(await bundle(sheetOf(letter), flags, output)))
}

function sheetOf(text: string): Sheet {
  const letter = parseLetter(text)
  if (letter === undefined) throw new UsageError(`there is no sheet "${text}"; sheets: ${SHEET_LETTERS.join(', ')}`)
  return SHEETS[letter]
}

function directoryOf({ letter }: Sheet, { dir }: StudentFlags): string {
  return dir ?? `sheet-${letter.toLowerCase()}`
}

function init({ roster, out, course: name, idColumn: idHeader }: InitFlags, { stdout }: Output): number {
  const { course, added, total } = initClass(out, { name, roster, idHeader })
  stdout.write(
    `Course ${course.name}: ${total} students, ${added.length} of them new.\n` +
      `Hand out one file of ${join(out, 'students')} to each. Keep ${join(out, 'course.json')} to yourself: it has the secret.\n`,
  )
  return EXIT_OK
}

async function key({ letter, questions }: Sheet, flags: KeyFlags, { stdout }: Output): Promise<number> {
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

function sheet(one: Sheet, flags: SheetFlags, { stdout }: Output): number {
  const { student: path, language } = flags
  const student = readStudentFile(path)
  const directory = directoryOf(one, flags)
  const form = join(directory, FORM_FILE)
  const variant = variantOf(one.letter, student.seeds[one.letter])
  const isThere = existsSync(form)
  if (!isThere) {
    try {
      mkdirSync(directory, { recursive: true })
      writeFileSync(form, formText(one, variant, language), { flag: 'wx' })
    } catch (error) {
      throw new UsageError(`${form}: cannot be written: ${(error as NodeJS.ErrnoException).code}`)
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

async function bundle(one: Sheet, flags: StudentFlags, { stdout }: Output): Promise<number> {
  const directory = directoryOf(one, flags)
  const student = readStudentFile(flags.student)
  const { open, lines, bundle: sealed } = await makeSheetBundle(directory, one, student, Date.now())
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
}
