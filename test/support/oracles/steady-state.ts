/**
 * A listener under a constant SYN flood that nobody ever answers, in virtual time: what the queue settles at. Honest
 * clients that complete their handshake after one round trip can be mixed in.
 */
import type { ListenerProfile } from '../../../server/listener/profile.ts'
import { Mib } from '../../../tcpip/base/counters.ts'
import { Prng } from '../../../tcpip/base/prng.ts'
import { SECOND } from '../../../tcpip/base/time.ts'
import { SERVER_ADDRESS, SERVER_PORT } from '../../../tcpip/wire/address-plan.ts'
import { writePacket } from '../../../tcpip/wire/codec.ts'
import { makeSegment, SYN } from '../../../tcpip/wire/segment.ts'
import { Peer, ServerLab } from '../worlds/server-lab.ts'

export interface SteadyStateOptions {
  readonly backlog: number
  /** Attack SYNs per second, Poisson. */
  readonly rate: number
  readonly synCookies: number
  readonly warmUp: number
  readonly measured: number
  readonly profile?: ListenerProfile
  readonly maxSynBacklog?: number
  /** Honest SYNs per second, Poisson, answered `roundTrip` seconds later. */
  readonly honestRate?: number
  readonly roundTrip?: number
  readonly seed?: number
}

export interface SteadyState {
  /** Time-weighted mean of the SYN queue's length. */
  readonly meanLength: number
  readonly maxLength: number
  /** Share of the SYNs that were stored. */
  readonly storedShare: number
  readonly synAcksPerStored: number
  /** Share of honest connections that were established, of those begun while measuring. */
  readonly honestShare: number
  /** Counters of the measured period by name. */
  readonly changed: Record<string, number>
}

export function steadyState(options: SteadyStateOptions): SteadyState {
  const { backlog, synCookies, maxSynBacklog = 4_194_304 } = options
  const lab = new ServerLab({ backlog, synCookies, maxSynBacklog, somaxconn: 65_536 }, options.profile)
  const prng = new Prng(options.seed ?? 1)
  const attacks = prng.fork('attacks')
  const honest = prng.fork('honest')
  const syn = makeSegment({
    destination: SERVER_ADDRESS,
    destinationPort: SERVER_PORT,
    flags: SYN,
    window: 64_240,
    mss: 1460,
  })
  const packet = new Uint8Array(64)
  const view = new DataView(packet.buffer)
  const start = lab.now
  const measureFrom = start + options.warmUp * SECOND
  const end = measureFrom + options.measured * SECOND
  const attackGap = SECOND / options.rate
  const honestGap = options.honestRate ? SECOND / options.honestRate : Number.POSITIVE_INFINITY
  const roundTrip = (options.roundTrip ?? 0) * SECOND
  const finalAcks: { at: number; peer: Peer }[] = []
  let nextAttack = start + attacks.exponential(attackGap)
  let nextHonest = start + (options.honestRate ? honest.exponential(honestGap) : Number.POSITIVE_INFINITY)
  let area = 0
  let maxLength = 0
  let sources = 0
  let begun = 0
  let established = 0
  let measuring = false

  while (lab.now < end) {
    const next = Math.min(nextAttack, nextHonest, finalAcks[0]?.at ?? Infinity, lab.endpoint.nextDeadline(), end)
    if (!measuring && next >= measureFrom) {
      measuring = true
      lab.mark()
      lab.now = measureFrom
    }
    if (measuring) area += lab.halfOpen * (next - lab.now)
    lab.now = next
    lab.endpoint.advance(next)
    if (next === nextAttack) {
      syn.source = (0xc612_0000 + (sources & 0x1_ffff)) | 0
      syn.sourcePort = 1024 + (sources >>> 17)
      sources++
      const length = writePacket(packet, view, 0, syn)
      lab.endpoint.receive(packet, view, 0, length, next)
      nextAttack += attacks.exponential(attackGap)
    } else if (next === nextHonest) {
      const peer = new Peer(lab, 0x2_0000 + (begun & 0xffff))
      const answered = peer.syn().length > 0
      if (answered) finalAcks.push({ at: next + roundTrip, peer })
      if (measuring) {
        begun++
        if (answered) established++
      }
      nextHonest += honest.exponential(honestGap)
    } else if (finalAcks[0] !== undefined && next === finalAcks[0].at) {
      finalAcks.shift()?.peer.ack()
      const tcb = lab.listener.accept()
      if (tcb !== undefined) lab.endpoint.abort(tcb, next)
    }
    lab.discard()
    if (measuring) maxLength = Math.max(maxLength, lab.halfOpen)
  }

  const changed = lab.changed()
  const stored = lab.delta(Mib.HalfOpenCreated)
  return {
    meanLength: area / (end - measureFrom),
    maxLength,
    storedShare: stored / lab.delta(Mib.SynReceived),
    synAcksPerStored: (stored + (changed.TCPSynRetrans ?? 0)) / stored,
    honestShare: begun === 0 ? Number.NaN : established / begun,
    changed,
  }
}

/** Erlang's loss formula: the share of calls lost with `load` erlangs offered to `servers` lines. */
export function erlangB(load: number, servers: number): number {
  let lost = 1
  for (let n = 1; n <= servers; n++) lost = (load * lost) / (n + load * lost)
  return lost
}
