/**
 * `synlab grade`: its flags. What it does is in grade-action.ts.
 */
import { type Command, Option } from 'commander'
import { DEFAULT_PASS_PERCENT, FORMATS } from '../grade/grades.ts'
import type { GradeOptions } from './grade-action.ts'
import { integerParser } from './integer-parser.ts'
import type { Output } from './output.ts'

const HELP = `
Every experiment is run again from the seed of its student: a bundle whose figures were edited is refused.
Of several runs of one student only the newest counts. Points are whole numbers; a sentence earns none and is shown.

Exit status: 0 every sheet passed, 2 bad input or no bundle could be graded, 99 a sheet was not passed or a bundle refused.`

/** Adds the command; `finish` is told its exit status. */
export function addGradeCommand(program: Command, output: Output, finish: (status: number) => void): void {
  program
    .command('grade')
    .description('Grade bundles of worksheets: files, or folders of them.')
    .argument('<bundle...>', 'bundles made by "synlab class bundle", or folders with such files')
    .requiredOption('--class <dir>', 'directory of the course, made by "synlab class init"')
    .addOption(new Option('--format <format>', 'what to write').choices(FORMATS).default('table'))
    .option('--json', 'the same as --format json')
    .option('--roster <csv>', 'a newer export of the roster; canvas merges the points into it')
    .option('--id-column <header>', 'column of the roster that has the ids')
    .option('--student <id>', 'refuse bundles of anybody else')
    .option('--pass-mark <percent>', 'percent of the points that pass', integerParser(0, 100), DEFAULT_PASS_PERCENT)
    .option('--out <file>', 'write into a file')
    .option('--quiet', 'no progress')
    .addHelpText('after', HELP)
    .action(async (paths: string[], options: GradeOptions) => {
      const { gradeCommand } = await import('./grade-action.ts')
      finish(await gradeCommand(paths, options, output))
    })
}
