/**
 * From what an attack is told to do to what does it: one place that knows every kind.
 */
import { assert } from '../../tcpip/base/assert.ts'
import type { Prng } from '../../tcpip/base/prng.ts'
import type { PacketRing } from '../../tcpip/link/packet-ring.ts'
import { prefixSize } from '../../tcpip/wire/address.ts'
import { ACK, FIN, RST } from '../../tcpip/wire/segment.ts'
import { TraceReplay } from '../trace/replay.ts'
import type { Timeline } from '../trace/timeline.ts'
import { AckFlood } from './ack-flood.ts'
import { type AttackAction, type PacketWriter, SendPackets } from './attack-action.ts'
import type { AttackSpec } from './attack-spec.ts'
import type { Botnet } from './botnet.ts'
import { makeConnectFlood } from './connect-flood.ts'
import { CookieReplay, PausingSchedule } from './cookie-replay.ts'
import { FlashCrowd } from './flash-crowd.ts'
import { makeSchedule, type Schedule } from './rate-shape.ts'
import { SequenceSweep, type Victims } from './sequence-sweep.ts'
import { makeSlowRequest } from './slow-request.ts'
import { floodSources } from './syn-flood.ts'
import { anyPort, SynWriter } from './syn-writer.ts'

/** What attacks find around them in an attacker host. */
export interface AttackSurroundings {
  /** The link's transmit ring. */
  readonly tx: PacketRing
  readonly botnet: Botnet
  readonly victims: Victims
}

export interface PreparedAttack {
  readonly schedule: Schedule
  readonly action: AttackAction
}

/** An attack that begins at `start`, microseconds. Everything random in it comes from `prng`. `trace`: for a replay. */
export function prepareAttack(
  spec: AttackSpec,
  start: number,
  prng: Prng,
  surroundings: AttackSurroundings,
  trace: Timeline | undefined,
): PreparedAttack {
  if (spec.kind === 'trace-replay') {
    assert(trace !== undefined, 'a replay has its trace')
    const replay = new TraceReplay(trace, start, spec.speed)
    return { schedule: replay, action: new SendPackets(surroundings.tx, replay) }
  }
  const schedule = makeSchedule(spec, start, prng.fork('arrivals'))
  const action = makeAction(spec, prng.fork('packets'), surroundings)
  if (spec.kind !== 'cookie-replay') return { schedule, action }
  return { schedule: new PausingSchedule(schedule, spec.cookies, spec.age), action }
}

function makeAction(
  spec: Exclude<AttackSpec, { kind: 'trace-replay' }>,
  prng: Prng,
  { tx, botnet, victims }: AttackSurroundings,
): AttackAction {
  const send = (writer: PacketWriter): AttackAction => new SendPackets(tx, writer)
  switch (spec.kind) {
    case 'syn-flood':
      return send(new SynWriter(floodSources(spec, botnet), spec.fingerprint, prng))
    case 'low-and-slow':
      return send(new SynWriter(anyPort(spec.sources.base, prefixSize(spec.sources)), spec.fingerprint, prng))
    case 'syn-data': {
      const places = anyPort(spec.sources.base, prefixSize(spec.sources))
      return send(new SynWriter(places, spec.fingerprint, prng, spec.payload))
    }
    case 'ack-flood':
      return send(new AckFlood(anyPort(spec.sources.base, prefixSize(spec.sources)), prng))
    case 'rst-flood':
      return send(new SequenceSweep(spec, RST, victims, prng))
    case 'fin-flood':
      return send(new SequenceSweep(spec, FIN | ACK, victims, prng))
    case 'cookie-replay':
      return new CookieReplay(spec, botnet, tx, prng)
    case 'connect-flood':
      return makeConnectFlood(spec, botnet, prng)
    case 'flash-crowd':
      return new FlashCrowd(spec, botnet, prng)
    case 'slow-request':
      return makeSlowRequest(spec, botnet, prng)
  }
}
