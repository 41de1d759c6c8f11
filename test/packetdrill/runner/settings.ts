/**
 * The option lines of scripts (`--tolerance_usecs=10000`) and the defaults they change.
 */

import { parseAddress } from '../../../tcpip/wire/address.ts'
import type { ScriptOption } from '../language/ast.ts'
import { ScriptError } from '../language/script-error.ts'

export interface Settings {
  /** How far a time may be off, microseconds and percent of the time since the event before; the larger counts. */
  toleranceUsecs: number
  tolerancePercent: number
  /** Length of a tick of the stack's timestamp clock, microseconds; 0 leaves TS val unchecked. */
  tsTickUsecs: number
  /** TS ecr that echoes nothing the stack ever sent is computed from the first timestamp instead of refused. */
  tsEcrScaled: boolean
  /** Every segment is expected as it is; otherwise consecutive ones may add up to one that is expected. */
  strictSegments: boolean
  /** A packet that the script does not mention is a failure, also one of another connection or after the last line. */
  strictPackets: boolean
  /** Whether PSH has to be as the script says in what is sent again, too: a host may cut that otherwise than the first time. */
  comparesRepeatedPush: boolean
  /** How late an event of the script may begin, microseconds: 0 in virtual time, where none ever is. */
  latenessUsecs: number
  /** How long after its time a missing packet is still waited for, microseconds, to say how late it was. */
  patienceUsecs: number
  localAddress: number
  remoteAddress: number
  /** Port that bind() takes, and port that connect() goes to. */
  bindPort: number
  connectPort: number
}

/** What packetdrill and the kernel's test runner use. */
export const PACKETDRILL_SETTINGS: Readonly<Settings> = {
  toleranceUsecs: 4000,
  tolerancePercent: 12.5,
  tsTickUsecs: 0,
  tsEcrScaled: false,
  strictSegments: false,
  strictPackets: false,
  comparesRepeatedPush: false,
  latenessUsecs: 0,
  patienceUsecs: 1000e6,
  localAddress: address('192.168.0.1'),
  remoteAddress: address('192.0.2.1'),
  bindPort: 8080,
  connectPort: 8080,
}

/** For our own scripts: in virtual time only the timers' tick of 1 ms is uncertain, and nothing happens unseen. */
export const STRICT_SETTINGS: Readonly<Settings> = {
  ...PACKETDRILL_SETTINGS,
  toleranceUsecs: 1000,
  tolerancePercent: 0,
  tsTickUsecs: 1000,
  strictPackets: true,
  comparesRepeatedPush: true,
}

/** Options that mean something to the tun device, to the kernel or to packetdrill's own output only. */
const WITHOUT_EFFECT = new Set([
  'mss',
  'mtu',
  'speed',
  'gateway_ip',
  'netmask_ip',
  'send_omit_free',
  'verbose',
  'debug',
  'non_fatal',
])

type Setter = (settings: Settings, value: string, line: number) => void

const SETTERS: Readonly<Record<string, Setter>> = {
  tolerance_usecs: (settings, value, line) => {
    settings.toleranceUsecs = numberOf(value, line)
  },
  tolerance_percent: (settings, value, line) => {
    settings.tolerancePercent = numberOf(value, line)
  },
  tcp_ts_tick_usecs: (settings, value, line) => {
    settings.tsTickUsecs = numberOf(value, line)
  },
  tcp_ts_ecr_scaled: (settings) => {
    settings.tsEcrScaled = true
  },
  strict_segments: (settings) => {
    settings.strictSegments = true
  },
  bind_port: (settings, value, line) => {
    settings.bindPort = numberOf(value, line)
  },
  connect_port: (settings, value, line) => {
    settings.connectPort = numberOf(value, line)
  },
  local_ip: (settings, value, line) => {
    settings.localAddress = addressOf(value, line)
  },
  remote_ip: (settings, value, line) => {
    settings.remoteAddress = addressOf(value, line)
  },
  ip_version: (_settings, value, line) => {
    if (value !== 'ipv4') throw new ScriptError('unsupported', line, `--ip_version=${value} (known: ipv4)`)
  },
}

/** `base` as the option lines of a script change it. */
export function applyOptions(base: Readonly<Settings>, options: readonly ScriptOption[]): Settings {
  const settings = { ...base }
  for (const { name, value, line } of options) {
    if (WITHOUT_EFFECT.has(name)) continue
    const setter = SETTERS[name]
    if (setter === undefined) {
      const known = ['define', ...Object.keys(SETTERS), ...WITHOUT_EFFECT].map((option) => `--${option}`)
      throw new ScriptError('unsupported', line, `the option --${name} (known: ${known.join(', ')})`)
    }
    setter(settings, value ?? '', line)
  }
  return settings
}

function numberOf(value: string, line: number): number {
  const number = Number(value)
  if (value === '' || !(number >= 0)) throw new ScriptError('syntax', line, `"${value}" is no number >= 0`)
  return number
}

function addressOf(value: string, line: number): number {
  if (value.includes(':')) throw new ScriptError('unsupported', line, `the IPv6 address ${value}`)
  const parsed = parseAddress(value)
  if (parsed === undefined) throw new ScriptError('syntax', line, `"${value}" is no IPv4 address`)
  return parsed
}

function address(text: string): number {
  return parseAddress(text) as number
}
