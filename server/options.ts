/**
 * The server's command line and environment. Everything wrong with them is said in one line before anything starts.
 */
import { Command, CommanderError, InvalidArgumentError, Option } from 'commander'
import { LOG_LEVELS, type LogLevel } from '../control/app.ts'
import { packageVersion } from '../control/package-info.ts'
import { StartError } from '../control/process.ts'
import { MIN_KEY_CHARACTERS } from '../tcpip/io/lab-key.ts'
import { SERVER_DEFAULTS, SERVER_RANGES, type ServerConfig } from './app/server-config.ts'

export interface ServerOptions {
  /** Where the control API listens; port 0 takes any free one. */
  readonly host: string
  readonly apiPort: number
  /** Where the UDP link listens. */
  readonly linkHost: string
  readonly linkPort: number
  readonly labKey: string
  readonly logLevel: LogLevel
  readonly config: ServerConfig
}

interface Range {
  readonly min: number
  readonly max: number
}

const PORTS: Range = { min: 0, max: 65_535 }

/** Flags that take an integer of the configuration. */
const INTEGER_FLAGS: readonly [keyof typeof SERVER_RANGES, string, string][] = [
  ['synCookies', '--syn-cookies', 'SYN cookies: 0 never, 1 when the SYN queue is full, 2 always'],
  ['backlog', '--backlog', 'argument of listen(): limit of SYN queue and accept queue; -1 for somaxconn'],
  ['somaxconn', '--somaxconn', 'upper bound of the backlog'],
  ['maxSynBacklog', '--max-syn-backlog', 'tcp_max_syn_backlog, used while SYN cookies are 0'],
  ['synAckRetries', '--synack-retries', 'retransmissions of a SYN-ACK before a request expires'],
  ['deferAccept', '--defer-accept', 'seconds a handshake may wait for data (TCP_DEFER_ACCEPT)'],
  ['acceptInterval', '--accept-interval', 'milliseconds between two accepts, 0 for at once'],
  ['workers', '--workers', 'connections served at a time, 0 for no limit'],
  ['requestTimeout', '--request-timeout', 'seconds a request may take to come whole, 0 for ever'],
]

/** Flags that switch something of the configuration. */
const SWITCH_FLAGS: readonly ['abortOnOverflow' | 'greeting', string, string][] = [
  ['abortOnOverflow', '--abort-on-overflow', 'answer a final ACK with RST when the accept queue is full'],
  ['greeting', '--greeting', 'the server speaks first and closes when the peer has'],
]

/** Commander's codes for "help or version was asked for and printed". */
const PRINTED = ['commander.helpDisplayed', 'commander.help', 'commander.version']

/**
 * Reads `args` (without node and script) and the environment. Returns undefined when help or version was asked for, and
 * has been printed. Throws a StartError for anything wrong.
 */
export function parseServerOptions(args: readonly string[]): ServerOptions | undefined {
  const command = makeCommand()
  try {
    command.parse(args, { from: 'user' })
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error
    if (PRINTED.includes(error.code)) return undefined
    throw new StartError(error.message.replace(/^error: /, '').replaceAll('\n', ' '))
  }
  const { host, apiPort, linkHost, linkPort, labKey, logLevel, ...knobs } = command.opts()
  if (labKey === undefined) {
    throw new StartError('no lab key: set SYNLAB_LAB_KEY or --lab-key, to the same text for server and attacker')
  }
  const config: ServerConfig = { ...SERVER_DEFAULTS, ...knobs }
  return { host, apiPort, linkHost, linkPort, labKey, logLevel, config }
}

function makeCommand(): Command {
  const command = new Command('synlab-server')
    .description('The server under attack, with its control API.')
    .version(packageVersion())
    .allowExcessArguments(false)
    .exitOverride()
    .configureOutput({ writeErr: () => {} })
  command.addOption(
    new Option('--host <address>', 'where the control API listens').env('SYNLAB_SERVER_HOST').default('127.0.0.1'),
  )
  command.addOption(
    integer('--api-port', PORTS, 'port of the control API, 0 for any', 8081).env('SYNLAB_SERVER_API_PORT'),
  )
  command.addOption(
    new Option('--link-host <address>', 'where the UDP link listens').env('SYNLAB_LINK_HOST').default('127.0.0.1'),
  )
  command.addOption(integer('--link-port', PORTS, 'port of the UDP link, 0 for any', 7400).env('SYNLAB_LINK_PORT'))
  command.addOption(
    new Option('--lab-key <text>', 'what everybody in the lab knows; better given by the variable')
      .env('SYNLAB_LAB_KEY')
      .argParser(parseKey),
  )
  command.addOption(
    new Option('--log-level <level>', 'how much to log').choices(LOG_LEVELS).env('SYNLAB_LOG_LEVEL').default('info'),
  )
  for (const [key, flag, description] of INTEGER_FLAGS) {
    addKnob(command, key, flag, integer(flag, SERVER_RANGES[key], description, SERVER_DEFAULTS[key]))
  }
  for (const [key, flag, description] of SWITCH_FLAGS) {
    const option = new Option(`${flag} <0|1>`, description).default(SERVER_DEFAULTS[key]).argParser(parseSwitch)
    addKnob(command, key, flag, option)
  }
  return command
}

function addKnob(command: Command, key: keyof ServerConfig, flag: string, option: Option): void {
  option.attributeName = () => key
  command.addOption(option.env(`SYNLAB_${flag.slice(2).replaceAll('-', '_').toUpperCase()}`))
}

function integer(flag: string, { min, max }: Range, description: string, byDefault: number): Option {
  return new Option(`${flag} <n>`, `${description} (${min} to ${max})`).default(byDefault).argParser((text) => {
    const value = Number(text)
    if (!/^-?\d+$/.test(text) || value < min || value > max) {
      throw new InvalidArgumentError(`Allowed: an integer from ${min} to ${max}.`)
    }
    return value
  })
}

function parseSwitch(text: string): boolean {
  if (text !== '0' && text !== '1') throw new InvalidArgumentError('Allowed: 0 or 1.')
  return text === '1'
}

function parseKey(text: string): string {
  // The text itself is not repeated: it is a secret.
  if (text.length < MIN_KEY_CHARACTERS)
    throw new InvalidArgumentError(`Allowed: ${MIN_KEY_CHARACTERS} characters or more.`)
  return text
}
