/**
 * The attacker's end of the UDP link: a socket around SpokeSession. It finds the hub by name or address, again for every
 * hello, asks the caller whether that address is allowed before anything is sent to it, and speaks through a connected
 * socket, so that the kernel itself keeps every datagram, in or out, to that one address and port.
 */
import type { Socket } from 'node:dgram'
import { lookup } from 'node:dns/promises'
import { once } from 'node:events'
import { type LinkEnd, makeLinkEnd } from '../link/link.ts'
import { LINK_TICK } from '../udp-link/liveness.ts'
import type { MacKey } from '../udp-link/mac-key.ts'
import type { PrefixRequest } from '../udp-link/prefix-request.ts'
import { SpokeSession, type SpokeState } from '../udp-link/spoke-session.ts'
import { UdpCounters } from '../udp-link/udp-counters.ts'
import { checkDatagramBytes, DEFAULT_DATAGRAM_BYTES, DEFAULT_RING_CAPACITY } from '../udp-link/udp-data.ts'
import { UDP_LINK_PORT } from '../udp-link/udp-frame.ts'
import type { Prefix } from '../wire/address.ts'
import { fillRandom } from './random.ts'
import { type Tap, UdpOutput } from './udp-output.ts'
import { closeSocket, describeError, growSocketBuffers, makeSocket } from './udp-socket.ts'

export interface UdpSpokeOptions {
  readonly key: MacKey
  /** What this process wants to speak for, 1 to 16 requests: `exactly(prefix)` or `anyBlock(pool, length)`. */
  readonly requests: readonly PrefixRequest[]
  /**
   * Called with the hub's IPv4 address before anything is sent to it. A string is a refusal and its reason: then nothing
   * is sent.
   */
  readonly authorize: (address: string) => string | undefined
  /** Microseconds since the start of the process, monotonic. */
  readonly clock: () => number
  /** Packets are in `end.rx`. Called after each datagram: wake a TurnLoop (turn-loop.ts), do not process them here. */
  readonly onReceive: () => void
  /** The state changed, or what is the matter in it. `detail`: one line for people. */
  readonly onStateChange?: (state: SpokeState, detail: string) => void
  /** The hub's name or IPv4 address, default 127.0.0.1. */
  readonly host?: string
  /** The hub's port, default 7400. */
  readonly port?: number
  /** Packets per direction, a power of two. */
  readonly ringCapacity?: number
  /** 576 to 16384 bytes, default 1400. More is for loopback only. */
  readonly maxDatagramBytes?: number
  /** For counters that another thread reads. */
  readonly counters?: UdpCounters
  /** Finds the IPv4 address of a name; default: the system's resolver. */
  readonly resolve?: (name: string) => Promise<string>
  readonly tap?: Tap
}

async function resolveIpv4(name: string): Promise<string> {
  return (await lookup(name, { family: 4 })).address
}

export class UdpSpoke {
  readonly end: LinkEnd
  readonly counters: UdpCounters
  private readonly options: UdpSpokeOptions
  private readonly host: string
  private readonly port: number
  private readonly output: UdpOutput
  private readonly session: SpokeSession
  private timer: NodeJS.Timeout | undefined
  private socket: Socket | undefined
  /** Where `socket` is connected to. */
  private hubAddress: string | undefined
  private searching: Promise<void> | undefined

  /**
   * Starts, and resolves when the first hello is sent or could not be: the state is then `connecting`, or `refused` when
   * `authorize` said no. It goes on trying in any case. Rejects with a RangeError for options out of range.
   */
  static async open(options: UdpSpokeOptions): Promise<UdpSpoke> {
    const spoke = new UdpSpoke(options)
    const tick = () => spoke.session.tick(options.clock())
    spoke.timer = setInterval(tick, LINK_TICK / 1_000)
    spoke.timer.unref()
    tick()
    await spoke.searching
    return spoke
  }

