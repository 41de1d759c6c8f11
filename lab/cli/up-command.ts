/**
 * `synlab up` on the command line: its flags.
 */
import type { Command } from 'commander'
import { CLIENT_RANGES } from '../../attacker/clients/client-spec.ts'
import { ATTACK_RATE_MAX } from '../../attacker/traffic/caps.ts'
import { KNOBS } from '../../server/knobs/knob-catalogue.ts'
import { LAB_KNOBS } from '../up/lab-knobs.ts'
import type { UpOptions } from '../up/lab-up.ts'
import { EXIT_OK } from './exit-code.ts'
import { integerParser } from './integer-parser.ts'

const PORT = integerParser(0, 65_535)

/** Attacker processes on one machine, at most: the address plan has room for 16. */
const ATTACKERS_MAX = 8

/** Longest run that can be asked for, seconds: a week. */
const SECONDS_MAX = 604_800

const DEFAULTS = {
  pagePort: 8080,
  serverPort: 8081,
  attackerPort: 8082,
  gatewayPort: 8088,
  linkPort: 7400,
  clientsRate: 10,
  floodRate: 5000,
}

const KEYS = `
Keys: f flood on or off, + and - its rate, c SYN cookies 0, 1, 2, r reset, q quit.
SYN cookies are 0 at first (Linux has 1), so that there is something to see: f drowns the server, c saves it.`

/** Adds the command; `finish` is told its exit status. */
export function addUpCommand(program: Command, finish: (status: number) => void): void {
  const { backlog, synCookies } = KNOBS
  program
    .command('up')
    .description('Start the lab on this machine: server, attacker, honest clients, their page, and a view of them.')
    .option('--page-port <n>', 'the page, 0 for any port', PORT, DEFAULTS.pagePort)
    .option('--server-port <n>', 'control API and metrics of the server, 0 for any port', PORT, DEFAULTS.serverPort)
    .option(
      '--attacker-port <n>',
      'control API and metrics of the first attacker; others have the next ones',
      PORT,
      DEFAULTS.attackerPort,
    )
    .option('--attackers <n>', 'attacker processes that share the flood', integerParser(1, ATTACKERS_MAX), 1)
    .option('--gateway-port <n>', 'the server’s web pages, for real clients', PORT, DEFAULTS.gatewayPort)
    .option('--link-port <n>', 'UDP link between them', PORT, DEFAULTS.linkPort)
    .option('--backlog <n>', 'backlog of the server', integerParser(backlog.min, backlog.max), backlog.default)
    .option(
      '--syn-cookies <0|1|2>',
      'never, when the SYN queue is full, for every SYN',
      integerParser(synCookies.min, synCookies.max),
      LAB_KNOBS.synCookies,
    )
    .option(
      '--clients-rate <n>',
      'honest connections per second',
      integerParser(0, CLIENT_RANGES.rate.max),
      DEFAULTS.clientsRate,
    )
    .option('--traces <directory>', 'recordings (pcap, pcapng) that may be replayed as an attack')
    .option('--open', 'open the page in a browser')
    .option('--flood', 'start a flood at once')
    .option('--flood-rate <n>', 'SYN/s of the flood', integerParser(1, ATTACK_RATE_MAX), DEFAULTS.floodRate)
    .option('--for <seconds>', 'stop by itself', integerParser(1, SECONDS_MAX))
    .addHelpText('after', KEYS)
    .action(
      async (options: Omit<UpOptions, 'flood' | 'open' | 'seconds'> & { flood?: true; open?: true; for?: number }) => {
        const { labUp } = await import('../up/lab-up.ts')
        await labUp(
          { ...options, flood: options.flood === true, open: options.open === true, seconds: options.for },
          process,
        )
        finish(EXIT_OK)
      },
    )
}
