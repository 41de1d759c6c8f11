/**
 * The server's command line and environment. Everything wrong with them is said in one line before anything starts.
 */
import { type Command, InvalidArgumentError, Option } from 'commander'
import { type NumberParameter, rangeOf } from '../catalogue/parameter.ts'
import { labKeyOption, logLevelOption, parseProcessArguments, processCommand } from '../control/command-line.ts'
import type { LogLevel } from '../control/control-app.ts'
import { StartError } from '../control/process.ts'
import type { ServerConfig } from './app/server-config.ts'
import { KNOB_NAMES, KNOBS, type KnobEntry, type KnobName, variableOf } from './knobs/knob-catalogue.ts'

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

type Range = Pick<NumberParameter, 'min' | 'max' | 'unit'>

const PORTS: Range = { min: 0, max: 65_535 }

/**
 * Reads `args` (without node and script) and the environment. Returns undefined when help or version was asked for, and
 * has been printed. Throws a StartError for anything wrong.
 */
export function parseServerOptions(args: readonly string[]): ServerOptions | undefined {
  const command = makeCommand()
  if (!parseProcessArguments(command, args)) return undefined
  // What is left are the knobs, all of them: each has its default.
  const { host, apiPort, linkHost, linkPort, labKey, logLevel, ...config } = command.opts()
  if (labKey === undefined) {
    throw new StartError('no lab key: set SYNLAB_LAB_KEY or --lab-key, to the same text for server and attacker')
  }
  return { host, apiPort, linkHost, linkPort, labKey, logLevel, config: config as ServerConfig }
}

function makeCommand(): Command {
  const command = processCommand('synlab-server', 'The server under attack, with its control API.')
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
  command.addOption(labKeyOption()).addOption(logLevelOption())
  for (const name of KNOB_NAMES) command.addOption(knobOption(name))
  return command
}

/** The flag and the variable of a knob. */
function knobOption(name: KnobName): Option {
  const knob: KnobEntry = KNOBS[name]
  const option =
    knob.type === 'boolean'
      ? new Option(`${knob.flag} <0|1>`, knob.about).default(knob.default).argParser(parseSwitch)
      : knob.type === 'choice'
        ? new Option(`${knob.flag} <word>`, knob.about).default(knob.default).choices(knob.choices)
        : integer(knob.flag, knob, knob.about, knob.default)
  option.attributeName = () => name
  return option.env(variableOf(knob))
}

function integer(flag: string, range: Range, description: string, byDefault: number): Option {
  const { min, max } = range
  return new Option(`${flag} <n>`, `${description} (${rangeOf(range)})`).default(byDefault).argParser((text) => {
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
