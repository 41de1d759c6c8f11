/**
 * The options of one descriptor: what Linux's setsockopt() takes, rounds and refuses, and getsockopt() gives back. What an
 * option does is done by whoever owns the descriptor (endpoint-socket.ts). Read first: Linux sk_setsockopt(),
 * do_tcp_setsockopt().
 */
import type { ListenerConfig } from '../../server/listener/listener-config.ts'
import { SECOND } from '../../tcpip/base/time.ts'
import { KEEPALIVE_DEFAULTS, type KeepaliveOptions } from '../../tcpip/connection/keepalive-options.ts'
import { DEFAULT_MSS, NO_WINDOW_SCALE, type SynOffer, windowScaleFor } from '../../tcpip/connection/segment-size.ts'
import { QUEUE_BYTES } from '../../tcpip/connection/tcb.ts'
import { type Linger, type OptionValue, type Outcome, Unsupported } from './stack.ts'

/** Options that are numbers. SO_REUSEADDR changes nothing: every port here may be bound again. */
const KNOWN = [
  'SO_REUSEADDR',
  'SO_KEEPALIVE',
  'SO_SNDBUF',
  'SO_RCVBUF',
  'TCP_NODELAY',
  'TCP_MAXSEG',
  'TCP_DEFER_ACCEPT',
  'TCP_SYNCNT',
  'TCP_KEEPIDLE',
  'TCP_KEEPINTVL',
  'TCP_KEEPCNT',
  'TCP_LINGER2',
  'TCP_USER_TIMEOUT',
]

const ANY = [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY] as const

/** What Linux takes; all else is EINVAL. */
const RANGES: Readonly<Record<string, readonly [least: number, most: number]>> = {
  // TCP_MIN_MSS, MAX_TCP_WINDOW.
  TCP_MAXSEG: [88, 32_767],
  TCP_SYNCNT: [1, 127],
  TCP_KEEPIDLE: [1, 32_767],
  TCP_KEEPINTVL: [1, 32_767],
  TCP_KEEPCNT: [1, 127],
  TCP_USER_TIMEOUT: [0, 2_147_483_647],
}
/** TCP_LINGER2: most seconds (TCP_FIN_TIMEOUT_MAX). */
const MOST_LINGER2 = 120
/** Buffers, bytes: the largest that may be asked for (wmem_max, rmem_max; 212,992 before Linux 6.18), and the least that is given. */
export const MOST_BUFFER = 4_194_304
const LEAST_SEND_BUFFER = 4608
const LEAST_RECEIVE_BUFFER = 2304

/** A buffer of this size, counted with overhead as Linux counts, holds no less than the endpoint's queue. */
const QUEUE_BUFFER = 2 * QUEUE_BYTES

/** Settings of the namespace that options start from. */
export interface OptionDefaults {
  /** Seconds (tcp_fin_timeout). */
  readonly finTimeout: number
  /** tcp_syn_retries. */
  readonly synRetries: number
  /** Bytes (the second value of tcp_wmem and of tcp_rmem). */
  readonly sendBuffer: number
  readonly receiveBuffer: number
}

export class SocketOptions {
  noDelay = false
  linger: Linger = { onoff: 0, linger: 0 }
  /** TCP_MAXSEG; 0 for none. */
  private maxSegment = 0
  /** Options that are settings of a listener. */
  listener: Partial<ListenerConfig> = {}
  private readonly defaults: () => OptionDefaults
  private keepalive = KEEPALIVE_DEFAULTS
  private keepsAlive = false
  private synCount: number | undefined
  /** Milliseconds (TCP_USER_TIMEOUT); 0 for the host's own. */
  userTimeout = 0
  /** Seconds; 0 for the namespace's, -1 for no FIN-WAIT-2 without a program. */
  private linger2 = 0
  private sendBuffer: number | undefined
  private receiveBuffer: number | undefined

  /** `defaults`: the namespace's, now. */
  constructor(defaults: () => OptionDefaults) {
    this.defaults = defaults
  }

  /** Those of a connection that the listener with these options has made. */
  ofChild(): SocketOptions {
    const child = new SocketOptions(this.defaults)
    Object.assign(child, this, { listener: {} })
    return child
  }

  /** The keepalive that was asked for, if any. */
  get keepaliveOptions(): KeepaliveOptions | undefined {
    return this.keepsAlive ? this.keepalive : undefined
  }

  /** How often a SYN is repeated. */
  get synRetries(): number {
    return this.synCount ?? this.defaults().synRetries
  }

  /** How long an orphan waits in FIN-WAIT-2, microseconds; below 0: not at all. */
  get finWait2Timeout(): number {
    return (this.linger2 || this.defaults().finTimeout) * SECOND
  }

