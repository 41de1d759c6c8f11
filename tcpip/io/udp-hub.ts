/**
 * The server's end of the UDP link: a socket around HubSessions. A host reads `end.rx`, writes `end.tx` and calls `flush`
 * once per turn; `onReceive` tells it that packets have arrived.
 */
import type { Socket } from 'node:dgram'
import { once } from 'node:events'
import { type LinkEnd, makeLinkEnd } from '../link/link.ts'
import { HubSessions, type PeerChange } from '../udp-link/hub-sessions.ts'
import { LINK_TICK } from '../udp-link/liveness.ts'
import type { MacKey } from '../udp-link/mac-key.ts'
import type { AllowedPrefix } from '../udp-link/prefix-claims.ts'
import type { PeerSnapshot } from '../udp-link/session-table.ts'
import { UdpCounters } from '../udp-link/udp-counters.ts'
import { checkDatagramBytes, DEFAULT_DATAGRAM_BYTES, DEFAULT_RING_CAPACITY } from '../udp-link/udp-data.ts'
import { UDP_LINK_PORT } from '../udp-link/udp-frame.ts'
import { freshKey } from './lab-key.ts'
import { fillRandom } from './random.ts'
import { type Tap, UdpOutput } from './udp-output.ts'
import { closeSocket, describeError, growSocketBuffers, makeSocket } from './udp-socket.ts'

/** Default number of spokes. */
const DEFAULT_MAX_PEERS = 64

export interface UdpHubOptions {
  readonly key: MacKey
  /** The prefixes that spokes may ask for; disjoint. */
  readonly allowed: readonly AllowedPrefix[]
  /** Microseconds since the start of the process, monotonic. */
  readonly clock: () => number
  /** Packets are in `end.rx`. Called after each datagram: wake a TurnLoop (turn-loop.ts), do not process them here. */
  readonly onReceive: () => void
  /** A spoke joined, said goodbye, or fell silent. */
  readonly onPeerChange?: (change: PeerChange, peer: PeerSnapshot) => void
  /** Address to bind, default 127.0.0.1; a container binds 0.0.0.0 inside the lab's own network. */
  readonly host?: string
  /** Port to bind, default 7400; 0 takes any free one. */
  readonly port?: number
  /** Packets per direction, a power of two. */
  readonly ringCapacity?: number
  /** 576 to 16384 bytes, default 1400. More is for loopback only. */
  readonly maxDatagramBytes?: number
  readonly maxPeers?: number
  /** For counters that another thread reads. */
  readonly counters?: UdpCounters
  readonly tap?: Tap
}

export class UdpHub {
  readonly end: LinkEnd
  readonly counters: UdpCounters
  private readonly socket: Socket
  private readonly sessions: HubSessions
  private readonly options: UdpHubOptions
  private timer: NodeJS.Timeout | undefined
  private isClosed = false

  /**
   * Binds and starts. Rejects with an Error of one clear line when the address cannot be bound, and with a RangeError for
   * options out of range.
   */
  static async open(options: UdpHubOptions): Promise<UdpHub> {
    const host = options.host ?? '127.0.0.1'
    const port = options.port ?? UDP_LINK_PORT
    const socket = makeSocket()
    try {
      const hub = new UdpHub(socket, options)
      const listening = once(socket, 'listening')
      socket.bind({ address: host, port, exclusive: true })
      await listening
      hub.start()
      return hub
    } catch (error) {
      await closeSocket(socket)
      if (error instanceof RangeError) throw error
      throw new Error(`UDP link: cannot bind ${host}:${port}: ${describeError(error)}`, { cause: error })
    }
  }

  private constructor(socket: Socket, options: UdpHubOptions) {
    const maxDatagramBytes = options.maxDatagramBytes ?? DEFAULT_DATAGRAM_BYTES
    checkDatagramBytes(maxDatagramBytes)
    const { clock, key, allowed, tap } = options
    this.end = makeLinkEnd(options.ringCapacity ?? DEFAULT_RING_CAPACITY)
    this.counters = options.counters ?? new UdpCounters()
    this.socket = socket
    this.options = options
    this.timer = undefined
    const { end, counters } = this
    const output = new UdpOutput({
      maxDatagramBytes,
      maxPacketBytes: end.tx.slotBytes,
      counters,
      tap,
      onSpace: () => this.flush(),
    })
    output.use(socket, false)
    this.sessions = new HubSessions(
      {
        key,
        allowed,
        maxSessions: options.maxPeers ?? DEFAULT_MAX_PEERS,
        maxDatagramBytes,
        end,
        output,
        counters,
        random: fillRandom,
        nonceKey: freshKey(),
        onPeerChange: options.onPeerChange,
      },
      clock(),
    )
  }

  private start(): void {
    const { socket, sessions, counters, end } = this
    const { clock, onReceive, tap } = this.options
    growSocketBuffers(socket)
    socket.on('error', () => counters.countSocketError())
    socket.on('message', (bytes, peer) => {
      tap?.('in', bytes)
      sessions.receive(bytes, bytes.length, peer.address, peer.port)
      if (end.rx.size > 0) onReceive()
    })
    this.timer = setInterval(() => sessions.tick(clock()), LINK_TICK / 1_000)
    this.timer.unref()
  }

  /** The port that was bound. */
  get port(): number {
    return this.socket.address().port
  }

  /** The address that was bound. */
  get address(): string {
    return this.socket.address().address
  }

  /** Sends everything in `end.tx`: many packets per datagram, each to the spoke that owns its destination. */
  flush(): void {
    if (this.isClosed) return
    // What does not fit the datagrams at hand is flushed again from onSpace.
    this.sessions.transmit()
  }

  /** The live spokes. */
  peers(): PeerSnapshot[] {
    return this.sessions.peers()
  }

  /** Says goodbye to all spokes and closes the socket. */
  async close(): Promise<void> {
    if (this.isClosed) return
    this.isClosed = true
    clearInterval(this.timer)
    this.sessions.close()
    await closeSocket(this.socket)
  }
}
