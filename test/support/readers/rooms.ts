/**
 * The rooms of the house and what each may import: the one table of it. docs/architecture.md prints it, tidy.test.ts holds
 * the sources against it.
 */

/** `anywhere`: no Node, no clock and no randomness of its own, so that it runs in virtual time. */
type Where = 'anywhere' | 'browser' | 'node'

export interface Room {
  readonly runs: Where
  /** Other rooms; `everything` for those that stand on all of them. */
  readonly mayImport: readonly string[] | 'everything'
}

const pure = (...mayImport: readonly string[]): Room => ({ runs: 'anywhere', mayImport })
const node = (...mayImport: readonly string[]): Room => ({ runs: 'node', mayImport })

const TCPIP = ['tcpip', 'tcpip/io', 'tcpip/net']
const SERVER_PURE = ['server/knobs', 'server/listener', 'server/app']
const ATTACKER_PURE = ['attacker/clients', 'attacker/traffic', 'attacker/trace']
const PURE_BELOW_LAB = ['catalogue', 'tcpip', ...SERVER_PURE, ...ATTACKER_PURE]
const LAB_PURE = [
  'lab/usage-error.ts',
  'lab/world',
  'lab/scenario',
  'lab/simulator',
  'lab/bundle',
  'lab/report',
  'lab/checks',
  'lab/stories',
]
const PLANES = ['server', 'attacker', 'control']

/** A file belongs to the innermost room that it stands in. */
export const ROOMS: Readonly<Record<string, Room>> = {
  catalogue: pure(),
  tcpip: pure(),
  'tcpip/io': node('tcpip'),
  'tcpip/net': node('tcpip', 'tcpip/io'),
  'server/knobs': pure('catalogue'),
  'server/listener': pure('catalogue', 'tcpip', 'server/knobs'),
  'server/app': pure('catalogue', 'tcpip', 'server/knobs', 'server/listener'),
  'attacker/clients': pure('catalogue', 'tcpip'),
  'attacker/trace': pure('tcpip'),
  'attacker/traffic': pure('catalogue', 'tcpip', 'attacker/clients', 'attacker/trace'),
  control: node('catalogue', 'tcpip', 'tcpip/io'),
  server: node('catalogue', ...TCPIP, ...SERVER_PURE, 'control'),
  attacker: node('catalogue', ...TCPIP, ...ATTACKER_PURE, 'control'),
  ...Object.fromEntries(
    LAB_PURE.map((room) => [room, pure(...PURE_BELOW_LAB, ...LAB_PURE.filter((other) => other !== room))]),
  ),
  'lab/client': node('catalogue', ...PLANES),
  'dashboard/contract': pure(...PURE_BELOW_LAB, 'server', 'attacker'),
  'dashboard/virtual': {
    runs: 'browser',
    mayImport: [...PURE_BELOW_LAB, ...LAB_PURE, 'server', 'attacker', 'dashboard/contract'],
  },
  'dashboard/web': {
    runs: 'browser',
    mayImport: [...PURE_BELOW_LAB, ...LAB_PURE, 'dashboard/contract', 'dashboard/virtual'],
  },
  'dashboard/grafana': node(
    'catalogue',
    ...TCPIP,
    ...PLANES,
    'dashboard/prometheus',
    'dashboard/server',
    'lab/bench',
    'lab',
  ),
  'dashboard/prometheus': node('catalogue', ...TCPIP, ...PLANES),
  'dashboard/server': node('catalogue', ...TCPIP, ...PLANES, 'dashboard/contract', 'lab/client'),
  'lab/bench': { runs: 'node', mayImport: 'everything' },
  lab: { runs: 'node', mayImport: 'everything' },
  test: { runs: 'node', mayImport: 'everything' },
}

/** Floors of the room tcpip, from the ground up: each stands on those before it. docs/architecture.md names them. */
export const FLOORS = [
  'tcpip/base',
  'tcpip/wire',
  'tcpip/link',
  'tcpip/connection',
  'tcpip/host',
  'tcpip/udp-link',
] as const

/** The innermost room of a file, which is named relative to the root; undefined for none. */
export function roomOf(file: string): string | undefined {
  const around = Object.keys(ROOMS).filter((room) => file === room || file.startsWith(`${room}/`))
  return around.sort((a, b) => b.length - a.length)[0]
}
