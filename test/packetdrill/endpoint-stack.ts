/**
 * The stack under test: an `Endpoint` with the listeners that scripts make, behind the interface of the runner. Bytes
 * go straight into `Endpoint.receive`, because scripts inject segments larger than any link would carry.
 */
import { Listener } from '../../server/listener/listener.ts'
import type { ListenerConfig } from '../../server/listener/listener-config.ts'
import { LINUX } from '../../server/listener/profile.ts'
import { COOKIE_SECRET_BYTES } from '../../server/listener/syn-cookies.ts'
import { Counters, MIB_NAMES } from '../../tcpip/base/counters.ts'
import { DROP_REASON_NAMES } from '../../tcpip/base/drop-reason.ts'
import { STATE_NAMES } from '../../tcpip/base/states.ts'
import { NEVER, SECOND } from '../../tcpip/base/time.ts'
import { Endpoint, SECRET_BYTES } from '../../tcpip/host/endpoint.ts'
import { Sockets } from '../../tcpip/host/sockets.ts'
import { type LinkEnd, makeLinkEnd } from '../../tcpip/link/link.ts'
import { PROTOCOL_TCP } from '../../tcpip/wire/ipv4.ts'
import { DEFAULT_SETTINGS, FIXED_SETTINGS } from './defaults.ts'
import { EndpointSocket, type SocketHost } from './endpoint-socket.ts'
import type { OptionDefaults } from './endpoint-socket-options.ts'
import { EndpointSysctls } from './endpoint-sysctls.ts'
import type { Errno, OptionValue, Outcome, SentPacket, StackUnderTest, Tuple } from './stack.ts'
import { tcpInfo } from './tcp-info.ts'

/**
 * The stack's clock when a script starts: long after 0, as a machine's is, and a whole number of minutes, so that the
 * clock of SYN cookies steps at 60, 120, ... s of the script.
 */
const START = 20 * 60 * SECOND

/** Packets that can be sent between two looks of the runner. */
const RING_PACKETS = 2048
const MAX_CONNECTIONS = 4096

export class EndpointStack implements StackUnderTest, SocketHost {
  now: number
  readonly localAddress: number
  /** Whether any peer has sent data. */
  private hasData = false
  private readonly timerLateness: number
  /** Made when it is needed first: some of its options follow from settings. */
  private created: Endpoint | undefined
  private readonly sysctls = new EndpointSysctls()
  private readonly counters = new Counters()
  private readonly link: LinkEnd = makeLinkEnd(RING_PACKETS)
  private readonly descriptors: EndpointSocket[] = []
  private readonly listeners: Listener[] = []
  private readonly floodWarnings = { cookies: 0, drops: 0 }
  private madeSockets: Sockets | undefined

  /**
   * `timerLateness`: how late timers fire, microseconds, as those of a kernel do. `start`: what the clock says when a script starts,
   * microseconds.
   */
  constructor(localAddress: number, timerLateness = 0, start = START) {
    this.localAddress = localAddress
    this.now = start
    this.timerLateness = timerLateness
  }

  get endpoint(): Endpoint {
    this.created ??= new Endpoint({
      link: this.link,
      addresses: { base: this.localAddress, length: 32 },
      secret: Uint8Array.from({ length: SECRET_BYTES }, (_, i) => i),
      counters: this.counters,
      maxConnections: MAX_CONNECTIONS,
      ...this.sysctls.host,
    })
    return this.created
  }

  get optionDefaults(): OptionDefaults {
    return this.sysctls.sockets
  }

  get foreignWindows(): string | undefined {
    return this.descriptors.map((socket) => socket.foreignWindows(this.hasData)).find((reason) => reason !== undefined)
  }

  get sockets(): Sockets {
    this.madeSockets ??= new Sockets(this.endpoint, this.localAddress)
    return this.madeSockets
  }

  advance(to: number): void {
    this.now = to
    // One turn fires a bounded number of timers.
    do this.endpoint.poll(to - this.timerLateness)
    while (this.endpoint.nextDeadline() + this.timerLateness <= to)
  }

  advanceToNext(limit: number): boolean {
    const next = this.endpoint.nextDeadline() + this.timerLateness
    if (next > limit) return false
    this.advance(Math.max(next, this.now))
    return true
  }

  /** Nothing: every name of a script is known here, or a mistake. */
  hides(): boolean {
    return false
  }

  inject(bytes: Uint8Array): void {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    this.hasData ||= carriesData(view)
    this.endpoint.receive(bytes, view, 0, bytes.length, this.now)
  }

  collect(): SentPacket[] {
    const sent: SentPacket[] = []
    const { tx } = this.link
    for (let at = tx.peek(); at >= 0; at = tx.peek()) {
      sent.push({ at: this.now, bytes: tx.bytes.slice(at, at + tx.peekLength()) })
      tx.release()
    }
    return sent
  }

  sysctl(name: string, value: string): void {
    this.sysctls.set(name, value, this.created !== undefined)
    const config = this.sysctls.listeners
    for (const socket of this.descriptors) socket.configure(config)
  }

  loadDefaults(): void {
    this.flushMetrics()
    // Of what the stack has one value of, that one stays: a script that depends on another fails, and says where.
    for (const { name, value } of DEFAULT_SETTINGS) if (FIXED_SETTINGS[name] === undefined) this.sysctl(name, value)
  }

