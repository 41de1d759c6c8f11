/**
 * Reads a packet: `< [peer 2] [ect0] S. 0:0(0) ack 1 win 1000 <mss 1460,sackOK>`. The bracketed `peer` is an extension.
 */
import { FLAG_LETTERS, type IcmpAction, type PacketAction, type PeerRange, type TcpOption, type Tos } from './ast.ts'
import { parseIcmp } from './parse-icmp.ts'
import type { TokenStream } from './token-stream.ts'

const MAX_U8 = 0xff
const MAX_U16 = 0xffff
const MAX_U32 = 0xffff_ffff

/** Most peers that a script can have: what the address range of the runner's peers holds. */
export const MAX_PEER = 65_535

/** Packet forms of packetdrill that have nothing to do with TCP over IPv4. */
const REFUSED_PREFIXES = new Set(['udp', 'ipv4', 'ipv6', 'gre', 'GREv0', 'mpls'])

const ECN_BITS: Readonly<Record<string, number>> = { noecn: 0, ect1: 1, ect0: 2, ce: 3 }

/** Bytes of each option on the wire; those that vary are counted where they are parsed. */
const OPTION_BYTES: Readonly<Record<string, number>> = { nop: 1, eol: 1, mss: 4, wscale: 3, sackOK: 2, TS: 10, md5: 18 }

/** Names of options; `option 30 0a0b` is one that has none. */
const OPTION_NAMES = ['nop', 'eol', 'mss', 'wscale', 'sackOK', 'sack', 'TS', 'md5', 'FO', 'FOEXP', 'option']

/** Most option bytes in a TCP header. */
const MAX_OPTION_BYTES = 40

export function parsePacket(stream: TokenStream): PacketAction | IcmpAction {
  const direction = stream.next().text === '<' ? 'inbound' : 'outbound'
  const { peers, tos, ttl } = parseProperties(stream)
  const next = stream.peek()
  if (next.kind === 'word' && REFUSED_PREFIXES.has(next.text)) {
    stream.refuse(`${next.text} packets: all packets here are TCP over IPv4, not wrapped in anything`)
  }
  if (stream.skip('icmp')) return parseIcmp(stream, direction, peers)
  let sourcePort = 0
  let destinationPort = 0
  if (stream.isKind('integer') && stream.peek(1).text === '>') {
    sourcePort = stream.takeInteger('source port', 0, MAX_U16)
    stream.expect('>')
    destinationPort = stream.takeInteger('destination port', 0, MAX_U16)
  }
  const flags = parseFlags(stream)
  const { seq, length } = parseSequence(stream)
  const ack = stream.skip('ack') ? stream.takeInteger('acknowledgment number', 0, MAX_U32) : undefined
  const window = stream.skip('win') ? stream.takeInteger('window', 0, MAX_U16) : undefined
  const urgent = stream.skip('urg') ? stream.takeInteger('urgent pointer', 0, MAX_U16) : undefined
  const options = parseOptions(stream)
  if (options === 'any' && direction === 'inbound') stream.fail('<...> can only be used with outbound packets')
  if (stream.isNext('{')) stream.refuse('fuzzed packets: what is injected is what the line says')
  return {
    kind: 'packet',
    direction,
    peers,
    tos,
    ttl,
    sourcePort,
    destinationPort,
    flags,
    seq,
    length,
    ack,
    window,
    urgent,
    options,
  }
}

interface Properties {
  readonly peers: PeerRange | undefined
  readonly tos: Tos | undefined
  readonly ttl: number | undefined
}

/** Everything in brackets between the direction and the flags. */
function parseProperties(stream: TokenStream): Properties {
  let peers: PeerRange | undefined
  let tos: Tos | undefined
  let ttl: number | undefined
  while (stream.isNext('[') || stream.isNext('(')) {
    const close = stream.next().text === '[' ? ']' : ')'
    do {
      if (stream.isNext('peer') || stream.isNext('peers')) peers = parsePeers(stream)
      else if (stream.skip('ttl')) ttl = stream.takeInteger('ttl', 0, MAX_U8)
      else tos = parseTos(stream)
    } while (stream.skip(','))
    stream.expect(close)
  }
  return { peers, tos, ttl }
}

/** `peer 3`, `peer 3 port 40001` or `peers 1 to 20`. */
function parsePeers(stream: TokenStream): PeerRange {
  const isRange = stream.next().text === 'peers'
  const first = stream.takeInteger('peer', 1, MAX_PEER)
  if (isRange) stream.expect('to')
  const last = isRange ? stream.takeInteger('last peer', first, MAX_PEER) : first
  const port = stream.skip('port') ? stream.takeInteger('port', 1, MAX_U16) : 0
  return { first, last, port }
}

function parseTos(stream: TokenStream): Tos {
  const word = stream.take('word', 'an ECN codepoint, tos, ttl or peer').text
  if (word === 'tos') return { kind: 'tos', byte: stream.takeInteger('tos', 0, MAX_U8) }
  if (word === 'ect01') return { kind: 'ect01' }
  const bits = ECN_BITS[word]
  if (word === 'flowlabel') stream.refuse('flowlabel: it belongs to IPv6')
  if (bits === undefined) {
    stream.refuseName('the IP property', word, [...Object.keys(ECN_BITS), 'ect01', 'tos', 'ttl', 'peer', 'peers'])
  }
  return { kind: 'ecn', bits }
}

