/**
 * An attacker host and a server on a memory link without delay, in manual time. The server is an endpoint with a listener
 * and a few lines of application, whose behaviour the test chooses.
 */
import type { ConnectionRecord } from '../../../attacker/clients/attempt.ts'
import { AttackerHost } from '../../../attacker/traffic/attacker-host.ts'
import { World } from '../../../lab/world/world.ts'
import { Listener } from '../../../server/listener/listener.ts'
import { LISTENER_DEFAULTS, type ListenerConfig } from '../../../server/listener/listener-config.ts'
import { LINUX } from '../../../server/listener/profile.ts'
import { COOKIE_SECRET_BYTES } from '../../../server/listener/syn-cookies.ts'
import { Counters } from '../../../tcpip/base/counters.ts'
import { DropReason } from '../../../tcpip/base/drop-reason.ts'
import { Prng } from '../../../tcpip/base/prng.ts'
import { NEVER, SECOND } from '../../../tcpip/base/time.ts'
import type { ConnectionOwner, Tcb } from '../../../tcpip/connection/tcb.ts'
import { Endpoint, SECRET_BYTES } from '../../../tcpip/host/endpoint.ts'
import type { LinkEnd } from '../../../tcpip/link/link.ts'
import { makeMemoryLink } from '../../../tcpip/link/memory-link.ts'
import type { Prefix } from '../../../tcpip/wire/address.ts'
import { SERVER_ADDRESS, SERVER_PORT } from '../../../tcpip/wire/address-plan.ts'
import { parsePacket } from '../../../tcpip/wire/codec.ts'
import { Segment } from '../../../tcpip/wire/segment.ts'
import { testSecret } from './server-lab.ts'

/**
 * What the server is: `serves` accepts and answers; `silent` takes packets and does nothing; `closed` has no listener;
 * `mute` accepts and never answers; `aborts` answers a request with RST; `truncates` closes before the body is whole.
 */
export type ServerBehaviour = 'serves' | 'silent' | 'closed' | 'mute' | 'aborts' | 'truncates'

const HEADERS = 'HTTP/1.1 200 OK\r\nDate: today\r\nContent-Length: 5\r\n\r\n'

function ascii(text: string): Uint8Array {
  return Uint8Array.from(text, (character) => character.charCodeAt(0))
}

export interface AttackerLabOptions {
  readonly seed?: number
  readonly server?: ServerBehaviour
  readonly listener?: Partial<ListenerConfig>
  readonly ringCapacity?: number
  readonly clientAddresses?: Prefix
}

export class AttackerLab implements ConnectionOwner {
  readonly attacker: AttackerHost
  readonly records: ConnectionRecord[] = []
  readonly serverCounters = new Counters()
  /** The server's end of the link. */
  readonly wire: LinkEnd
  behaviour: ServerBehaviour
  private readonly server: Endpoint
  private readonly listener: Listener
  private readonly world: World

  constructor(options: AttackerLabOptions = {}) {
    const link = makeMemoryLink(options.ringCapacity ?? 1024)
    this.wire = link.b
    this.behaviour = options.server ?? 'serves'
    this.attacker = new AttackerHost({
      link: link.a,
      prng: new Prng(options.seed ?? 1),
      secret: testSecret(SECRET_BYTES),
      onConnection: (record) => this.records.push(record),
      ...(options.clientAddresses === undefined ? {} : { clientAddresses: options.clientAddresses }),
    })
    this.server = new Endpoint({
      link: link.b,
      addresses: { base: SERVER_ADDRESS, length: 32 },
      secret: testSecret(SECRET_BYTES, 100),
      counters: this.serverCounters,
      maxConnections: 4096,
    })
    this.listener = new Listener({
      host: this.server,
      config: { ...LISTENER_DEFAULTS, ...options.listener },
      profile: LINUX,
      cookieSecret: testSecret(COOKIE_SECRET_BYTES),
    })
    if (this.behaviour !== 'closed') this.server.listen(SERVER_PORT, this.listener)
    const server = { poll: (now: number) => this.serve(now), nextDeadline: () => this.serverDeadline() }
    this.world = new World(
      [
        { host: server, rx: link.b.rx },
        { host: this.attacker, rx: link.a.rx },
      ],
      [],
    )
  }

  /** Microseconds. */
  get now(): number {
    return this.world.now
  }

  set now(now: number) {
    this.world.now = now
  }

  /** Lets time pass event by event up to `seconds` after the start, both hosts taking turns. */
  runUntil(seconds: number): void {
    this.world.runThrough(Math.round(seconds * SECOND))
  }

  /** Lets packets go to and fro at the present time until none is on its way. */
  settle(): void {
    this.world.settle()
  }

  /** Takes what the attacker has sent, without a server, as segments. */
  takeSent(): Segment[] {
    const segments: Segment[] = []
    const { rx } = this.wire
    for (let at = rx.peek(); at >= 0; at = rx.peek()) {
      const length = rx.peekLength()
      const bytes = rx.bytes.slice(at, at + length)
      const segment = new Segment()
      const reason = parsePacket(bytes, new DataView(bytes.buffer), 0, length, segment)
      if (reason !== DropReason.ACCEPTED) throw new Error(`the attacker sent a bad packet: ${reason}`)
      segments.push(segment)
      rx.release()
    }
    return segments
  }

  onEstablished(): void {}

  onReadable(tcb: Tcb, now: number): void {
    if (tcb.finReceived) {
      this.server.close(tcb, now)
      return
    }
    const request = new Uint8Array(1024)
    const length = this.server.read(tcb, request, 0, request.length, now)
    const isWhole = String.fromCharCode(...request.subarray(0, length)).endsWith('\r\n\r\n')
    if (!isWhole || this.behaviour === 'mute') return
    if (this.behaviour === 'aborts') {
      this.server.abort(tcb, now)
      return
    }
    const answer = ascii(this.behaviour === 'truncates' ? `${HEADERS}he` : `${HEADERS}hello`)
    this.server.write(tcb, answer, 0, answer.length, now)
    if (this.behaviour === 'truncates') this.server.close(tcb, now)
  }

  onWritable(): void {}

  onClosed(): void {}

  private serverDeadline(): number {
    return this.behaviour === 'silent' ? NEVER : this.server.nextDeadline()
  }

  private serve(now: number): void {
    if (this.behaviour === 'silent') {
      this.wire.rx.clear()
      return
    }
    this.server.poll(now)
    for (let tcb = this.listener.accept(); tcb !== undefined; tcb = this.listener.accept()) {
      tcb.owner = this
      if (tcb.receiveQueue.length > 0) this.onReadable(tcb, now)
    }
  }
}