  isListening(port: number): boolean {
    return this.endpoint.isListening(port)
  }

  flushMetrics(): void {
    for (const listener of this.listeners) listener.provenPeers.clear()
  }

  socket(nonBlocking: boolean): number {
    return this.addSocket(new EndpointSocket(this, nonBlocking))
  }

  bind(handle: number, address: number, port: number): Outcome {
    return this.descriptors[handle].bind(address, port)
  }

  listen(handle: number, backlog: number): Outcome {
    return this.descriptors[handle].listen(backlog)
  }

  accept(handle: number, nonBlocking: boolean): Outcome {
    const accepted = this.descriptors[handle].accept(nonBlocking)
    return accepted instanceof EndpointSocket ? this.addSocket(accepted) : accepted
  }

  connect(handle: number, address: number, port: number): Outcome {
    return this.descriptors[handle].connect(address, port)
  }

  read(handle: number, target: Uint8Array, peek: boolean): Outcome {
    return this.descriptors[handle].read(target, peek)
  }

  write(handle: number, bytes: Uint8Array, endsRecord: boolean): Outcome {
    return this.descriptors[handle].write(bytes, endsRecord)
  }

  shutdown(handle: number, how: 'SHUT_RD' | 'SHUT_WR' | 'SHUT_RDWR'): Outcome {
    return this.descriptors[handle].shutdown(how)
  }

  close(handle: number): Outcome {
    return this.descriptors[handle].close()
  }

  setsockopt(handle: number, level: string, name: string, value: OptionValue): Outcome {
    return this.descriptors[handle].setOption(level, name, value)
  }

  getsockopt(handle: number, level: string, name: string): OptionValue | Errno {
    return this.descriptors[handle].getOption(level, name)
  }

  setNonBlocking(handle: number, nonBlocking: boolean): void {
    this.descriptors[handle].nonBlocking = nonBlocking
  }

  isNonBlocking(handle: number): boolean {
    return this.descriptors[handle].nonBlocking
  }

  poll(handle: number): ReadonlySet<string> {
    return this.descriptors[handle].poll()
  }

  ioctl(handle: number, request: string): number | Errno {
    return this.descriptors[handle].ioctl(request)
  }

  tupleOf(handle: number): Tuple | undefined {
    return this.descriptors[handle].tuple
  }

  tcpInfo(handle: number, field: string): number | undefined {
    return tcpInfo(this.descriptors[handle], field, this.now)
  }

  inspect(name: string): number | undefined {
    const counter = MIB_NAMES.indexOf(name as (typeof MIB_NAMES)[number])
    if (counter >= 0) return this.counters.mib[counter]
    const [, reason] = /^dropped_(\w+)$/.exec(name) ?? []
    if (reason !== undefined && DROP_REASON_NAMES.includes(reason)) {
      return this.counters.outcomes[DROP_REASON_NAMES.indexOf(reason)]
    }
    const [, state] = /^sockets_(\w+)$/.exec(name) ?? []
    const stateIndex = STATE_NAMES.indexOf((state ?? '').toUpperCase().replaceAll('_', '-'))
    if (stateIndex >= 0) return this.endpoint.tcbs.counts[stateIndex]
    return this.inspectListeners(name)
  }

  /** A listener with the namespace's settings, changed by `own`. */
  makeListener(own: Partial<ListenerConfig>): Listener {
    const listener = new Listener({
      host: this.endpoint,
      config: { ...this.sysctls.listeners, ...own },
      profile: LINUX,
      cookieSecret: Uint8Array.from({ length: COOKIE_SECRET_BYTES }, (_, i) => i),
      onFlood: (sendingCookies) => {
        if (sendingCookies) this.floodWarnings.cookies++
        else this.floodWarnings.drops++
      },
    })
    this.listeners.push(listener)
    return listener
  }

  forgetListener(listener: Listener): void {
    this.listeners.splice(this.listeners.indexOf(listener), 1)
  }

  private addSocket(socket: EndpointSocket): number {
    this.descriptors.push(socket)
    return this.descriptors.length - 1
  }

  private inspectListeners(name: string): number | undefined {
    const sum = (value: (listener: Listener) => number): number =>
      this.listeners.reduce((total, listener) => total + value(listener), 0)
    switch (name) {
      case 'syn_queue':
        return sum((listener) => listener.synQueue.length)
      case 'syn_queue_young':
        return sum((listener) => listener.synQueue.young)
      case 'accept_queue':
        return sum((listener) => listener.acceptQueue.length)
      case 'backlog':
        return this.listeners.at(-1)?.limit
      case 'proven_peers':
        return sum((listener) => listener.provenPeers.size)
      case 'connections':
        return this.endpoint.tcbs.size
      case 'flood_warnings_cookies':
        return this.floodWarnings.cookies
      case 'flood_warnings_drops':
        return this.floodWarnings.drops
      case 'timers_armed':
        return Number(this.endpoint.nextDeadline() !== NEVER)
      default:
        return undefined
    }
  }
}

/** Whether an IPv4 packet is a TCP segment with payload. */
function carriesData(view: DataView): boolean {
  const headerBytes = (view.getUint8(0) & 15) * 4
  if (view.getUint8(9) !== PROTOCOL_TCP) return false
  return view.getUint16(2) > headerBytes + (view.getUint8(headerBytes + 12) >> 4) * 4
}
