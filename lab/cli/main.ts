/**
 * Runs one command line and turns whatever went wrong into one line on stderr and an exit status.
 */
import { type Command, CommanderError } from 'commander'
import { RunFailure, UsageError } from '../usage-error.ts'
import { EXIT_FAILURE, EXIT_OK, EXIT_USAGE } from './exit-code.ts'
import type { Output } from './output.ts'
import { makeProgram } from './program.ts'

/** Runs `synlab` with the given arguments; returns the exit status. */
export async function main(args: readonly string[], output: Output = process): Promise<number> {
  const report = (message: string, status: number): number => {
    output.stderr.write(`synlab: ${printable(message)}\n`)
    return status
  }
  let status = EXIT_OK
  const program = makeProgram(output, (result) => {
    status = result
  })
  try {
    if (args.length === 0)
      throw new UsageError('a command is missing: up, run, ss, bench, class, grade or scenarios (see synlab --help)')
    await program.parseAsync(args, { from: 'user' })
    return status
  } catch (error) {
    if (error instanceof CommanderError) {
      // Help and version were printed.
      return error.exitCode === 0 ? EXIT_OK : report(describeCommanderError(error, program), EXIT_USAGE)
    }
    if (error instanceof UsageError) return report(error.message, EXIT_USAGE)
    return report(describeFailure(error), EXIT_FAILURE)
  }
}

/** Control characters that a name or a file has put into a message must not speak to the terminal. */
function printable(message: string): string {
  return message.replaceAll(/[^\P{Cc}\n]/gu, (character) => {
    return `\\x${character.charCodeAt(0).toString(16).padStart(2, '0')}`
  })
}

/** One line: Commander's message starts with "error:" and has its hint on a second line. */
function describeCommanderError(error: CommanderError, program: Command): string {
  const text = error.message.replace(/^error: /, '').replaceAll('\n', ' ')
  const commands = program.commands.map((command) => command.name()).join(', ')
  return error.code === 'commander.unknownCommand' ? `${text}; commands: ${commands}` : `${text} (see synlab --help)`
}

/** A failure of the system (a full disk) explains itself; anything else is a bug, and the stack says where. */
function describeFailure(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  return 'syscall' in error || error instanceof RunFailure ? error.message : (error.stack ?? error.message)
}
