/**
 * `synlab class`: its parts and their flags. What they do is in class-actions.ts.
 */
import { type Command, Option } from 'commander'
import { didYouMean } from '../../catalogue/suggest.ts'
import { LANGUAGES } from '../checks/language.ts'
import { SHEET_LETTERS } from '../class/sheet.ts'
import { UsageError } from '../usage-error.ts'
import type { BundleFlags, InitFlags, KeyFlags, SheetFlags } from './class-actions.ts'
import type { Output } from './output.ts'

const PARTS = ['init', 'key', 'sheet', 'bundle']
const SHEET_ARGUMENT = `letter of the sheet: ${SHEET_LETTERS.join(', ')}`
const STUDENT_OPTION = ['--student <file>', 'the file that the teacher has given you'] as const
const DIR_OPTION = ['--dir <dir>', 'where you work on the sheet; sheet-LETTER by default'] as const

/** Adds the command and its parts; `finish` is told the exit status. */
export function addClassCommand(program: Command, output: Output, finish: (status: number) => void): void {
  const teaching = program
    .command('class')
    .description('Worksheets for a class: hand out variants, answer, bundle. See docs/classroom.md.')
    .helpCommand(false)
    .allowExcessArguments()
    .action((_options: unknown, { args: [what] }: Command) => {
      if (what === undefined) {
        throw new UsageError(`class: what to do is missing: ${PARTS.join(', ')} (see synlab class --help)`)
      }
      throw new UsageError(`class: there is no "${what}"${didYouMean(what, PARTS)}; there are: ${PARTS.join(', ')}`)
    })
  teaching
    .command('init')
    .allowExcessArguments(false)
    .description('Teacher: make a course with its secret, and a file for each student of a roster.')
    .requiredOption('--roster <csv>', 'roster as Canvas or Moodle export it, or with the columns id and name')
    .requiredOption('--out <dir>', 'directory of the course; a course that is there keeps its secret')
    .option('--course <name>', 'name of a new course')
    .option('--id-column <header>', 'column of the roster that has the ids')
    .action(async (flags: InitFlags) => finish((await actions()).init(flags, output)))
  teaching
    .command('key')
    .allowExcessArguments(false)
    .description('Teacher: the answers of a sheet, for one student or all. Not for the repository.')
    .argument('<sheet>', SHEET_ARGUMENT)
    .requiredOption('--class <dir>', 'directory of the course')
    .option('--student <id>', 'only of this student')
    .option('--json', 'print JSON')
    .action(async (letter: string, flags: KeyFlags) => finish(await (await actions()).key(letter, flags, output)))
  teaching
    .command('sheet')
    .allowExcessArguments(false)
    .description('Student: show your variant of a sheet, and make the form for your answers.')
    .argument('<sheet>', SHEET_ARGUMENT)
    .requiredOption(...STUDENT_OPTION)
    .option(...DIR_OPTION)
    .addOption(new Option('--language <language>', 'of form and feedback').choices(LANGUAGES).default('en'))
    .action(async (letter: string, flags: SheetFlags) => finish((await actions()).sheet(letter, flags, output)))
  teaching
    .command('bundle')
    .allowExcessArguments(false)
    .description('Student: run your variant and bind run and answers into the file that you hand in.')
    .argument('<sheet>', SHEET_ARGUMENT)
    .requiredOption(...STUDENT_OPTION)
    .option(...DIR_OPTION)
    .option('--live', 'run sheets C, D and E on live processes, too, which takes 40 s, and read the figures there')
    .action(async (letter: string, flags: BundleFlags) => finish(await (await actions()).bundle(letter, flags, output)))
}

/** Loaded when one is asked for. */
function actions(): Promise<typeof import('./class-actions.ts')> {
  return import('./class-actions.ts')
}
