/**
 * The engine without its thread and socket: a ServerHost on a link, turned over by a TurnLoop, publishing its numbers
 * once per turn and telling what happens. Commands come between turns.
 */

import type { Handlers } from '../../control/thread.ts'
import { NEVER } from '../../tcpip/base/time.ts'
import { type TurnLink, TurnLoop, type TurnScheduler } from '../../tcpip/io/turn-loop.ts'
import { formatAddress } from '../../tcpip/wire/address.ts'
import { SERVER_ADDRESS, SERVER_PORT } from '../../tcpip/wire/address-plan.ts'
import type { ApplicationFactory } from '../app/application.ts'
import { ConnectionTap } from '../app/connection-tap.ts'
import type { ServerConfig } from '../app/server-config.ts'
import { ServerHost } from '../app/server-host.ts'
import { encodeAcceptQueue, encodeSynQueue } from '../app/slot-frame.ts'
import { listSockets, type SocketList } from '../app/socket-rows.ts'
import type { SocketState } from '../app/socket-state.ts'
import type { TapEvent } from '../app/tap-event.ts'
import type { TapTarget } from '../app/tap-target.ts'
import type { CookieAnatomy } from '../contract.ts'
import { viewCookie } from './cookie-view.ts'
import { FullnessWatch } from './fullness-watch.ts'
import { fillGauges, Gauge } from './gauges.ts'
import type { CoreEvents, EngineCommands, Slots } from './protocol.ts'
import type { StatsPublisher } from './published-stats.ts'

export interface ServerEngineCoreOptions {
  readonly link: TurnLink
  readonly config: ServerConfig
  /** Where the numbers go; the link's owner counts into `publisher.stats.link`. */
  readonly publisher: StatsPublisher
  /** Microseconds, monotonic. */
  readonly clock: () => number
  /** Fresh secret bytes, `SERVER_SECRET_BYTES` of them. */
  readonly makeSecret: () => Uint8Array
  /** Milliseconds since the Unix epoch at a time of `clock`. */
  readonly momentOf: (now: number) => number
  readonly emit: <K extends keyof CoreEvents>(event: K, data: CoreEvents[K]) => void
  readonly scheduler?: TurnScheduler
  /** The program behind the listener, made anew at every reset; default: the responder. */
  readonly application?: ApplicationFactory
}

export class ServerEngineCore {
  private readonly options: ServerEngineCoreOptions
  private readonly loop: TurnLoop
  private host: ServerHost
  private tap: ConnectionTap | undefined
  private lastTap = 0
  private synQueueWatch = new FullnessWatch()
  private acceptQueueWatch = new FullnessWatch()

  constructor(options: ServerEngineCoreOptions) {
    const { link, clock, scheduler } = options
    this.options = options
    this.host = this.makeHost(options.config)
    this.loop = new TurnLoop({
      host: this,
      link,
      clock,
      afterTurn: (now) => this.afterTurn(now),
      ...(scheduler === undefined ? {} : { scheduler }),
    })
    this.afterTurn(clock())
  }

  get config(): ServerConfig {
    return this.host.config
  }

  /** Packets have arrived. */
  wake(): void {
    this.loop.wake()
  }

  poll(now: number): void {
    const { tap } = this
    if (tap === undefined) {
      this.host.poll(now)
      return
    }
    tap.poll(now)
    if (tap.isOver) this.tap = undefined
  }

  nextDeadline(): number {
    const deadline = Math.min(this.synQueueWatch.nextDeadline(), this.acceptQueueWatch.nextDeadline())
    return Math.min(this.host.nextDeadline(), deadline, this.tap?.nextDeadline() ?? NEVER)
  }

  /** Follows another connection from now on, or none. Returns the number of the tap, which its events carry. */
  follow(target: TapTarget | undefined): number | undefined {
    const { clock, link, momentOf, emit } = this.options
    const now = clock()
    this.tap?.end(target === undefined ? 'stopped' : 'replaced', now)
    this.tap = undefined
    if (target === undefined) return undefined
    const id = ++this.lastTap
    const tell = (event: TapEvent): void => emit('tap', event)
    this.tap = new ConnectionTap({ host: this.host, link: link.end, id, target, momentOf, tell }, now)
    return id
  }

