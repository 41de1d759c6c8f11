/**
 * The machine's kernel behind the interface of the runner. Its clock is real: `advance` waits. Sockets never block; a call
 * that would is made again by the runner.
 */
import { SECOND } from '../../tcpip/base/time.ts'
import { formatAddress, parseAddress } from '../../tcpip/wire/address.ts'
import { DEFAULT_SETTINGS } from '../packetdrill/defaults.ts'
import {
  type Errno,
  type OptionValue,
  type Outcome,
  type SentPacket,
  type StackUnderTest,
  type Tuple,
  Unsupported,
  WOULD_BLOCK,
} from '../packetdrill/stack.ts'
import type { Command, Reply } from './kernel-end.ts'
import type { Ticks } from './kernel-timers.ts'
import { LEVELS, OPTIONS } from './socket-options.ts'

/** Puts a command to the kernel's end and waits for its reply. */
export type Ask = (command: Command) => Reply

/** Socket states as /proc/net/tcp numbers them, by the names that scripts use. */
const PROC_STATES: Readonly<Record<string, number>> = {
  established: 1,
  syn_sent: 2,
  fin_wait_1: 4,
  fin_wait_2: 5,
  time_wait: 6,
  close_wait: 8,
  last_ack: 9,
  closing: 11,
}
const PROC_SYN_RECEIVED = 3
const PROC_LISTEN = 10

/** A row of /proc/net/tcp: see kernel_end.py. */
type SocketRow = readonly [state: number, port: number, waiting: number, timeouts: number]

/** The clock that a kernel's timestamps and timers go by: microseconds since the machine started (CLOCK_MONOTONIC). */
export interface KernelClock {
  /** What it said when the clock of the stack said 0. */
  readonly began: number
  readonly ticks: Ticks
}

/** What the endpoint counts or knows, and a kernel does not show. */
const HIDDEN =
  /^(dropped_\w+|flood_warnings_\w+|proven_peers|timers_armed|Packets(In|Out)|TransmitRingFull|Syn(Received|AckSent)|HalfOpenExpired|HalfOpenCreated|Accepted|WindowProbes|RequestTimeouts)$/

/** Commands that may take their time. */
const UNHURRIED: ReadonlySet<unknown> = new Set(['open', 'wait', 'inspect', 'clock', 'sysctl'])

export class KernelStack implements StackUnderTest {
  now = 0
  readonly foreignWindows = undefined
  /** What the slowest command of those that do not wait has taken, microseconds: how far the time of a step may be wrong. */
  slowest = 0
  private readonly ask: Ask
  private readonly sent: SentPacket[] = []
  private readonly nonBlocking = new Map<number, boolean>()
  private readonly tuples = new Map<number, Tuple>()
  private readonly connecting = new Set<number>()

  /** A fresh kernel, as far as a namespace goes, that has `address`. */
  constructor(ask: Ask, address: number, sysctls: Readonly<Record<string, string>>) {
    this.ask = ask
    this.result(['open', formatAddress(address), sysctls])
  }

  advance(to: number): void {
    this.wait(to, true)
  }

  advanceToNext(limit: number): boolean {
    if (this.now >= limit) return false
    this.wait(limit, false)
    return this.now < limit || this.sent.length > 0
  }

  inject(bytes: Uint8Array): void {
    this.do(['inject', encode(bytes)])
  }

  collect(): SentPacket[] {
    return this.sent.splice(0)
  }

  sysctl(name: string, value: string): void {
    // Only those of the network are a namespace's own: all others are the machine's.
    if (!name.startsWith('net.')) throw new Unsupported(`the setting ${name}=${value} (known: net.*)`)
    const { error } = this.do(['sysctl', name, value])
    if (error !== undefined) throw new Unsupported(`${name}=${value} (${error})`)
  }

  loadDefaults(): void {
    this.flushMetrics()
    for (const { name, value } of DEFAULT_SETTINGS) {
      // Newer kernels have lost a setting of upstream's or two.
      this.do(['sysctl', name, value])
    }
  }

  flushMetrics(): void {
    this.do(['flush_metrics'])
  }

