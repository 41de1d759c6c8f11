/**
 * What the command lines of all processes have in common: options that several of them have, help and version that are
 * printed, and one line for whatever is wrong.
 */
import { Command, CommanderError, InvalidArgumentError, Option } from 'commander'
import { MIN_KEY_CHARACTERS } from '../tcpip/io/lab-key.ts'
import { LOG_LEVELS } from './control-app.ts'
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

/** The key of the lab; it has no default. */
export function labKeyOption(): Option {
  return new Option('--lab-key <text>', 'what everybody in the lab knows; better given by the variable')
    .env('SYNLAB_LAB_KEY')
    .argParser(parseKey)
}

export function logLevelOption(): Option {
  return new Option('--log-level <level>', 'how much to log')
    .choices(LOG_LEVELS)
    .env('SYNLAB_LOG_LEVEL')
    .default('info')
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

function parseKey(text: string): string {
  // The text itself is not repeated: it is a secret.
  if (text.length < MIN_KEY_CHARACTERS) {
    throw new InvalidArgumentError(`Allowed: ${MIN_KEY_CHARACTERS} characters or more.`)
  }
  return text
}