  private constructor(options: UdpSpokeOptions) {
    const maxDatagramBytes = options.maxDatagramBytes ?? DEFAULT_DATAGRAM_BYTES
    checkDatagramBytes(maxDatagramBytes)
    const { key, requests, clock, tap } = options
    this.options = options
    this.host = options.host ?? '127.0.0.1'
    this.port = options.port ?? UDP_LINK_PORT
    this.end = makeLinkEnd(options.ringCapacity ?? DEFAULT_RING_CAPACITY)
    this.counters = options.counters ?? new UdpCounters()
    this.timer = undefined
    this.socket = undefined
    this.hubAddress = undefined
    this.searching = undefined
    const { end, counters } = this
    this.output = new UdpOutput({
      maxDatagramBytes,
      maxPacketBytes: end.tx.slotBytes,
      counters,
      tap,
      onSpace: () => this.flush(),
      onError: (error) => this.onSocketError(error),
    })
    this.session = new SpokeSession(
      {
        key,
        requests,
        maxDatagramBytes,
        end,
        output: this.output,
        counters,
        random: fillRandom,
        onHelloDue: () => this.beginSearch(),
        onStateChange: options.onStateChange,
      },
      clock(),
    )
  }

  get state(): SpokeState {
    return this.session.state
  }

  /** What is the matter, in one line for people. */
  get detail(): string {
    return this.session.detail
  }

  /** The prefixes granted in the current or latest session, one per request and in their order. */
  get prefixes(): readonly Prefix[] {
    return this.session.prefixes
  }

  /** Packets that the hub sent in this session and that never arrived. */
  get packetsMissing(): number {
    return this.session.packetsMissing
  }

  /** Sends everything in `end.tx`; unless `ready`, drops it and counts it. */
  flush(): void {
    // What does not fit the datagrams at hand is flushed again from onSpace.
    this.session.transmit()
  }

  /** Says goodbye and closes the socket. */
  async close(): Promise<void> {
    clearInterval(this.timer)
    this.session.close()
    await this.disconnect()
  }

  /** One search at a time: a slow resolver delays the next hello. */
  private beginSearch(): void {
    this.searching ??= this.search().finally(() => {
      this.searching = undefined
    })
  }

  /** Finds the hub, has its address authorized, connects to it, and says hello. */
  private async search(): Promise<void> {
    try {
      const address = await (this.options.resolve ?? resolveIpv4)(this.host)
      if (!this.isWanting()) return
      const refusal = this.options.authorize(address)
      if (refusal !== undefined) {
        await this.disconnect()
        this.session.forbid(refusal)
        return
      }
      if (address !== this.hubAddress) await this.connect(address)
      if (this.isWanting()) this.session.sayHello()
    } catch (error) {
      if (this.isWanting()) this.session.unreachable(this.describeFailure(error))
    }
  }

  /** Whether a session is still to be found: an answer to an earlier hello, or `close`, may have come in between. */
  private isWanting(): boolean {
    return this.state === 'connecting' || this.state === 'refused'
  }

  private async connect(address: string): Promise<void> {
    await this.disconnect()
    const socket = makeSocket()
    try {
      const connected = once(socket, 'connect')
      socket.connect(this.port, address)
      await connected
    } catch (error) {
      await closeSocket(socket)
      throw error
    }
    if (!this.isWanting()) {
      await closeSocket(socket)
      return
    }
    const { session, end } = this
    const { onReceive, tap } = this.options
    growSocketBuffers(socket)
    socket.on('error', (error) => {
      this.counters.countSocketError()
      this.onSocketError(error)
    })
    socket.on('message', (bytes) => {
      tap?.('in', bytes)
      session.receive(bytes, bytes.length)
      if (end.rx.size > 0) onReceive()
    })
    this.socket = socket
    this.hubAddress = address
    this.output.use(socket, true)
  }

  private async disconnect(): Promise<void> {
    const { socket } = this
    if (socket === undefined) return
    this.socket = undefined
    this.hubAddress = undefined
    this.output.use(undefined, true)
    await closeSocket(socket)
  }

  /** On a connected socket the kernel reports what ICMP says: a refused port means that the hub is gone now. */
  private onSocketError(error: Error): void {
    if ((error as NodeJS.ErrnoException).code === 'ECONNREFUSED') this.session.unreachable(this.describeFailure(error))
  }

  private describeFailure(error: unknown): string {
    return `cannot reach the hub at ${this.host}:${this.port}: ${describeError(error)}`
  }
}
