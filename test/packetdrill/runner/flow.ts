/**
 * One connection as a script sees it. Scripts number relatively and choose their own ISN and timestamps for the stack;
 * what the stack really uses is learned from its first packets (SYN or SYN-ACK) and translated both ways. As in
 * packetdrill, numbers in SYN segments are absolute, all others count from the first SYN.
 */
import { FLAG_LETTERS, type IcmpAction, type PacketAction, type TcpOption } from '../language/ast.ts'
import { isHex } from '../language/parse-packet.ts'
import { Unsupported } from '../stack.ts'
import type { IcmpFields, Packet } from './packet.ts'
import { patternBytes } from './pattern.ts'
import type { Settings } from './settings.ts'

export interface Endpoints {
  readonly localAddress: number
  /** 0 while the stack has not chosen one. */
  localPort: number
  readonly remoteAddress: number
  readonly remotePort: number
}

export interface QueuedPacket {
  readonly packet: Packet
  /** Script time of sending, microseconds. */
  readonly at: number
  /** Line of the event during which it was sent. */
  readonly line: number
}

const SYN = FLAG_LETTERS.S
const ACK = FLAG_LETTERS['.']
const RST = FLAG_LETTERS.R

/** Time to live of injected packets whose script does not care. */
const INJECTED_TTL = 255

export class Flow {
  readonly endpoints: Endpoints
  /** Number of the peer, undefined for packetdrill's one socket under test. */
  readonly peer: number | undefined
  /** Packets that the stack sent and no line has claimed yet. */
  readonly queue: QueuedPacket[] = []
  /** When the last packet that a line has claimed was sent, script time. */
  lastSentAt = 0
  /** Waiting for the SYN of a connect() of which only the far end is known. */
  awaitsSyn = false
  /** Ports other than its own that injected packets came from and went to: answers to them are looked at here. */
  private readonly borrowed = new Set<string>()
  private remoteIsn: number | undefined
  /** How far in the stack's stream claimed packets have come. */
  private sentUntil = 0
  /** The stack's ISN as it is, and as the script has it. */
  private localIsn: { readonly live: number; readonly script: number } | undefined
  /** Numbers of the first byte of each stream, relative as scripts write them. */
  private localStart = 1
  private remoteStart = 1
  /** Timestamps of the stack by the script's values for them. */
  private readonly timestamps = new Map<number, number>()
  private firstTimestamp: { readonly live: number; readonly script: number } | undefined

  constructor(endpoints: Endpoints, peer: number | undefined) {
    this.endpoints = endpoints
    this.peer = peer
  }

  /** Whether the stack sent `packet` on this connection, or to ports that one of its lines has borrowed. */
  owns(packet: Packet): boolean {
    const { localAddress, localPort, remoteAddress, remotePort } = this.endpoints
    if (packet.destination !== remoteAddress || packet.source !== localAddress) return false
    if (this.borrowed.has(portsKey(packet.sourcePort, packet.destinationPort))) return true
    if (packet.destinationPort !== remotePort) return false
    return localPort === packet.sourcePort || (this.awaitsSyn && (packet.flags & (SYN | ACK)) === SYN)
  }

  /** Local and remote port that a line means: its own, or the connection's. */
  portsOf(action: PacketAction): { readonly local: number; readonly remote: number } {
    const isInbound = action.direction === 'inbound'
    const local = isInbound ? action.destinationPort : action.sourcePort
    const remote = isInbound ? action.sourcePort : action.destinationPort
    return { local: local || this.endpoints.localPort, remote: remote || this.endpoints.remotePort }
  }

  /** The packet that an inbound line describes, ready to be injected. */
  toLive(action: PacketAction, settings: Settings): Packet {
    const isSyn = (action.flags & SYN) !== 0
    if (isSyn) this.remoteIsn ??= action.seq
    const { localAddress, remoteAddress } = this.endpoints
    const ports = this.portsOf(action)
    this.borrowed.add(portsKey(ports.local, ports.remote))
    const remoteBase = isSyn ? 0 : (this.remoteIsn ?? 0)
    const hasAck = (action.flags & ACK) !== 0
    // Data in a SYN is the beginning of its stream.
    const offset = isSyn ? 0 : (action.seq - this.remoteStart) | 0
    return {
      source: remoteAddress,
      destination: localAddress,
      sourcePort: ports.remote,
      destinationPort: ports.local,
      tos: action.tos === undefined ? 0 : action.tos.kind === 'tos' ? action.tos.byte : bitsOf(action.tos),
      ttl: action.ttl ?? INJECTED_TTL,
      seq: wrap(action.seq + remoteBase),
      ack: hasAck ? wrap((action.ack ?? 0) + this.localOffset(isSyn)) : (action.ack ?? 0),
      flags: action.flags,
      window: action.window ?? 0,
      urgent: action.urgent ?? 0,
      options: (action.options as readonly TcpOption[]).map((option) =>
        this.optionToLive(option, hasAck, isSyn, settings),
      ),
      payload: patternBytes(offset, action.length),
    }
  }

  /** The ICMP error about one of the stack's segments that an inbound line describes. */
  toLiveIcmp(action: IcmpAction): IcmpFields {
    const { localAddress, localPort, remoteAddress, remotePort } = this.endpoints
    const seq = wrap(action.seq + this.localOffset(false))
    const offending = {
      source: localAddress,
      destination: remoteAddress,
      sourcePort: localPort,
      destinationPort: remotePort,
      seq,
    }
    return { type: action.type, code: action.code, mtu: action.mtu, offending }
  }

