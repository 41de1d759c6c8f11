/**
 * The sessions of a hub: a fixed number of slots. The slot number is part of the session id that travels in every data
 * frame, so finding the session of a datagram is one array access and a comparison.
 */
import { assert } from '../base/assert.ts'
import type { Prefix } from '../wire/address.ts'
import type { Asker } from './hub-nonces.ts'
import type { Liveness } from './liveness.ts'
import { SourceFilter } from './prefix-claims.ts'
import type { ArrivalTracker, PacketPacker } from './udp-data.ts'
import type { SessionId } from './udp-frame.ts'

/** Sessions that a hub can be told to allow: what fits the slot number in a session id. */
export const MAX_SESSIONS = 256
const SLOT_MASK = MAX_SESSIONS - 1

/** One live spoke, as others see it. */
export interface PeerSnapshot {
  readonly address: string
  readonly port: number
  readonly prefixes: readonly Prefix[]
  /** Packets of this spoke that reached the receive ring. */
  readonly packetsIn: number
  /** Packets packed for this spoke. */
  readonly packetsOut: number
  /** Packets that this spoke sent and that never arrived. */
  readonly packetsMissing: number
}

export class Session {
  readonly slot: number
  readonly id: SessionId
  readonly address: string
  readonly port: number
  readonly nonce: Uint8Array
  readonly prefixes: readonly Prefix[]
  readonly sources: SourceFilter
  readonly packer: PacketPacker
  readonly arrivals: ArrivalTracker
  readonly liveness: Liveness
  packetsIn = 0
  packetsOut = 0

  constructor(
    slot: number,
    id: SessionId,
    asker: Asker,
    prefixes: readonly Prefix[],
    packer: PacketPacker,
    arrivals: ArrivalTracker,
    liveness: Liveness,
  ) {
    this.slot = slot
    this.id = id
    this.address = asker.address
    this.port = asker.port
    this.nonce = asker.nonce
    this.prefixes = prefixes
    this.sources = new SourceFilter(prefixes)
    this.packer = packer
    this.arrivals = arrivals
    this.liveness = liveness
  }

  isAt(address: string, port: number): boolean {
    return this.port === port && this.address === address
  }

  snapshot(): PeerSnapshot {
    return {
      address: this.address,
      port: this.port,
      prefixes: this.prefixes,
      packetsIn: this.packetsIn,
      packetsOut: this.packetsOut,
      packetsMissing: this.arrivals.missing,
    }
  }
}

export class SessionTable {
  private readonly slots: (Session | undefined)[]
  private sessions: readonly Session[] = []

  /** `capacity`: 1 to MAX_SESSIONS; throws a RangeError for anything else. */
  constructor(capacity: number) {
    if (!Number.isInteger(capacity) || capacity < 1 || capacity > MAX_SESSIONS) {
      throw new RangeError(`number of peers must be an integer from 1 to ${MAX_SESSIONS}, got ${capacity}`)
    }
    this.slots = new Array<Session | undefined>(capacity).fill(undefined)
  }

  /** The live sessions, in the order in which they joined. The array is never changed, but replaced. */
  get live(): readonly Session[] {
    return this.sessions
  }

  /** A slot for one more session, or -1. */
  freeSlot(): number {
    return this.slots.indexOf(undefined)
  }

  /** `id` with its slot number written into it. */
  static nameSlot(id: SessionId, slot: number): SessionId {
    return { high: id.high, low: (id.low & ~SLOT_MASK) | slot }
  }

  add(session: Session): void {
    assert(this.slots[session.slot] === undefined, 'a session takes a free slot')
    this.slots[session.slot] = session
    this.sessions = [...this.sessions, session]
  }

  remove(session: Session): void {
    this.slots[session.slot] = undefined
    this.sessions = this.sessions.filter((other) => other !== session)
  }

  at(slot: number): Session | undefined {
    return this.slots[slot]
  }

  /** The session with this id (two int32). */
  find(high: number, low: number): Session | undefined {
    const slot = low & SLOT_MASK
    const session = slot < this.slots.length ? this.slots[slot] : undefined
    return session !== undefined && session.id.low === low && session.id.high === high ? session : undefined
  }

  findByPeer(address: string, port: number): Session | undefined {
    return this.sessions.find((session) => session.isAt(address, port))
  }

  /** For tests: that slots, ids and the list of live sessions agree. */
  assertInvariants(): void {
    const occupied = this.slots.filter((session) => session !== undefined)
    assert(occupied.length === this.sessions.length, 'as many occupied slots as live sessions')
    for (const session of this.sessions) {
      assert(this.slots[session.slot] === session, 'a live session is in its slot')
      assert(this.find(session.id.high, session.id.low) === session, 'a live session is found by its id')
      assert(this.findByPeer(session.address, session.port) === session, 'one session per address and port')
    }
  }
}
