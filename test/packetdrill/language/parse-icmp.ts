/**
 * Reads an ICMP error: `< icmp unreachable host_unreachable [0:1(1)]`. The brackets hold the segment that it is about.
 */
import type { IcmpAction, PeerRange } from './ast.ts'
import type { TokenStream } from './token-stream.ts'

const MAX_U8 = 0xff
const MAX_U16 = 0xffff
const MAX_U32 = 0xffff_ffff

/** ICMP types by packetdrill's names (RFC 792). */
const TYPES: Readonly<Record<string, number>> = {
  echo_reply: 0,
  unreachable: 3,
  source_quench: 4,
  redirect: 5,
  echo_request: 8,
  time_exceeded: 11,
  parameter_problem: 12,
  timestamp_request: 13,
  timestamp_reply: 14,
  information_request: 15,
  information_reply: 16,
  address_mask_request: 17,
  address_mask_reply: 18,
}

/** Codes of "unreachable" in order, from 0. */
const UNREACHABLE_CODES = [
  'net_unreachable',
  'host_unreachable',
  'protocol_unreachable',
  'port_unreachable',
  'frag_needed',
  'source_route_failed',
  'net_unknown',
  'host_unknown',
  'source_host_isolated',
  'net_prohibited',
  'host_prohibited',
  'net_unreachable_for_tos',
  'host_unreachable_for_tos',
  'packet_filtered',
  'precedence_violation',
  'precedence_cutoff',
]

export function parseIcmp(
  stream: TokenStream,
  direction: 'inbound' | 'outbound',
  peers: PeerRange | undefined,
): IcmpAction {
  const type = numbered(stream, 'type', Object.keys(TYPES), (name) => TYPES[name])
  const hasCode = stream.isKind('word') && !stream.isNext('mtu') && !stream.isNext('id')
  const codes = type === TYPES.unreachable ? UNREACHABLE_CODES : []
  const codeOf = (name: string): number | undefined => (codes.includes(name) ? codes.indexOf(name) : undefined)
  const code = hasCode ? numbered(stream, 'code', codes, codeOf) : 0
  const mtu = stream.skip('mtu') ? stream.takeInteger('mtu', 0, MAX_U16) : 0
  if (stream.isNext('id')) stream.refuse('ICMP echo: errors about segments are all that TCP hears of')
  return { kind: 'icmp', direction, peers, type, code, mtu, seq: parseQuoted(stream) }
}

/** A name that `known` has a number for, or `type_3`, `code_1`. */
function numbered(
  stream: TokenStream,
  what: string,
  names: readonly string[],
  known: (name: string) => number | undefined,
): number {
  const name = stream.take('word', `an ICMP ${what}`).text
  const literal = new RegExp(`^${what}_(\\d+)$`).exec(name)
  const number = literal === null ? known(name) : Number(literal[1])
  if (number === undefined || number > MAX_U8) {
    stream.refuseName(`the ICMP ${what}`, name, [...names, `${what}_0 to ${what}_255`])
  }
  return number
}

/** Sequence number of the quoted segment, 0 when nothing is quoted. */
function parseQuoted(stream: TokenStream): number {
  if (!stream.skip('[')) return 0
  if (!stream.isKind('integer')) stream.refuse('ICMP errors about other packets than TCP')
  const seq = stream.takeInteger('sequence number', 0, MAX_U32)
  while (!stream.skip(']')) {
    if (stream.isKind('end')) stream.fail('a quoted segment is not closed')
    stream.next()
  }
  return seq
}
