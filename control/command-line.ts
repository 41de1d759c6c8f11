/**
 * What the command lines of all processes have in common: help and version are printed, and whatever is wrong is one line.
 */
import { Command, CommanderError } from 'commander'
import { packageVersion } from './package-info.ts'
import { StartError } from './process.ts'

/** Commander's codes for "help or version was asked for and printed". */
const PRINTED = ['commander.helpDisplayed', 'commander.help', 'commander.version']

/** A command without options that `parseProcessArguments` can read. */
export function processCommand(name: string, about: string): Command {
  return new Command(name)
    .description(about)
    .version(packageVersion())
    .allowExcessArguments(false)
    .exitOverride()
    .configureOutput({ writeErr: () => {} })
}

/**
 * Reads `args` (without node and script) and the environment. Returns false when help or version was asked for, and has
 * been printed. Throws a StartError for anything wrong.
 */
export function parseProcessArguments(command: Command, args: readonly string[]): boolean {
  try {
    command.parse(args, { from: 'user' })
    return true
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error
    if (PRINTED.includes(error.code)) return false
    throw new StartError(error.message.replace(/^error: /, '').replaceAll('\n', ' '))
  }
}
