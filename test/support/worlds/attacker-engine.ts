/**
 * An attacker's engine without thread, socket or clock of its own: what the control API sees is real, the link is memory,
 * and time passes when the test says so.
 */

import type { ClientSpec } from '../../../attacker/clients/client-spec.ts'
import type { AttackerEngine } from '../../../attacker/engine/engine.ts'
import { AttackerEngineCore } from '../../../attacker/engine/engine-core.ts'
import type { CoreEvents, EngineEvent, EngineEvents } from '../../../attacker/engine/protocol.ts'
import { SharedCounters } from '../../../attacker/engine/shared-counters.ts'
import { Prng } from '../../../tcpip/base/prng.ts'
import { MILLISECOND } from '../../../tcpip/base/time.ts'
import { SECRET_BYTES } from '../../../tcpip/host/endpoint.ts'
import { type LinkEnd, makeLinkEnd } from '../../../tcpip/link/link.ts'
import type { SpokeState } from '../../../tcpip/udp-link/spoke-session.ts'
import type { Prefix } from '../../../tcpip/wire/address.ts'
import { IPV4_HEADER_BYTES, sourceOf } from '../../../tcpip/wire/ipv4.ts'
import { sourcePortOf } from '../../../tcpip/wire/tcp.ts'
import { ManualScheduler } from './manual-scheduler.ts'
import { testSecret } from './server-lab.ts'

/** What the hub grants beside the clients' block. */
const BOTS: Prefix = { base: 0x0a09_4400, length: 22 }
const BYSTANDERS: Prefix = { base: 0xcb00_7110 | 0, length: 28 }

type Told = { [K in EngineEvent]: { readonly event: K; readonly data: EngineEvents[K] } }[EngineEvent]
type Listener = (data: never) => void

export class TestEngine implements AttackerEngine {
  readonly counters = new SharedCounters()
  readonly gateway = undefined
  readonly failed = new Promise<Error>(() => {})
  /** Everything the engine has told, in order. */
  readonly told: Told[] = []
  /** Where the first packet came from. */
  firstSender: { readonly address: number; readonly port: number } | undefined
  /** Packets that were flushed to the link. */
  flushed = 0
  private readonly core: AttackerEngineCore
  private readonly listeners = new Map<EngineEvent, Listener[]>()
  private readonly linkState: { end: LinkEnd; state: SpokeState; detail: string; prefixes: readonly Prefix[] }
  private readonly scheduler = new ManualScheduler()

  constructor(clients?: ClientSpec) {
    this.linkState = { end: makeLinkEnd(1024), state: 'connecting', detail: 'not connected yet', prefixes: [] }
    const { linkState } = this
    this.core = new AttackerEngineCore({
      link: {
        end: linkState.end,
        flush: () => this.flush(),
        get state() {
          return linkState.state
        },
        get detail() {
          return linkState.detail
        },
        get prefixes() {
          return linkState.prefixes
        },
      },
      hub: { host: 'server', port: 7400 },
      prng: new Prng(1),
      secret: testSecret(SECRET_BYTES),
      counters: this.counters,
      clock: this.scheduler.clock,
      momentOf: (now) => now / MILLISECOND,
      clients,
      emit: (event, data) => this.tell(event, data),
      scheduler: this.scheduler,
    })
  }

  /** The link comes or goes. */
  setLink(state: SpokeState, detail = state as string, prefix: Prefix = { base: 0x0a09_1300, length: 24 }): void {
    Object.assign(this.linkState, {
      state,
      detail,
      prefixes: state === 'ready' ? [prefix, BOTS, BYSTANDERS] : this.linkState.prefixes,
    })
    this.core.linkChanged()
  }

  /** Lets `milliseconds` pass: turns that are due happen at their time. */
  pass(milliseconds: number): void {
    this.scheduler.pass(milliseconds)
  }

  /** Events of one kind that were told. */
  toldOf<K extends EngineEvent>(event: K): EngineEvents[K][] {
    return this.told.filter((one) => one.event === event).map((one) => one.data as EngineEvents[K])
  }

  link = () => this.core.link()
  state = async () => this.core.state()
  startAttack: AttackerEngine['startAttack'] = async (spec) => this.core.startAttack(spec)
  stopAttack: AttackerEngine['stopAttack'] = async (id) => this.core.stopAttack(id)
  stopAll = async () => this.core.stopAll()
  setClients: AttackerEngine['setClients'] = async (spec) => this.core.setClients(spec)
  reset = async () => this.core.reset()
  follow: AttackerEngine['follow'] = async (client) => this.core.follow(client)
  takeFinished: AttackerEngine['takeFinished'] = async () => {
    const { ended } = this.core.takeFinished()
    return { at: this.scheduler.clock() / MILLISECOND, ended, connections: [] }
  }
  close = async () => this.core.stop()

  on<K extends EngineEvent>(event: K, listener: (data: EngineEvents[K]) => void): void {
    this.listeners.set(event, [...(this.listeners.get(event) ?? []), listener as Listener])
  }

  private tell<K extends EngineEvent>(event: K, data: CoreEvents[K]): void {
    const stamped = { ...data, at: this.scheduler.clock() / MILLISECOND }
    this.told.push({ event, data: stamped } as unknown as Told)
    for (const listener of this.listeners.get(event) ?? []) listener(stamped as never)
  }

  private flush(): void {
    const { tx } = this.linkState.end
    this.flushed += tx.size
    const at = tx.peek()
    // What these engines send first is the SYN of a client.
    if (at >= 0)
      this.firstSender ??= { address: sourceOf(tx.view, at), port: sourcePortOf(tx.view, at + IPV4_HEADER_BYTES) }
    this.linkState.end.tx.clear()
  }
}
