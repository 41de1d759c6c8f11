/**
 * What became of the packets of a recording: a closed list of reasons why one is not replayed, and the words in which
 * everybody is told (terminal, API, report). Packets = replayed + left out, always.
 */
import { formatAddress } from '../../tcpip/wire/address.ts'
import { linkTypesText } from './link-type-text.ts'

/** Segments that a trace holds, at most. */
export const TRACE_PACKETS_MAX = 2_000_000

/**
 * Longest payload that is replayed, bytes: a full segment on Ethernet. Longer ones are of a sender that leaves segmentation
 * to its network card.
 */
export const TRACE_PAYLOAD_MAX = 1460

/** Why a packet is not replayed, and how one says so after a number. In the order in which it is told. */
const LEFT_OUT_WORDS = {
  other_host: 'to other hosts',
  other_port: 'to other ports of that host',
  from_victim: 'from that host',
  ipv6: 'IPv6, which the lab does not speak',
  not_ip: 'neither IPv4 nor IPv6',
  not_tcp: 'IPv4, but not TCP',
  unread_tunnel: 'in a tunnel that is not read',
  fragment: 'fragments of packets',
  cut_short: 'cut off by the capture inside their headers',
  malformed: 'malformed',
  no_time: 'without a time (pcapng Simple Packet Blocks have none)',
  unknown_link_type: 'of a link type that is not read',
  beyond_limit: `beyond the ${TRACE_PACKETS_MAX} that a replay holds`,
  beyond_end: 'recorded after the end of the replay',
} as const

export type LeftOut = keyof typeof LEFT_OUT_WORDS

export const LEFT_OUT_REASONS = Object.keys(LEFT_OUT_WORDS) as readonly LeftOut[]

/** How replayed packets differ from the recorded ones, besides their addresses. In the order in which it is told. */
const CHANGE_WORDS = {
  reordered: 'earlier than packets before them in the file: played in the order of their times',
  ip_options_dropped: 'without their IP options',
  options_cut: 'without the options that the capture cut off',
  options_blanked: 'with options overwritten that may hold addresses',
  payload_shortened: `with a payload shortened to ${TRACE_PAYLOAD_MAX} bytes`,
  source_port_changed: 'from another source port, because one port of the server stands for several',
} as const

export type Change = keyof typeof CHANGE_WORDS

export const CHANGES = Object.keys(CHANGE_WORDS) as readonly Change[]

/** How the attacked host is known: it was told, or it gets most of something. */
const FOUND_WORDS = {
  told: 'as told',
  syn: 'SYNs',
  syn_ack: 'SYN-ACKs that it never asked for: a reflection',
  stray: 'segments of connections that nobody opened',
  segment: 'segments; there are no SYNs',
} as const

export type FoundBy = keyof typeof FOUND_WORDS

/** Who was attacked. */
export interface Victim {
  /** int32. */
  readonly address: number
  /** Only segments to this port; undefined for all. */
  readonly port: number | undefined
}

/** What became of a recording when it was made ready for replay. Plain data. */
export interface TraceAccount {
  /** Packets in the recording, as far as it can be read. */
  readonly packets: number
  readonly victim: Victim
  readonly foundBy: FoundBy
  /** Hosts that get as many as it does, itself included: what it was found by does not tell them apart. */
  readonly equals: number
  /** From the first to the last packet that is replayed, as it was recorded, seconds. */
  readonly seconds: number
  /** Different destination ports of what is replayed. */
  readonly ports: number
  /** Replayed packets that the recording holds inside tunnels. */
  readonly tunnelled: number
  readonly leftOut: Readonly<Record<LeftOut, number>>
  readonly changed: Readonly<Record<Change, number>>
  /** The link types that are not read. */
  readonly unreadLinkTypes: readonly number[]
  /** Where and why the file could not be read any further; undefined when it was read to its end. */
  readonly damage: { readonly reason: string; readonly offset: number } | undefined
}

/** The account of one replay, as others see it. */
export interface ReplayView {
  readonly packets: number
  /** Packets that fall due before the end of the replay. */
  readonly replayed: number
  /** The attacked host, with its port if only that is replayed. */
  readonly victim: string
  readonly foundBy: FoundBy
  /** Why packets are not replayed, and how many; reasons that do not occur are not listed. */
  readonly leftOut: Readonly<Partial<Record<LeftOut, number>>>
  readonly changed: Readonly<Partial<Record<Change, number>>>
  /** All of it for people. */
  readonly summary: string
}