/** `S.`, `.`, `FP.`, `-` for none; a digit after the dot is AccECN's counter (bits AE, CWR and ECE). */
function parseFlags(stream: TokenStream): number {
  if (stream.skip('-')) return 0
  let flags = 0
  if (stream.isKind('word')) {
    for (const letter of stream.next().text) {
      const bit = FLAG_LETTERS[letter]
      if (bit === undefined) stream.fail(`"${letter}" is no TCP flag`)
      flags |= bit
    }
    if (stream.skip('.')) flags |= FLAG_LETTERS['.']
  } else if (stream.skip('.')) flags |= FLAG_LETTERS['.']
  else if (!stream.isKind('float')) stream.fail(`expected TCP flags, found "${stream.peek().text}"`)
  const counter = stream.peek()
  if (counter.kind === 'float' && /^\.[0-7]$/.test(counter.text)) {
    stream.next()
    const ace = Number(counter.text[1])
    flags |= FLAG_LETTERS['.'] | ((ace & 4) << 6) | ((ace & 2) << 6) | ((ace & 1) << 6)
  }
  return flags
}

/** `1:1001(1000)`. */
function parseSequence(stream: TokenStream): { seq: number; length: number } {
  const seq = stream.takeInteger('sequence number', 0, MAX_U32)
  stream.expect(':')
  const end = stream.takeInteger('end sequence number', 0, MAX_U32)
  stream.expect('(')
  const length = stream.takeInteger('length', 0, MAX_U16)
  stream.expect(')')
  if (end !== (seq + length) % (MAX_U32 + 1)) stream.fail(`${seq}:${end}(${length}) does not add up`)
  return { seq, length }
}

function parseOptions(stream: TokenStream): readonly TcpOption[] | 'any' {
  if (!stream.skip('<')) return []
  if (stream.skip('...')) {
    stream.expect('>')
    return 'any'
  }
  const options: TcpOption[] = []
  let bytes = 0
  do {
    const option = parseTcpOption(stream)
    options.push(option)
    bytes += optionBytes(option)
  } while (stream.skip(','))
  stream.expect('>')
  if (bytes % 4 !== 0) stream.fail(`TCP options of ${bytes} bytes: pad them with nop to a multiple of 4`)
  if (bytes > MAX_OPTION_BYTES) stream.fail(`TCP options of ${bytes} bytes do not fit a header`)
  return options
}

/** Bytes of an option on the wire. */
function optionBytes(option: TcpOption): number {
  switch (option.kind) {
    case 'sack':
      return 2 + 8 * option.blocks.length
    case 'FO':
      return 2 + cookieBytes(option.hex)
    case 'FOEXP':
      return 4 + cookieBytes(option.hex)
    case 'other':
      return 2 + option.hex.length / 2
    default:
      return OPTION_BYTES[option.kind]
  }
}

/** A Fast Open cookie that is named and not written out has 8 bytes, as Linux makes them. */
function cookieBytes(hex: string): number {
  return isHex(hex) ? hex.length / 2 : 8
}

function parseTcpOption(stream: TokenStream): TcpOption {
  const name = stream.take('word', 'a TCP option').text
  switch (name) {
    case 'nop':
    case 'eol':
    case 'sackOK':
      return { kind: name }
    case 'mss':
      return { kind: name, value: stream.takeInteger('mss', 0, MAX_U16) }
    case 'wscale':
      return { kind: name, value: stream.takeInteger('window scale', 0, MAX_U8) }
    case 'TS': {
      stream.expect('val')
      const val = stream.takeInteger('TS val', 0, MAX_U32)
      stream.expect('ecr')
      return { kind: 'TS', val, ecr: stream.takeInteger('TS ecr', 0, MAX_U32) }
    }
    case 'sack':
      return { kind: 'sack', blocks: parseSackBlocks(stream) }
    case 'md5':
      return { kind: 'md5', hex: parseHex(stream) }
    case 'FO':
    case 'FOEXP':
      return { kind: name, hex: stream.isNext(',') || stream.isNext('>') ? '' : parseHex(stream) }
    case 'option':
      return { kind: 'other', number: stream.takeInteger('option kind', 2, MAX_U8), hex: parseDigits(stream) }
    default:
      stream.refuseName('the TCP option', name, OPTION_NAMES)
  }
}

function parseSackBlocks(stream: TokenStream): [number, number][] {
  const blocks: [number, number][] = []
  while (stream.isKind('integer')) {
    const left = stream.takeInteger('left edge', 0, MAX_U32)
    stream.expect(':')
    blocks.push([left, stream.takeInteger('right edge', 0, MAX_U32)])
  }
  return blocks
}

/** The bytes of an option that has no name here, in hexadecimal; none at all are not written. */
function parseDigits(stream: TokenStream): string {
  if (stream.isNext(',') || stream.isNext('>')) return ''
  const hex = parseHex(stream)
  if (!isHex(hex)) stream.fail(`"${hex}" is no even number of hexadecimal digits`)
  return hex
}

/** Hexadecimal digits, or the name of a cookie that only the stack knows (TFO_COOKIE). */
function parseHex(stream: TokenStream): string {
  const { kind, text } = stream.next()
  if (kind !== 'integer' && kind !== 'word') stream.fail(`expected hexadecimal digits, found "${text}"`)
  return isHex(text) ? text.toLowerCase() : text
}

/** Whether an option's `hex` is digits, not the name of something. */
export function isHex(text: string): boolean {
  return /^([0-9a-fA-F]{2})*$/.test(text)
}
