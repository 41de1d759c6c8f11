/**
 * The peers' side of a run: injects the packets of `<` lines and claims what the stack sent for `>` lines. Keeps
 * packetdrill's one socket under test, and the numbered peers that our scripts add to it.
 */
import { FLAG_LETTERS, type IcmpAction, type PacketAction, type ScriptEvent } from '../language/ast.ts'
import { ScriptError } from '../language/script-error.ts'
import { type Tuple, Unsupported } from '../stack.ts'
import { type Endpoints, Flow, type QueuedPacket, wrap } from './flow.ts'
import { differences } from './match.ts'
import { formatActual, formatEventTime, formatExpected, formatTime } from './notation.ts'
import { decodePacket, encodeIcmp, encodePacket, type Packet } from './packet.ts'
import type { Session } from './session.ts'

/** Ports of the peers: one each for the successive connections of the socket under test, one for all numbered peers. */
const FIRST_REMOTE_PORT = 50_000
const PEER_PORT = 40_000

/** Where an IPv4 header has its protocol, and TCP's. */
const PROTOCOL_AT = 9
const PROTOCOL_TCP = 6

/** Numbered peer n has the address 198.18.0.0 + n (RFC 2544). */
const PEER_BASE = 0xc612_0000 | 0

/** What the socket under test is doing, as far as it decides which connection a line means. */
type UnderTest = 'nothing' | 'listening' | 'connected'

export class WireSide {
  private readonly session: Session
  /** Flows of numbered peers by `peer:port`. */
  private readonly peers = new Map<string, Flow>()
  /** Every flow ever, the latest first: a packet belongs to the first that owns it. */
  private readonly flows: Flow[] = []
  /** Packets of connections that no line has ever mentioned. */
  private readonly strays: QueuedPacket[] = []
  private underTest: UnderTest = 'nothing'
  private current: Flow | undefined
  /** The socket that was made last. */
  private newest: number | undefined
  private nextRemotePort = FIRST_REMOTE_PORT

  constructor(session: Session) {
    this.session = session
    session.watchers.push(() => this.collect())
  }

  /** The script made a new socket: later lines are about it. */
  onSocket(handle: number): void {
    this.underTest = 'nothing'
    this.current = undefined
    this.newest = handle
  }

  /** A socket listens. One that has a connection under test already has only changed its backlog. */
  onListen(handle: number): void {
    if (handle === this.newest && this.underTest === 'nothing') this.underTest = 'listening'
  }

  /** A connect() to `remotePort` is about to be made: the SYN will tell the local port. */
  onConnect(remotePort: number): void {
    const { localAddress, remoteAddress } = this.session.settings
    const flow = this.addFlow({ localAddress, localPort: 0, remoteAddress, remotePort }, undefined)
    flow.awaitsSyn = true
    this.current = flow
    this.underTest = 'connected'
  }

  /** Injects what an inbound line describes, once for each of its peers. */
  inject(action: PacketAction): void {
    for (const flow of this.flowsOf(action)) {
      this.session.stack.inject(encodePacket(flow.toLive(action, this.session.settings)))
    }
    this.session.settle()
  }

  /** Injects the ICMP error that an inbound line describes, once for each of its peers. */
  injectIcmp(action: IcmpAction): void {
    for (const flow of this.flowsOf(action)) this.session.stack.inject(encodeIcmp(flow.toLiveIcmp(action)))
    this.session.settle()
  }

  /** Waits for the packets that an outbound line describes, one for each of its peers, and compares them; when the last was sent. */
  expect(event: ScriptEvent, action: PacketAction, window: TimeWindow): number {
    return this.flowsOf(action).reduce((_, flow) => this.expectOne(event, action, window, flow), 0)
  }

  /** Fails when the stack has sent something that no line has claimed. */
  requireNothingUnclaimed(line: number): void {
    const inFlows = this.flows.flatMap((flow) => flow.queue.map((queued) => ({ flow, queued })))
    const [first] = inFlows.sort((a, b) => a.queued.at - b.queued.at)
    const [stray] = this.strays
    const queued = first?.queued ?? stray
    if (queued === undefined) return
    const { packet, at, line: sentDuring } = queued
    first?.flow.learnIsn(packet, 0)
    const text =
      first === undefined
        ? `${formatActual(packet, undefined)} to port ${packet.destinationPort}`
        : formatActual(first.flow.toScript(packet), first.flow.peer)
    const problem = `unexpected packet at ${formatTime(at)} (line ${sentDuring})`
    throw new ScriptError('failure', line, `${problem}\n  actual    ${text}`)
  }

  /** Number of the peer at the far end of a connection, 0 for the socket under test's. */
  peerOf(tuple: Tuple): number {
    return this.flows.find(({ endpoints }) => isSame(endpoints, tuple))?.peer ?? 0
  }

  private flowsOf(action: PacketAction | IcmpAction): Flow[] {
    if (action.peers === undefined) return [this.flowUnderTest(action)]
    const { first, last, port } = action.peers
    return Array.from({ length: last - first + 1 }, (_, i) => this.peerFlow(first + i, port || PEER_PORT))
  }

  private peerFlow(peer: number, remotePort: number): Flow {
    const key = `${peer}:${remotePort}`
    const known = this.peers.get(key)
    if (known !== undefined) return known
    const { localAddress, bindPort } = this.session.settings
    const remoteAddress = (PEER_BASE + peer) | 0
    const flow = this.addFlow({ localAddress, localPort: bindPort, remoteAddress, remotePort }, peer)
    this.peers.set(key, flow)
    return flow
  }