export function noneOf<K extends string>(keys: readonly K[]): Record<K, number> {
  return Object.fromEntries(keys.map((key) => [key, 0])) as Record<K, number>
}

export function formatVictim({ address, port }: Victim): string {
  return port === undefined ? formatAddress(address) : `${formatAddress(address)}:${port}`
}

/** What a replay of which `beyondEnd` packets do not fall due any more does with a recording. */
export function viewReplay(account: TraceAccount, beyondEnd: number): ReplayView {
  const leftOut = { ...account.leftOut, beyond_end: beyondEnd }
  const { packets, victim, foundBy, changed } = account
  const replayed = packets - sum(leftOut)
  return {
    packets,
    replayed,
    victim: formatVictim(victim),
    foundBy,
    leftOut: occurring(leftOut),
    changed: occurring(changed),
    summary: summarize(account, leftOut, replayed),
  }
}

/** Why nothing can be replayed of a recording, for the end of a sentence: it is none, or what its packets are. */
export function describeNothing(
  found: Pick<TraceAccount, 'packets' | 'leftOut' | 'unreadLinkTypes' | 'damage'>,
): string {
  const { packets, leftOut, unreadLinkTypes, damage } = found
  if (packets === 0) {
    if (damage === undefined) return 'there is no packet in it'
    return `not a capture that can be read: ${damage.reason}, at byte ${damage.offset}`
  }
  const what = `of ${counted(packets)}: ${listLeftOut(leftOut, unreadLinkTypes)}`
  return damage === undefined ? what : `${what}; ${describeDamage(damage)}`
}

function summarize(account: TraceAccount, leftOut: Readonly<Record<LeftOut, number>>, replayed: number): string {
  const { packets, victim, seconds, ports, tunnelled, changed, unreadLinkTypes, damage } = account
  const parts = [`${replayed} of ${counted(packets)}, to ${formatVictim(victim)} (${describeFinding(account)})`]
  if (ports > 1) parts.push(`its ${ports} ports are all played to the server's one`)
  if (tunnelled > 0) parts.push(`${tunnelled} taken out of tunnels`)
  if (replayed < packets) parts.push(`left out: ${listLeftOut(leftOut, unreadLinkTypes)}`)
  if (leftOut.beyond_end > 0) parts.push(`it was recorded in ${seconds} s`)
  for (const change of CHANGES) if (changed[change] > 0) parts.push(`${changed[change]} ${CHANGE_WORDS[change]}`)
  if (damage !== undefined) parts.push(describeDamage(damage))
  return parts.join('; ')
}

function describeFinding({ foundBy, equals }: TraceAccount): string {
  const what = FOUND_WORDS[foundBy]
  if (foundBy === 'told') return what
  return equals === 1 ? `which gets most ${what}` : `the first of ${equals} hosts that get most ${what}`
}

function listLeftOut(leftOut: Readonly<Record<LeftOut, number>>, linkTypes: readonly number[]): string {
  const words = { ...LEFT_OUT_WORDS, unknown_link_type: `of ${linkTypesText(linkTypes)}` }
  return LEFT_OUT_REASONS.filter((reason) => leftOut[reason] > 0)
    .map((reason) => `${leftOut[reason]} ${words[reason]}`)
    .join(', ')
}

function describeDamage({ reason, offset }: { readonly reason: string; readonly offset: number }): string {
  return `warning: what stands from byte ${offset} on cannot be read: ${reason}`
}

function counted(packets: number): string {
  return packets === 1 ? '1 packet' : `${packets} packets`
}

function sum(counts: Readonly<Record<string, number>>): number {
  return Object.values(counts).reduce((total, count) => total + count, 0)
}

function occurring<K extends string>(counts: Readonly<Record<K, number>>): Partial<Record<K, number>> {
  const entries = Object.entries<number>(counts).filter(([, count]) => count > 0)
  return Object.fromEntries(entries) as Partial<Record<K, number>>
}