  /** What a SYN of this socket's, or a SYN-ACK of its listener's, says on a host that by default says `own`. */
  offerFrom(own: SynOffer): SynOffer {
    const mss = this.maxSegment === 0 ? own.mss : Math.min(this.maxSegment, own.mss)
    if (this.receiveBuffer === undefined) return { ...own, mss }
    // Half of a buffer, as long as nothing has come that could tell more (Linux TCP_DEFAULT_SCALING_RATIO).
    const space = this.receiveBuffer / 2
    const scales = own.windowScale !== NO_WINDOW_SCALE
    return { mss, space, windowScale: scales ? windowScaleFor(space) : NO_WINDOW_SCALE }
  }

  /**
   * Why the windows of a connection are not Linux's, before and after it has received data; undefined when they are. The window of
   * a SYN always is.
   */
  foreignWindows(hasData: boolean): string | undefined {
    const bytes = this.receiveBuffer ?? this.defaults().receiveBuffer
    const isLarge = bytes > QUEUE_BUFFER
    if (bytes === QUEUE_BUFFER || !(hasData || isLarge)) return undefined
    const why = isLarge
      ? `the endpoint's queue holds ${QUEUE_BYTES}`
      : "they follow from the kernel's memory with overhead"
    return `windows${isLarge ? '' : ' after data'} with a receive buffer of ${bytes} bytes: ${why}`
  }

  /** Fails when a write of `length` bytes took `taken` because of the endpoint's queue, where the buffer asked for is another. */
  requireOwnQueue(length: number, taken: number): void {
    const bytes = this.sendBuffer ?? this.defaults().sendBuffer
    const isCut = taken < length && this.sendBuffer !== undefined
    if (bytes >= QUEUE_BUFFER && !isCut) return
    throw new Unsupported(`a send buffer of ${bytes} bytes: the endpoint's queue holds ${QUEUE_BYTES} bytes of payload`)
  }

  set(name: string, value: OptionValue): Outcome {
    if (name === 'SO_LINGER' && typeof value === 'object') {
      this.linger = value
      return 0
    }
    if (!KNOWN.includes(name)) throw new Unsupported(`setsockopt(2) of ${name} (known: SO_LINGER, ${KNOWN.join(', ')})`)
    if (typeof value !== 'number') throw new Unsupported(`setsockopt(2) of ${name} with anything but a number`)
    const [least, most] = RANGES[name] ?? ANY
    const takesBack = name === 'TCP_MAXSEG' && value === 0
    if (!takesBack && (value < least || value > most)) return 'EINVAL'
    this.setNumber(name, value)
    return 0
  }

  private setNumber(name: string, value: number): void {
    switch (name) {
      case 'SO_KEEPALIVE':
        this.keepsAlive = value !== 0
        break
      case 'SO_SNDBUF':
        this.sendBuffer = Math.max(2 * Math.min(value, MOST_BUFFER), LEAST_SEND_BUFFER)
        break
      case 'SO_RCVBUF':
        this.receiveBuffer = Math.max(2 * Math.min(value, MOST_BUFFER), LEAST_RECEIVE_BUFFER)
        break
      case 'TCP_NODELAY':
        this.noDelay = value !== 0
        break
      case 'TCP_MAXSEG':
        this.maxSegment = value
        break
      case 'TCP_DEFER_ACCEPT':
        this.listener = { ...this.listener, deferAccept: value }
        break
      case 'TCP_SYNCNT':
        this.synCount = value
        this.listener = { ...this.listener, synAckRetries: value }
        break
      case 'TCP_KEEPIDLE':
        this.keepalive = { ...this.keepalive, idle: value * SECOND }
        break
      case 'TCP_KEEPINTVL':
        this.keepalive = { ...this.keepalive, interval: value * SECOND }
        break
      case 'TCP_KEEPCNT':
        this.keepalive = { ...this.keepalive, probes: value }
        break
      case 'TCP_LINGER2':
        this.linger2 = value < 0 ? -1 : Math.min(value, MOST_LINGER2)
        break
      case 'TCP_USER_TIMEOUT':
        this.userTimeout = value
        break
    }
  }

  /** Undefined for what only a connection knows. */
  get(name: string): OptionValue | undefined {
    switch (name) {
      case 'SO_REUSEADDR':
        return 1
      case 'SO_LINGER':
        return this.linger
      case 'SO_KEEPALIVE':
        return Number(this.keepsAlive)
      case 'SO_SNDBUF':
        return this.sendBuffer ?? this.defaults().sendBuffer
      case 'SO_RCVBUF':
        return this.receiveBuffer ?? this.defaults().receiveBuffer
      case 'TCP_MAXSEG':
        // Before there is a connection: what was set, or the default (Linux do_tcp_getsockopt).
        return this.maxSegment || DEFAULT_MSS
      case 'TCP_NODELAY':
        return Number(this.noDelay)
      case 'TCP_KEEPIDLE':
        return this.keepalive.idle / SECOND
      case 'TCP_KEEPINTVL':
        return this.keepalive.interval / SECOND
      case 'TCP_KEEPCNT':
        return this.keepalive.probes
      case 'TCP_SYNCNT':
        return this.synRetries
      case 'TCP_USER_TIMEOUT':
        return this.userTimeout
      case 'TCP_LINGER2':
        return this.linger2 || this.defaults().finTimeout
      default:
        return undefined
    }
  }
}
