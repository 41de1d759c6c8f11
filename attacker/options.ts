/**
 * The attacker's command line and environment. Everything wrong with them is said in one line before anything starts.
 */
import { type Command, InvalidArgumentError, Option } from 'commander'
import { labKeyOption, logLevelOption, parseProcessArguments, processCommand } from '../control/command-line.ts'
import type { LogLevel } from '../control/control-app.ts'
import { StartError } from '../control/process.ts'
import { CLIENT_DEFAULTS, CLIENT_RANGES, type ClientSpec } from './clients/client-spec.ts'
import type { EngineOptions } from './engine/protocol.ts'
import { LAB_NETWORK_VARIABLE, parseHub, parseLabNetwork } from './guard.ts'

export interface AttackerOptions {
  /** Where the control API listens; port 0 takes any free one. */
  readonly host: string
  readonly apiPort: number
  readonly logLevel: LogLevel
  /** The directory that replays may read; undefined for none. */
  readonly traces: string | undefined
  readonly engine: EngineOptions
}

/** Default connections per second of honest clients: enough to see what a flood does to them. */
const CLIENTS_RATE_DEFAULT = 10

const PORT_MAX = 65_535

/** Connections through the gateway at a time: the default, and the most. */
const GATEWAY_CONNECTIONS = 4096
const GATEWAY_CONNECTIONS_MAX = 32_768

/**
 * Reads `args` (without node and script) and the environment. Returns undefined when help or version was asked for, and
 * has been printed. Throws a StartError for anything wrong, a hub outside the lab included.
 */
export function parseAttackerOptions(args: readonly string[]): AttackerOptions | undefined {
  const command = makeCommand()
  if (!parseProcessArguments(command, args)) return undefined
  const {
    host,
    apiPort,
    logLevel,
    labKey,
    hub,
    clientsRate,
    seed,
    gatewayPort,
    gatewayHost,
    gatewayConnections,
    traces,
  } = command.opts()
  if (labKey === undefined) {
    throw new StartError('no lab key: set SYNLAB_LAB_KEY or --lab-key, to the same text for server and attacker')
  }
  const labNetwork = readLabNetwork()
  const target = parseHub(hub, labNetwork)
  if (typeof target === 'string') throw new StartError(target)
  const gateway =
    gatewayPort === undefined ? undefined : { host: gatewayHost, port: gatewayPort, maxConnections: gatewayConnections }
  const clients = clientsOf(clientsRate)
  return { host, apiPort, logLevel, traces, engine: { hub: target, labKey, labNetwork, seed, clients, gateway } }
}

/** The lab's own network: from the environment alone, because it belongs to the lab and not to one command. */
function readLabNetwork(): EngineOptions['labNetwork'] {
  const text = process.env[LAB_NETWORK_VARIABLE]
  if (text === undefined || text === '') return undefined
  const network = parseLabNetwork(text)
  if (typeof network === 'string') throw new StartError(`${LAB_NETWORK_VARIABLE}: ${network}`)
  return network
}

function clientsOf(rate: number): ClientSpec | undefined {
  return rate === 0 ? undefined : { ...CLIENT_DEFAULTS, rate }
}

function makeCommand(): Command {
  const command = processCommand(
    'synlab-attacker',
    'Attacks and honest clients, with their control API. They speak to a lab server and to nobody else.',
  )
  command.addOption(
    new Option('--host <address>', 'where the control API listens').env('SYNLAB_ATTACKER_HOST').default('127.0.0.1'),
  )
  command.addOption(
    integer('--api-port', PORT_MAX, `port of the control API, 0 for any (0 to ${PORT_MAX})`)
      .env('SYNLAB_ATTACKER_API_PORT')
      .default(8082),
  )
  command.addOption(
    new Option('--hub <host:port>', 'where the server’s UDP link is: on loopback, or in the lab network')
      .env('SYNLAB_HUB')
      .default('127.0.0.1:7400'),
  )
  command.addOption(labKeyOption()).addOption(logLevelOption())
  command.addOption(
    new Option('--clients-rate <n>', `honest connections per second, 0 for none (0 to ${CLIENT_RANGES.rate.max})`)
      .env('SYNLAB_CLIENTS_RATE')
      .default(CLIENTS_RATE_DEFAULT)
      .argParser(parseClientsRate),
  )
  command.addOption(
    integer('--seed', Number.MAX_SAFE_INTEGER, 'seed of all traffic; default: a random one').env('SYNLAB_SEED'),
  )
  command.addOption(
    integer('--gateway-port', PORT_MAX, `port for real clients, 0 for any (0 to ${PORT_MAX}); default: no gateway`).env(
      'SYNLAB_GATEWAY_PORT',
    ),
  )
  command.addOption(
    new Option('--gateway-host <address>', 'where the gateway listens').env('SYNLAB_GATEWAY_HOST').default('127.0.0.1'),
  )
  command.addOption(
    integer('--gateway-connections', GATEWAY_CONNECTIONS_MAX, 'connections through the gateway at a time')
      .env('SYNLAB_GATEWAY_CONNECTIONS')
      .default(GATEWAY_CONNECTIONS),
  )
  command.addOption(
    new Option('--traces <directory>', 'recordings (pcap, pcapng) that may be replayed').env('SYNLAB_TRACES'),
  )
  command.addHelpText(
    'after',
    `\nEnvironment:\n  ${LAB_NETWORK_VARIABLE}  the lab's own private network, an IPv4 prefix: the hub may be there as well`,
  )
  return command
}

function integer(flag: string, max: number, description: string): Option {
  return new Option(`${flag} <n>`, description).argParser((text) => {
    const value = Number(text)
    if (!/^\d+$/.test(text) || value > max) throw new InvalidArgumentError(`Allowed: an integer from 0 to ${max}.`)
    return value
  })
}

function parseClientsRate(text: string): number {
  const { min, max } = CLIENT_RANGES.rate
  const rate = Number(text)
  if (!/^\d+(\.\d+)?$/.test(text) || (rate !== 0 && rate < min) || rate > max) {
    throw new InvalidArgumentError(`Allowed: 0, or a number from ${min} to ${max}.`)
  }
  return rate
}
