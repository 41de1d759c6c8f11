/**
 * The page server's command line and environment. Everything wrong with them is said in one line before anything starts.
 */
import { type Command, InvalidArgumentError, Option } from 'commander'
import { logLevelOption, parseProcessArguments, processCommand } from '../../control/command-line.ts'
import type { LogLevel } from '../../control/control-app.ts'

export interface DashboardOptions {
  /** Where the page is served; port 0 takes any free one. */
  readonly host: string
  readonly port: number
  /** The server's control plane. */
  readonly serverUrl: URL
  /** The attackers' control planes; a name stands for every address that it resolves to. */
  readonly attackerUrls: readonly URL[]
  readonly logLevel: LogLevel
}

const PORT_MAX = 65_535

/**
 * Reads `args` (without node and script) and the environment. Returns undefined when help or version was asked for, and
 * has been printed. Throws a StartError for anything wrong.
 */
export function parseDashboardOptions(args: readonly string[]): DashboardOptions | undefined {
  const command = makeCommand()
  if (!parseProcessArguments(command, args)) return undefined
  return command.opts()
}

function makeCommand(): Command {
  return processCommand(
    'synlab-dashboard',
    'The page of the lab: served to browsers, fed by the control planes of server and attackers.',
  )
    .addOption(
      new Option('--host <address>', 'where the page is served').env('SYNLAB_DASHBOARD_HOST').default('127.0.0.1'),
    )
    .addOption(
      new Option('--port <n>', `port of the page, 0 for any (0 to ${PORT_MAX})`)
        .env('SYNLAB_DASHBOARD_PORT')
        .default(8080)
        .argParser(parsePort),
    )
    .addOption(
      new Option('--server-url <url>', 'control plane of the server')
        .env('SYNLAB_SERVER_URL')
        .default(new URL('http://127.0.0.1:8081'), 'http://127.0.0.1:8081')
        .argParser(parseUrl),
    )
    .addOption(
      new Option('--attacker-urls <urls>', 'control planes of the attackers, with commas between them')
        .env('SYNLAB_ATTACKER_URLS')
        .default([new URL('http://127.0.0.1:8082')], 'http://127.0.0.1:8082')
        .argParser((text) => text.split(',').map(parseUrl)),
    )
    .addOption(logLevelOption())
}

function parsePort(text: string): number {
  const port = Number(text)
  if (!/^\d+$/.test(text) || port > PORT_MAX) {
    throw new InvalidArgumentError(`Allowed: an integer from 0 to ${PORT_MAX}.`)
  }
  return port
}

/** A control plane is a host and a port: nothing that a path or a query could say. */
function parseUrl(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (url === undefined || url.protocol !== 'http:' || url.href !== `${url.origin}/`) {
    throw new InvalidArgumentError('Allowed: http://host:port, such as http://127.0.0.1:8081.')
  }
  return url
}
