/**
 * Honest clients and the server of the lab over a wire with a delay, in manual time. The test can stop the server's turns,
 * and lose packets of its choice.
 */
import type { ConnectionRecord } from '../../../attacker/clients/attempt.ts'
import type { ClientSpec } from '../../../attacker/clients/client-spec.ts'
import { AttackerHost } from '../../../attacker/traffic/attacker-host.ts'
import { World } from '../../../lab/world/world.ts'
import { SERVER_DEFAULTS, type ServerConfig } from '../../../server/app/server-config.ts'
import { SERVER_SECRET_BYTES, ServerHost } from '../../../server/app/server-host.ts'
import { DropReason } from '../../../tcpip/base/drop-reason.ts'
import { Prng } from '../../../tcpip/base/prng.ts'
import { MILLISECOND, NEVER, SECOND } from '../../../tcpip/base/time.ts'
import { SECRET_BYTES } from '../../../tcpip/host/endpoint.ts'
import { type LinkEnd, makeLinkEnd } from '../../../tcpip/link/link.ts'
import type { PacketRing } from '../../../tcpip/link/packet-ring.ts'
import { parsePacket } from '../../../tcpip/wire/codec.ts'
import { Segment } from '../../../tcpip/wire/segment.ts'
import { testSecret } from './server-lab.ts'

/** Packets that wait for a server that takes no turns. */
const RING_PACKETS = 16_384

interface UnderWay {
  readonly at: number
  readonly to: PacketRing
  readonly bytes: Uint8Array
}

export interface ClientsLabOptions {
  readonly seed?: number
  readonly rttMs?: number
  readonly server?: Partial<ServerConfig>
  readonly populations?: readonly string[]
}

export class ClientsLab {
  readonly attacker: AttackerHost
  readonly server: ServerHost
  readonly records: ConnectionRecord[] = []
  /** The server takes no turns; packets wait for it. */
  isStalled = false
  /** Packets to the server that are lost. */
  isLost: (segment: Segment) => boolean = () => false
  /** Most requests that the SYN queue held at the end of an instant. */
  synQueueMax = 0
  private readonly oneWay: number
  private readonly clientEnd: LinkEnd = makeLinkEnd(RING_PACKETS)
  private readonly serverEnd: LinkEnd = makeLinkEnd(RING_PACKETS)
  /** In the order of their times: every packet takes equally long. */
  private readonly underWay: UnderWay[] = []
  private readonly world: World

  constructor({ seed = 1, rttMs = 20, server = {}, populations }: ClientsLabOptions = {}) {
    this.oneWay = (rttMs * MILLISECOND) / 2
    this.attacker = new AttackerHost({
      link: this.clientEnd,
      prng: new Prng(seed),
      secret: testSecret(SECRET_BYTES),
      onConnection: (record) => this.records.push(record),
      ...(populations === undefined ? {} : { populations }),
    })
    this.server = new ServerHost({
      link: this.serverEnd,
      config: { ...SERVER_DEFAULTS, ...server },
      secret: testSecret(SERVER_SECRET_BYTES),
    })
    const { serverEnd } = this
    const isStalled = (): boolean => this.isStalled
    const serverInWorld = {
      host: {
        poll: (now: number) => {
          if (!isStalled()) this.server.poll(now)
        },
        nextDeadline: () => (isStalled() ? NEVER : this.server.nextDeadline()),
      },
      rx: {
        get size() {
          return isStalled() ? 0 : serverEnd.rx.size
        },
      },
    }
    const wire = {
      transfer: (now: number) => this.carry(now),
      nextDeadline: () => this.underWay[0]?.at ?? NEVER,
    }
    this.world = new World([{ host: this.attacker, rx: this.clientEnd.rx }, serverInWorld], [wire])
  }

  /** Microseconds. */
  get now(): number {
    return this.world.now
  }

  setClients(spec: ClientSpec | undefined, population?: string): void {
    this.attacker.setClients(spec, this.now, population)
  }

  /** Lets everything happen that happens before `seconds` after the start. */
  runUntil(seconds: number): void {
    const end = seconds * SECOND
    const { world } = this
    world.settle()
    for (let next = world.nextEvent(); next < end; next = world.nextEvent()) {
      world.enter(next)
      this.synQueueMax = Math.max(this.synQueueMax, this.server.listener.synQueue.length)
    }
    world.now = end
  }

  /** Runs `spec` for `seconds`, then lets what is under way come to its end. */
  run(spec: ClientSpec, seconds: number): ConnectionRecord[] {
    this.setClients(spec)
    this.runUntil(seconds)
    this.setClients(undefined)
    this.runUntil(seconds + 300)
    return this.records
  }

  /** Takes what the hosts have sent, and delivers what has been under way long enough. */
  private carry(now: number): void {
    this.send(this.clientEnd.tx, this.serverEnd.rx)
    this.send(this.serverEnd.tx, this.clientEnd.rx)
    for (let next = this.underWay[0]; next !== undefined && next.at <= now; next = this.underWay[0]) {
      this.underWay.shift()
      next.to.push(next.bytes, 0, next.bytes.length)
    }
  }

  private send(from: PacketRing, to: PacketRing): void {
    for (let at = from.peek(); at >= 0; at = from.peek()) {
      const bytes = from.bytes.slice(at, at + from.peekLength())
      from.release()
      if (to === this.serverEnd.rx && this.isLost(parse(bytes))) continue
      this.underWay.push({ at: this.now + this.oneWay, to, bytes })
    }
  }
}

function parse(bytes: Uint8Array): Segment {
  const segment = new Segment()
  const reason = parsePacket(bytes, new DataView(bytes.buffer), 0, bytes.length, segment)
  if (reason !== DropReason.ACCEPTED) throw new Error(`a bad packet was sent: ${reason}`)
  return segment
}

/** The value at `percent` % of all, by nearest rank. */
export function nearestRank(values: readonly number[], percent: number): number {
  const sorted = values.toSorted((a, b) => a - b)
  return sorted[Math.max(0, Math.ceil((percent / 100) * sorted.length) - 1)] ?? Number.NaN
}