  private flowUnderTest(action: PacketAction | IcmpAction): Flow {
    if (action.direction === 'inbound' && this.underTest !== 'connected') {
      const { localAddress, remoteAddress, bindPort } = this.session.settings
      const remotePort = this.nextRemotePort++
      this.current = this.addFlow({ localAddress, localPort: bindPort, remoteAddress, remotePort }, undefined)
      this.underTest = 'connected'
    }
    if (this.current === undefined) throw new ScriptError('syntax', this.session.line, 'no connection to expect it on')
    return this.current
  }

  private addFlow(endpoints: Endpoints, peer: number | undefined): Flow {
    const flow = new Flow(endpoints, peer)
    this.flows.unshift(flow)
    return flow
  }

  private collect(): void {
    for (const { at, bytes } of this.session.stack.collect()) {
      // A kernel answers some ICMP messages with its own, which no line can expect.
      if (bytes[PROTOCOL_AT] !== PROTOCOL_TCP && !this.session.settings.strictPackets) continue
      const queued = { packet: this.decode(bytes), at: this.session.toScriptTime(at), line: this.session.line }
      const flow = this.flows.find((candidate) => candidate.owns(queued.packet))
      if (flow === undefined) {
        this.strays.push(queued)
        continue
      }
      if (flow.awaitsSyn) {
        flow.endpoints.localPort = queued.packet.sourcePort
        flow.awaitsSyn = false
      }
      flow.queue.push(queued)
    }
  }

  private decode(bytes: Uint8Array): Packet {
    try {
      return decodePacket(bytes)
    } catch (error) {
      throw new ScriptError(
        'failure',
        this.session.line,
        `the stack sent a malformed packet: ${(error as Error).message}`,
      )
    }
  }

  private expectOne(event: ScriptEvent, action: PacketAction, window: TimeWindow, flow: Flow): number {
    const expected = `expected  ${formatEventTime(event.time)} ${formatExpected(action, flow.peer)}`
    const fail = (problem: string, actual: string): never => {
      throw new ScriptError('failure', event.line, `${problem}\n  ${expected}${actual}`)
    }
    const { session } = this
    const { foreignWindows } = session.stack
    if (action.window !== undefined && (action.flags & FLAG_LETTERS.S) === 0 && foreignWindows !== undefined) {
      throw new Unsupported(foreignWindows)
    }
    // A timer of a real kernel was set no earlier than with the flow's packet before, and is late by a share of its wait.
    const percent = session.settings.latenessUsecs > 0 ? session.settings.tolerancePercent : 0
    const latest = window.latest + (Math.max(0, window.latest - flow.lastSentAt) * percent) / 100
    const limit = (latest === Number.POSITIVE_INFINITY ? session.now : latest) + session.settings.patienceUsecs
    if (!session.advanceUntil(() => flow.queue.length > 0, limit)) {
      fail(`no packet was sent until ${formatTime(session.now)}`, '\n  actual    nothing')
    }
    const [first] = flow.queue
    flow.learn(action, first.packet)
    const { packet, at } = this.takeJoined(flow, action, limit)
    flow.lastSentAt = at
    const isRepeat = flow.noteSent(packet)
    const problems = differences(
      action,
      packet,
      flow.portsOf(action),
      flow.streamOffset(packet),
      isRepeat,
      session.settings,
    )
    if (at < window.earliest || at > latest) problems.push(`time is ${formatTime(at)}, expected ${window.text}`)
    if (problems.length === 0) return at
    return fail(problems.join('; '), `\n  actual    ${formatTime(at)} ${formatActual(packet, flow.peer)}`)
  }

  /**
   * Takes the next packet of a flow, in the numbers of the script. When it is shorter than the line says, the segments
   * that continue it are joined to it, because scripts are written for hosts that leave segmentation to the device.
   */
  private takeJoined(flow: Flow, action: PacketAction, limit: number): { packet: Packet; at: number } {
    const take = (): QueuedPacket => flow.queue.shift() as QueuedPacket
    let { packet, at } = take()
    const joins = !this.session.settings.strictSegments
    while (joins && packet.payload.length > 0 && packet.payload.length < action.length) {
      if (!this.session.advanceUntil(() => flow.queue.length > 0, limit)) break
      const [next] = flow.queue
      if (!continues(packet, next.packet)) break
      at = next.at
      packet = join(packet, take().packet)
    }
    return { packet: flow.toScript(packet), at }
  }
}

function isSame(endpoints: Endpoints, tuple: Tuple): boolean {
  return endpoints.remoteAddress === tuple.remoteAddress && endpoints.remotePort === tuple.remotePort
}

/** Earliest and latest script time at which a packet is in time, tolerance included. */
export interface TimeWindow {
  readonly earliest: number
  readonly latest: number
  /** The window without tolerance, for messages. */
  readonly text: string
}

/** Control bits that differ between the segments of one large one. */
const LAST_SEGMENT_FLAGS = FLAG_LETTERS.F | FLAG_LETTERS.P

function continues(packet: Packet, next: Packet): boolean {
  const sameKind = (packet.flags | LAST_SEGMENT_FLAGS) === (next.flags | LAST_SEGMENT_FLAGS)
  return (
    sameKind &&
    next.ack === packet.ack &&
    next.seq === wrap(packet.seq + packet.payload.length) &&
    next.payload.length > 0
  )
}

function join(packet: Packet, next: Packet): Packet {
  const payload = new Uint8Array(packet.payload.length + next.payload.length)
  payload.set(packet.payload)
  payload.set(next.payload, packet.payload.length)
  return { ...packet, flags: packet.flags | next.flags, payload }
}
