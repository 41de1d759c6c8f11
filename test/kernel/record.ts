/** Plays a program on a stack and takes down all that it answers, in the numbers of scripts. */
import { ACK, SYN } from '../../tcpip/wire/segment.ts'
import type { TcpOption } from '../packetdrill/language/ast.ts'
import { type Endpoints, Flow } from '../packetdrill/runner/flow.ts'
import { formatFlags, formatOption } from '../packetdrill/runner/notation.ts'
import { decodePacket, encodeIcmp, encodePacket, type Packet } from '../packetdrill/runner/packet.ts'
import { patternBytes } from '../packetdrill/runner/pattern.ts'
import { type Settings, STRICT_SETTINGS } from '../packetdrill/runner/settings.ts'
import type { Outcome, StackUnderTest } from '../packetdrill/stack.ts'
import { FIRST_TIMESTAMP, type ListenerSetup, NEWEST_TIMESTAMP, type Program, printPeer, type Step } from './program.ts'

/** A packet that the stack sent. */
export interface Answer {
  readonly peer: number
  /** Microseconds since the program began. */
  readonly at: number
  /** Step during or after which it was sent. */
  readonly step: number
  readonly flags: number
  readonly seq: number
  readonly ack: number
  readonly length: number
  readonly window: number
  /** Options without the timestamp's value, which is a clock. */
  readonly options: string
}

export interface Trace {
  readonly answers: readonly Answer[]
  /** What each step gave: the result of a call, nothing for packets. */
  readonly results: readonly string[]
  readonly counters: Readonly<Record<string, number>>
  /** When each step was done, and when watching ended: microseconds since the program began. */
  readonly times: readonly number[]
  readonly end: number
  /** When the program began, on the stack's clock, microseconds. */
  readonly began: number
}

/** A stack whose counters can be read all at once. */
export interface RecordedStack extends StackUnderTest {
  countersNow(names: readonly string[]): Record<string, number>
}

/** When the steps of a program are done and watching ends: microseconds since it began. */
export type Times = Pick<Trace, 'times' | 'end'>

/** An answer as a line of a script. */
export function printAnswer({ peer, flags, seq, ack, length, window, options }: Answer): string {
  const acknowledges = (flags & ACK) === 0 ? '' : ` ack ${ack}`
  const list = options === '' ? '' : ` <${options.includes('TS') ? '...' : options}>`
  return `* > ${printPeer(peer)}${formatFlags(flags)} ${seq}:${seq + length}(${length})${acknowledges} win ${window}${list}`
}

const SETTINGS: Settings = { ...STRICT_SETTINGS, tsEcrScaled: true }
const PEER_PORT = 40_000
const PEER_BASE = 0xc612_0000 | 0

class Recorder {
  readonly answers: Answer[] = []
  private readonly stack: RecordedStack
  private readonly flows = new Map<number, Flow>()
  /** The newest timestamp that each peer has had from the stack, as scripts write it. */
  private readonly newest = new Map<number, number>()
  readonly began: number
  /** The socket that the program begins with: its listener, or what it connects. */
  private readonly first: number
  private readonly connections: number[] = []
  private step = 0

  constructor(stack: RecordedStack, program: Program) {
    this.stack = stack
    for (const [name, value] of Object.entries(program.sysctls)) stack.sysctl(name, value)
    this.first = stack.socket(true)
    // Both stacks connect from the same port, too.
    stack.bind(this.first, SETTINGS.localAddress, SETTINGS.bindPort)
    if (program.listener === undefined) this.connections.push(this.first)
    else this.listen(program.listener)
    this.began = stack.now
  }

  private listen({ backlog, deferAccept }: ListenerSetup): void {
    const { stack, first } = this
    if (deferAccept > 0) stack.setsockopt(first, 'IPPROTO_TCP', 'TCP_DEFER_ACCEPT', deferAccept)
    stack.listen(first, backlog)
  }

  /** Microseconds since the program began. */
  get now(): number {
    return this.stack.now - this.began
  }

  /** Does one step at its time, `at`, and returns what it gave. */
  play(step: Step, at: number, index: number): string {
    this.advance(at)
    this.step = index
    const result = this.act(step)
    this.collect()
    return result
  }

  /** Lets time pass until `at`. */
  advance(at: number): void {
    const until = this.began + at
    while (this.stack.advanceToNext(until)) this.collect()
    if (this.stack.now < until) this.stack.advance(until)
    this.collect()
  }