  isListening(port: number): boolean {
    return this.sockets().some(([state, local]) => state === PROC_LISTEN && local === port)
  }

  socket(nonBlocking: boolean): number {
    return this.register(this.result(['socket']) as number, nonBlocking)
  }

  bind(handle: number, address: number, port: number): Outcome {
    return this.outcome(handle, ['bind', handle, formatAddress(address), port])
  }

  listen(handle: number, backlog: number): Outcome {
    return this.outcome(handle, ['listen', handle, backlog])
  }

  accept(handle: number, nonBlocking: boolean): Outcome {
    const accepted = this.outcome(handle, ['accept', handle])
    return typeof accepted === 'number' ? this.register(accepted, nonBlocking) : accepted
  }

  connect(handle: number, address: number, port: number): Outcome {
    const outcome = this.outcome(handle, ['connect', handle, formatAddress(address), port])
    this.tuples.set(handle, { localAddress: 0, localPort: 0, remoteAddress: address, remotePort: port })
    if (this.nonBlocking.get(handle) || typeof outcome === 'number') return outcome
    // A blocking connect() that was begun: these say that it goes on, and that it is done.
    const goesOn = outcome === 'EINPROGRESS' || outcome === 'EALREADY'
    if (goesOn) this.connecting.add(handle)
    return goesOn ? WOULD_BLOCK : outcome === 'EISCONN' && this.connecting.delete(handle) ? 0 : outcome
  }

  read(handle: number, target: Uint8Array, peek: boolean): Outcome {
    const { result, error } = this.do(['read', handle, target.length, peek])
    if (error !== undefined) return this.refusal(handle, error)
    const bytes = Buffer.from(result as string, 'base64')
    target.set(bytes)
    return bytes.length
  }

  write(handle: number, bytes: Uint8Array, endsRecord: boolean): Outcome {
    return this.outcome(handle, ['write', handle, encode(bytes), endsRecord])
  }

  shutdown(handle: number, how: 'SHUT_RD' | 'SHUT_WR' | 'SHUT_RDWR'): Outcome {
    return this.outcome(handle, ['shutdown', handle, how])
  }

  close(handle: number): Outcome {
    return this.outcome(handle, ['close', handle])
  }

  setsockopt(handle: number, level: string, name: string, value: OptionValue): Outcome {
    return this.outcome(handle, ['setsockopt', handle, ...numbersOf(level, name), value])
  }

  getsockopt(handle: number, level: string, name: string): OptionValue | Errno {
    const { result, error } = this.do(['getsockopt', handle, ...numbersOf(level, name), name === 'SO_LINGER' ? 8 : 4])
    if (error !== undefined) return error as Errno
    const bytes = Buffer.from(result as string, 'base64')
    if (name === 'SO_LINGER') return { onoff: bytes.readInt32LE(0), linger: bytes.readInt32LE(4) }
    return name === 'TCP_CONGESTION' ? bytes.toString().replace(/\0.*$/s, '') : bytes.readInt32LE(0)
  }

  setNonBlocking(handle: number, nonBlocking: boolean): void {
    this.nonBlocking.set(handle, nonBlocking)
  }

  isNonBlocking(handle: number): boolean {
    return this.nonBlocking.get(handle) ?? false
  }

  poll(handle: number): ReadonlySet<string> {
    return new Set(this.result(['poll', handle]) as string[])
  }

  ioctl(handle: number, request: string): number | Errno {
    const { result, error } = this.do(['ioctl', handle, request])
    return error === undefined ? (result as number) : (error as Errno)
  }

  tupleOf(handle: number): Tuple | undefined {
    return this.tuples.get(handle)
  }

  tcpInfo(handle: number, field: string): number | undefined {
    const { result, error } = this.do(['tcp_info', handle])
    return error === undefined ? (result as Record<string, number>)[field] : undefined
  }