  /** Learns from a packet that is about to be compared with what the script expects of it. */
  learn(expected: PacketAction, actual: Packet): void {
    const expectsSyn = (expected.flags & SYN) !== 0
    this.learnIsn(actual, expectsSyn ? expected.seq : 0)
    if (expectsSyn && (actual.flags & SYN) !== 0 && this.localIsn !== undefined) {
      this.localStart = wrap(actual.seq - this.localIsn.live) + 1
      if ((actual.flags & ACK) !== 0) this.remoteStart = wrap(actual.ack - (this.remoteIsn ?? 0))
    }
    if (expected.options === 'any') return
    const script = expected.options.find((option) => option.kind === 'TS')
    const live = actual.options.find((option) => option.kind === 'TS')
    if (script === undefined || live === undefined) return
    this.timestamps.set(script.val, live.val)
    this.firstTimestamp ??= { live: live.val, script: script.val }
  }

  /** Learns from a packet that nobody expected: every SYN-ACK begins at 0, and the first timestamp is `timestamp`. */
  observe(actual: Packet, timestamp: number): void {
    if ((actual.flags & SYN) !== 0) {
      this.localIsn = { live: actual.seq, script: 0 }
      this.localStart = 1
    }
    const live = actual.options.find((option) => option.kind === 'TS')
    if (live !== undefined) this.firstTimestamp ??= { live: live.val, script: timestamp }
  }

  /** Whether the stack has sent a timestamp that could be echoed. */
  get hasTimestamp(): boolean {
    return this.firstTimestamp !== undefined
  }

  /** Takes the number of the stack's first SYN for its ISN, which the script calls `script`. */
  learnIsn(actual: Packet, script: number): void {
    if ((actual.flags & SYN) !== 0) this.localIsn ??= { live: actual.seq, script }
  }

  /** A packet of the stack in the numbers of the script. */
  toScript(packet: Packet): Packet {
    const isSyn = (packet.flags & SYN) !== 0
    const remoteBase = isSyn ? 0 : (this.remoteIsn ?? 0)
    const hasAck = (packet.flags & ACK) !== 0
    // The reset of a segment without ACK has the number 0 (RFC 9293 3.5.2), which counts from nowhere.
    const isBlindReset = (packet.flags & (RST | ACK)) === (RST | ACK) && packet.seq === 0
    return {
      ...packet,
      seq: isBlindReset ? 0 : wrap(packet.seq - this.localOffset(isSyn)),
      ack: hasAck ? wrap(packet.ack - remoteBase) : packet.ack,
      options: packet.options.map((option) => this.optionToScript(option, remoteBase)),
    }
  }

  /** Position in the stack's stream of a packet of its, already in the numbers of the script. */
  streamOffset(packet: Packet): number {
    return (packet.flags & SYN) !== 0 ? 0 : wrap(packet.seq - this.localStart)
  }

  /** Notes what a claimed packet of the stack, in the numbers of the script, has sent; whether it was sent before. */
  noteSent(packet: Packet): boolean {
    const offset = this.streamOffset(packet)
    const isRepeat = packet.payload.length > 0 && offset < this.sentUntil
    this.sentUntil = Math.max(this.sentUntil, offset + packet.payload.length)
    return isRepeat
  }

  private localOffset(isSyn: boolean): number {
    if (this.localIsn === undefined) return 0
    return isSyn ? this.localIsn.live - this.localIsn.script : this.localIsn.live
  }

  private optionToLive(option: TcpOption, hasAck: boolean, isSyn: boolean, settings: Settings): TcpOption {
    if (option.kind === 'sack') {
      const offset = this.localOffset(isSyn)
      return { kind: 'sack', blocks: option.blocks.map(([left, right]) => [wrap(left + offset), wrap(right + offset)]) }
    }
    if (option.kind === 'TS' && hasAck) return { ...option, ecr: this.echoToLive(option.ecr, settings) }
    if ('hex' in option && !isHex(option.hex)) throw new Unsupported(`TCP Fast Open (the cookie ${option.hex})`)
    return option
  }

  private echoToLive(ecr: number, settings: Settings): number {
    const known = this.timestamps.get(ecr)
    if (known !== undefined) return known
    // A stack that has sent none has nothing that could be echoed.
    if (ecr === 0 && this.firstTimestamp === undefined) return 0
    if (settings.tsEcrScaled && this.firstTimestamp !== undefined) {
      return wrap(ecr - this.firstTimestamp.script + this.firstTimestamp.live)
    }
    throw new Unsupported(`TS ecr ${ecr}, which echoes no TS val of an earlier outbound line`)
  }

  private optionToScript(option: TcpOption, remoteBase: number): TcpOption {
    if (option.kind === 'sack') {
      return {
        kind: 'sack',
        blocks: option.blocks.map(([left, right]) => [wrap(left - remoteBase), wrap(right - remoteBase)]),
      }
    }
    if (option.kind !== 'TS' || this.firstTimestamp === undefined) return option
    return { ...option, val: wrap(option.val - this.firstTimestamp.live + this.firstTimestamp.script) }
  }
}

function portsKey(local: number, remote: number): string {
  return `${local}:${remote}`
}

function bitsOf(tos: { readonly kind: 'ecn'; readonly bits: number } | { readonly kind: 'ect01' }): number {
  return tos.kind === 'ecn' ? tos.bits : 2
}

/** Modulo 2^32, 0 or more. */
export function wrap(value: number): number {
  return ((value % 0x1_0000_0000) + 0x1_0000_0000) % 0x1_0000_0000
}
