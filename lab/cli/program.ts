/**
 * The command line: commands, flags, help texts. What a command does is in its own file, loaded when it is asked for.
 */
import { Command } from 'commander'
import { didYouMean } from '../../catalogue/suggest.ts'
import { packageVersion } from '../../control/package-info.ts'
import { UsageError } from '../usage-error.ts'
import { addBenchCommand } from './bench-command.ts'
import { addClassCommand } from './class-command.ts'
import { addCompletion } from './completion.ts'
import { addGradeCommand } from './grade-command.ts'
import { integerParser } from './integer-parser.ts'
import type { Output } from './output.ts'
import type { RunOptions } from './run-options.ts'
import { addSsCommand } from './ss-command.ts'
import { addUpCommand } from './up-command.ts'

const EXIT_STATUSES = `
Exit status: 0 ok, 1 something broke, 2 usage or bad input, 99 a threshold of the scenario (or a claim of the story) failed.`

/** The program; `finish` is told the exit status of the command that ran. */
export function makeProgram(output: Output, finish: (status: number) => void): Command {
  const program = new Command('synlab')
    .description('A laboratory for SYN floods: watch a TCP server drown, and be saved by SYN cookies.')
    .version(packageVersion(), '-V, --version', 'print the version')
    .helpOption('-h, --help', 'print help')
    .helpCommand(false)
    .exitOverride()
    .configureOutput({
      writeOut: (text) => output.stdout.write(text),
      // main.ts prints errors, on one line.
      outputError: () => {},
    })
    .addHelpText('after', EXIT_STATUSES)
  addUpCommand(program, finish)
  addRunCommand(program, output, finish)
  addSsCommand(program, output, finish)
  addBenchCommand(program, output, finish)
  addClassCommand(program, output, finish)
  addGradeCommand(program, output, finish)
  program
    .command('scenarios')
    .description('List the scenarios and stories that ship with the lab.')
    .option('--json', 'print JSON')
    .action(async (options: { json?: true }) => {
      const { scenariosCommand } = await import('./scenarios-command.ts')
      finish(scenariosCommand(options.json === true, output))
    })
  addHelpCommand(program)
  addCompletion(program, output)
  return program
}

/** Commander's own says nothing of a command that there is not. */
function addHelpCommand(program: Command): void {
  program
    .command('help')
    .description('Print help, of everything or of one command.')
    .argument('[command]')
    .action((name: string | undefined) => {
      const asked = name === undefined ? program : program.commands.find((command) => command.name() === name)
      if (asked !== undefined) return asked.help()
      const names = program.commands.map((command) => command.name())
      throw new UsageError(
        `help: there is no command "${name}"${didYouMean(name ?? '', names)}; commands: ${names.join(', ')}`,
      )
    })
}

function addRunCommand(program: Command, output: Output, finish: (status: number) => void): void {
  program
    .command('run')
    .description(
      'Simulate a scenario in virtual time and compare its arms, or tell a story (synlab scenarios lists both).',
    )
    .argument('<scenario>', 'name of a scenario or story that ships with the lab, or path of a .yaml file')
    .option(
      '--seed <n>',
      'seed of everything random; a scenario has one of its own, a story has 1',
      integerParser(0, Number.MAX_SAFE_INTEGER),
    )
    .option(
      '--out <dir>',
      'write the result bundle: report.html, result.json, tables, pictures, capture.pcapng; of a story: result.json, capture.pcapng',
    )
    .option('--set <key=value>', 'change a value, e.g. listener.backlog=256; may be repeated', collect)
    .option('--victim <host>', 'attacked host of the recordings that are replayed, as ADDRESS or ADDRESS:PORT')
    .option('--json', 'print result.json instead of the table')
    .option('--quiet', 'no progress')
    .addHelpText('after', EXIT_STATUSES)
    .action(async (scenario: string, options: RunOptions) => {
      const { runCommand } = await import('./run-command.ts')
      finish(await runCommand(scenario, options, output))
    })
}

function collect(value: string, previous: readonly string[] = []): string[] {
  return [...previous, value]
}