  inspect(name: string): number | undefined {
    const { counters } = this.result(['inspect']) as { counters: Record<string, number> }
    if (name in counters) return counters[name]
    const sockets = this.sockets()
    const count = (test: (row: SocketRow) => boolean): number => sockets.filter(test).length
    const [, stateName] = /^sockets_(\w+)$/.exec(name) ?? []
    if (stateName !== undefined) return count(([state]) => state === PROC_STATES[stateName])
    if (name === 'syn_queue') return count(([state]) => state === PROC_SYN_RECEIVED)
    if (name === 'syn_queue_young')
      return count(([state, , , timeouts]) => state === PROC_SYN_RECEIVED && timeouts === 0)
    if (name === 'connections') return count(([state]) => state !== PROC_SYN_RECEIVED && state !== PROC_LISTEN)
    const listeners = sockets.filter(([state]) => state === PROC_LISTEN)
    if (name === 'accept_queue') return listeners.reduce((sum, [, , waiting]) => sum + waiting, 0)
    return name === 'backlog' ? this.backlog() : undefined
  }

  /** All of `names` at one moment. */
  countersNow(names: readonly string[]): Record<string, number> {
    const { counters } = this.result(['inspect']) as { counters: Record<string, number> }
    return Object.fromEntries(names.map((name) => [name, counters[name] ?? 0]))
  }

  /** The kernel's own clock. */
  clock(): KernelClock {
    const [began, tick0, rate] = this.result(['clock']) as [number, number, number]
    return { began, ticks: { length: SECOND / rate, offset: -tick0 } }
  }

  hides(name: string): boolean {
    return KernelStack.hidden(name)
  }

  /** Whether the endpoint counts or knows something by this name that no kernel shows. */
  static hidden(name: string): boolean {
    return HIDDEN.test(name)
  }

  /** The limit of the listener that was made last: struct tcp_info has it in a field of another name. */
  private backlog(): number | undefined {
    const handles = [...this.nonBlocking.keys()].reverse()
    for (const handle of handles) {
      if (this.tcpInfo(handle, 'tcpi_state') === PROC_LISTEN) return this.tcpInfo(handle, 'tcpi_sacked')
    }
    return undefined
  }

  private sockets(): SocketRow[] {
    return (this.result(['inspect']) as { sockets: SocketRow[] }).sockets
  }

  private wait(until: number, whole: boolean): void {
    this.result(['wait', until, whole])
  }

  private register(handle: number, nonBlocking: boolean): number {
    this.nonBlocking.set(handle, nonBlocking)
    const { result } = this.do(['tuple', handle])
    if (result !== undefined) {
      const [localAddress, localPort, remoteAddress, remotePort] = result as [string, number, string, number]
      this.tuples.set(handle, {
        localAddress: parseAddress(localAddress) as number,
        localPort,
        remoteAddress: parseAddress(remoteAddress) as number,
        remotePort,
      })
    }
    return handle
  }

  /** The result of a call that gives a number. */
  private outcome(handle: number, command: Command): Outcome {
    const { result, error } = this.do(command)
    return error === undefined ? (result as number) : this.refusal(handle, error)
  }

  private refusal(handle: number, error: string): Outcome {
    return error === 'EAGAIN' && !this.isNonBlocking(handle) ? WOULD_BLOCK : (error as Errno)
  }

  private result(command: Command): unknown {
    const { result, error } = this.do(command)
    if (error !== undefined) throw new Error(`${command[0]}: ${error}`)
    return result
  }

  private do(command: Command): Reply {
    const reply = this.ask(command)
    for (const [at, bytes] of reply.sent) this.sent.push({ at, bytes: new Uint8Array(Buffer.from(bytes, 'base64')) })
    this.now = reply.now
    if (!UNHURRIED.has(command[0])) this.slowest = Math.max(this.slowest, reply.took ?? 0)
    return reply
  }
}

function numbersOf(level: string, name: string): [number, number] {
  const numbers: [number | undefined, number | undefined] = [LEVELS[level], OPTIONS[name]]
  if (numbers[0] === undefined) throw new Unsupported(`the level ${level} (known: ${Object.keys(LEVELS).join(', ')})`)
  if (numbers[1] === undefined) throw new Unsupported(`the option ${name} (known: ${Object.keys(OPTIONS).join(', ')})`)
  return numbers as [number, number]
}

function encode(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('base64')
}