  private act(step: Step): string {
    const { stack } = this
    switch (step.kind) {
      case 'segment': {
        const flow = this.flowOf(step.peer)
        const isBareSyn = (step.flags & (SYN | ACK)) === SYN
        const action = {
          ...step,
          kind: 'packet',
          direction: 'inbound',
          peers: undefined,
          tos: undefined,
          ttl: undefined,
          sourcePort: 0,
          destinationPort: 0,
          urgent: undefined,
          // What nobody has sent cannot be echoed.
          options: step.options
            .filter(({ kind }) => kind !== 'TS' || isBareSyn || flow.hasTimestamp)
            .map((option) => this.echoing(option, step.peer)),
        } as const
        stack.inject(encodePacket(flow.toLive(action, SETTINGS)))
        return ''
      }
      case 'icmp': {
        const { type, code, seq } = step
        const flow = this.flowOf(step.peer)
        const action = { kind: 'icmp', direction: 'inbound', peers: undefined, type, code, mtu: 0, seq } as const
        stack.inject(encodeIcmp(flow.toLiveIcmp(action)))
        return ''
      }
      case 'accept': {
        const accepted = stack.accept(this.first, true)
        // Connections keep their numbers, whether there was one or not.
        this.connections.push(typeof accepted === 'number' ? accepted : -1)
        return typeof accepted === 'number' ? String(this.connections.length + 3) : String(accepted)
      }
      case 'listen':
        return String(stack.listen(this.first, step.backlog))
      case 'close-listener':
        return String(stack.close(this.first))
      default:
        return this.call(step)
    }
  }

  private call(step: Step & { readonly connection: number }): string {
    const { stack } = this
    const handle = this.connections[step.connection]
    // Its accept() gave nothing, or it was closed.
    if (handle === undefined || handle < 0) return 'EBADF'
    const give = (outcome: Outcome): string => String(outcome)
    if (step.kind === 'read') return give(stack.read(handle, new Uint8Array(step.length), false))
    if (step.kind === 'write') return give(stack.write(handle, patternBytes(0, step.length), false))
    if (step.kind === 'connect') return give(this.connect(handle, step.peer))
    if (step.kind === 'error') return String(stack.getsockopt(handle, 'SOL_SOCKET', 'SO_ERROR'))
    if (step.kind === 'shutdown') return give(stack.shutdown(handle, 'SHUT_WR'))
    if (step.kind === 'linger') {
      return give(stack.setsockopt(handle, 'SOL_SOCKET', 'SO_LINGER', { onoff: 1, linger: 0 }))
    }
    this.connections[step.connection] = -1
    return give(stack.close(handle))
  }

  private echoing(option: TcpOption, peer: number): TcpOption {
    if (option.kind !== 'TS' || option.ecr !== NEWEST_TIMESTAMP) return option
    return { ...option, ecr: this.newest.get(peer) ?? FIRST_TIMESTAMP }
  }

  private connect(handle: number, peer: number): Outcome {
    const { remoteAddress, remotePort } = this.flowOf(peer).endpoints
    return this.stack.connect(handle, remoteAddress, remotePort)
  }

  private flowOf(peer: number): Flow {
    const known = this.flows.get(peer)
    if (known !== undefined) return known
    const { localAddress, bindPort } = SETTINGS
    const remoteAddress = (PEER_BASE + peer) | 0
    const endpoints: Endpoints = { localAddress, localPort: bindPort, remoteAddress, remotePort: PEER_PORT }
    const flow = new Flow(endpoints, peer)
    this.flows.set(peer, flow)
    return flow
  }

  private collect(): void {
    for (const { at, bytes } of this.stack.collect()) {
      const packet = decodePacket(bytes)
      const [peer, flow] = [...this.flows].find(([, candidate]) => candidate.owns(packet)) ?? []
      if (peer === undefined || flow === undefined) throw new Error('a packet for nobody')
      flow.observe(packet, FIRST_TIMESTAMP)
      const answer = flow.toScript(packet)
      for (const option of answer.options) if (option.kind === 'TS') this.newest.set(peer, option.val)
      this.answers.push(this.answer(answer, peer, at - this.began))
    }
  }

  private answer(packet: Packet, peer: number, at: number): Answer {
    const options = packet.options.map((option) => formatOption(option.kind === 'TS' ? { ...option, val: 0 } : option))
    return {
      peer,
      at,
      step: this.step,
      flags: packet.flags,
      seq: packet.seq,
      ack: packet.ack,
      length: packet.payload.length,
      window: packet.window,
      options: options.join(','),
    }
  }
}

/** How long a stack is watched after the last step, microseconds. */
export const AFTERMATH = 150_000

/** The times that `program` asks for. */
export function timesOf({ steps }: Program): Times {
  let at = 0
  const times = steps.map(({ wait }) => {
    at += wait
    return at
  })
  return { times, end: at + AFTERMATH }
}

/** Plays `program` at `times`, or a little later where the clock is real; `names` are the counters to be read at the end. */
export function record(stack: RecordedStack, program: Program, names: readonly string[], { times, end }: Times): Trace {
  const recorder = new Recorder(stack, program)
  const done: number[] = []
  const results = program.steps.map((step, index) => {
    const result = recorder.play(step, times[index], index)
    done.push(recorder.now)
    return result
  })
  recorder.advance(end)
  const counters = stack.countersNow(names)
  return { answers: recorder.answers, results, counters, times: done, end: recorder.now, began: recorder.began }
}