  /** What the main thread may ask for; what concerns the link or ends the thread is worker.ts's. */
  readonly handlers: Omit<Handlers<EngineCommands>, 'inspect' | 'close'> = {
    configure: (patch) => this.configure(patch),
    reset: () => {
      this.reset()
      return null
    },
    sockets: ({ state, limit }) => this.sockets(state, limit),
    slots: () => this.slots(),
    follow: (target) => this.follow(target),
    cookie: (cookie) => this.cookie(cookie),
  }

  /** Changes some knobs and returns all of them. Throws a RangeError, and changes nothing, when memory is short. */
  configure(patch: Partial<ServerConfig>): ServerConfig {
    const before = this.host.config
    const config = { ...before, ...patch }
    const changed = (Object.keys(config) as (keyof ServerConfig)[]).filter((key) => config[key] !== before[key])
    if (changed.length === 0) return before
    this.host.configure(config)
    this.options.emit('config', { config, before, changed })
    this.afterTurn(this.options.clock())
    this.loop.wake()
    return config
  }

  /** Forgets every connection, request, packet and count: a server freshly started with the present configuration. */
  reset(): void {
    const { link, publisher, emit, clock } = this.options
    const { config } = this.host
    const peers = publisher.stats.gauges[Gauge.LINK_PEERS] ?? 0
    this.follow(undefined)
    // The old application's last words go nowhere.
    this.host.close()
    link.end.rx.clear()
    link.end.tx.clear()
    publisher.stats.words.fill(0)
    // Published below, together with the gauges of the new host: readers see one moment.
    publisher.stats.gauges[Gauge.LINK_PEERS] = peers
    this.host = this.makeHost(config)
    this.synQueueWatch = new FullnessWatch()
    this.acceptQueueWatch = new FullnessWatch()
    emit('reset', { config })
    this.afterTurn(clock())
  }

  sockets(state: SocketState | undefined, limit: number): SocketList {
    return listSockets(this.host, state, limit, this.options.clock())
  }

  /** Both queues as they are now. */
  slots(): Slots {
    const { synQueue, acceptQueue, synLimit } = this.host.listener
    const now = this.options.clock()
    return {
      at: this.options.momentOf(now),
      syn: encodeSynQueue(synQueue, synLimit, now),
      accept: encodeAcceptQueue(acceptQueue, now),
    }
  }

  /** Takes a cookie apart and judges `cookie`, or it; counts nothing. */
  cookie(cookie: number | undefined): CookieAnatomy {
    const { clock, momentOf } = this.options
    const now = clock()
    return viewCookie(this.host.listener.cookies.inspect(cookie, now), momentOf, now)
  }

  setPeerCount(peers: number): void {
    this.options.publisher.stats.gauges[Gauge.LINK_PEERS] = peers
    this.publish()
  }

  /** Publishes the numbers outside a turn: datagrams that bring no packet are counted without one. */
  publish(): void {
    const { publisher } = this.options
    fillGauges(this.host, publisher.stats.gauges)
    publisher.publish()
  }

  /** No turn happens after this. */
  stop(): void {
    this.loop.stop()
    this.host.close()
  }

  private makeHost(config: ServerConfig): ServerHost {
    const { link, publisher, makeSecret, emit, application } = this.options
    return new ServerHost({
      link: link.end,
      config,
      secret: makeSecret(),
      counters: publisher.stats.counters,
      onFlood: (sendingCookies) => emit('flood', { sendingCookies, line: floodLine(sendingCookies) }),
      ...(application === undefined ? {} : { application }),
    })
  }

  private afterTurn(now: number): void {
    const { limit, synLimit, synQueue, acceptQueue } = this.host.listener
    this.publish()
    this.watch('syn_queue', this.synQueueWatch, synQueue.length, synLimit, now)
    this.watch('accept_queue', this.acceptQueueWatch, acceptQueue.length, limit, now)
  }

  private watch(
    queue: CoreEvents['threshold']['queue'],
    watch: FullnessWatch,
    length: number,
    limit: number,
    now: number,
  ): void {
    if (watch.check(length, limit, now)) {
      this.options.emit('threshold', { queue, isFull: watch.isFull, length, limit })
    }
  }
}

/** The line that Linux logs when a listener's SYN queue is full for the first time (tcp_syn_flood_action). */
function floodLine(sendingCookies: boolean): string {
  const where = `${formatAddress(SERVER_ADDRESS)}:${SERVER_PORT}`
  const action = sendingCookies ? 'Sending cookies' : 'Dropping request'
  return `TCP: request_sock_TCP: Possible SYN flooding on port ${where}. ${action}.`
}
