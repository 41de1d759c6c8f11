/**
 * Replayed packets are whole, correct and say what was recorded, from addresses of the lab.
 */
import { describe, expect, it } from 'vitest'
import { TraceReplay } from '../../../../attacker/trace/replay.ts'
import { makeTrace, type Trace, traceSource } from '../../../../attacker/trace/trace.ts'
import { SendPackets } from '../../../../attacker/traffic/attack-action.ts'
import { DropReason } from '../../../../tcpip/base/drop-reason.ts'
import { Prng } from '../../../../tcpip/base/prng.ts'
import { NEVER } from '../../../../tcpip/base/time.ts'
import { PacketRing } from '../../../../tcpip/link/packet-ring.ts'
import { SERVER_ADDRESS, SERVER_PORT } from '../../../../tcpip/wire/address-plan.ts'
import { parsePacket } from '../../../../tcpip/wire/codec.ts'
import { ACK, Segment, SYN } from '../../../../tcpip/wire/segment.ts'
import { type FilePacket, packetOf, pcapFile } from '../../../support/readers/capture-files.ts'

const VICTIM = 0x5db8_d822

function traceOf(packets: readonly FilePacket[]): Trace {
  const trace = makeTrace(pcapFile(packets), { address: VICTIM, port: 443 })
  if (typeof trace === 'string') throw new Error(trace)
  return trace
}

function times(trace: Trace, start: number, speed: number): number[] {
  const replay = new TraceReplay(trace, start, speed)
  const all: number[] = []
  for (; replay.next !== NEVER; replay.step()) all.push(replay.next)
  return all
}

/** Packets at these microseconds, with their number as sequence number. */
const AT = [0, 100, 100, 1001, 60_000_000]
const TRACE = traceOf(
  AT.map((time, seq) => ({
    seconds: Math.floor(time / 1_000_000),
    nanoseconds: (time % 1_000_000) * 1000,
    bytes: packetOf({ source: 5, destination: VICTIM, destinationPort: 443, flags: SYN, seq }),
  })),
)

describe('the schedule of a replay', () => {
  it('is that of the recording, from its start on, and then never again', () => {
    expect(times(TRACE, 7000, 1)).toEqual(AT.map((time) => 7000 + time))
    const replay = new TraceReplay(TRACE, 0, 1)
    for (let i = 0; i < 10; i++) replay.step()
    expect(replay.next).toBe(NEVER)
  })

  it.each([
    [2, [0, 50, 50, 501, 30_000_000]],
    [0.1, [0, 1000, 1000, 10_010, 600_000_000]],
    [100, [0, 1, 1, 10, 600_000]],
  ])('runs %d times as fast, in whole microseconds', (speed, expected) => {
    expect(times(TRACE, 0, speed)).toEqual(expected)
  })

  it.each([0.09, 101, 0, -1, Number.NaN])('does not run at a speed of %d', (speed) => {
    expect(() => new TraceReplay(TRACE, 0, speed)).toThrow('replay speed in range')
  })
})

describe('the packets of a replay', () => {
  it('follow the schedule: one that was passed over is not sent later', () => {
    const replay = new TraceReplay(TRACE, 0, 1)
    const ring = new PacketRing(4)
    replay.step()
    replay.step()
    const length = replay.write(ring.bytes, ring.view, 64)
    const segment = new Segment()
    expect(parsePacket(ring.bytes, ring.view, 64, length, segment)).toBe(DropReason.ACCEPTED)
    expect(segment.seq).toBe(2)
  })

  it('are sent by an attack like any others, and lost when the ring has no room', () => {
    const ring = new PacketRing(8)
    const replay = new TraceReplay(TRACE, 0, 1)
    const action = new SendPackets(ring, replay)
    // Attacks leave one place of eight free.
    for (let i = 0; i < 6; i++) ring.commit(ring.reserve() < 0 ? 0 : 40)
    const done: boolean[] = []
    for (; replay.next !== NEVER; replay.step()) {
      done.push(action.act())
      if (done.length === 3) for (let i = 0; i < 7; i++) ring.release()
    }
    expect(done).toEqual([true, false, false, true, true])
    const seqs: number[] = []
    for (let at = ring.peek(); at >= 0; at = ring.peek()) {
      seqs.push(ring.view.getInt32(at + 24))
      ring.release()
    }
    expect(seqs).toEqual([3, 4])
  })

  it('have right checksums, all recorded fields and zeros for payload, whatever lay in the ring before', () => {
    const prng = new Prng(11)
    const recorded = Array.from({ length: 500 }, () => {
      const payload = new Uint8Array(prng.chance(1, 2) ? prng.below(1461) : 0)
      prng.fill(payload)
      return {
        source: 0x0800_0000 | prng.below(50),
        sourcePort: prng.below(65_536),
        destination: VICTIM,
        destinationPort: 443,
        seq: prng.next(),
        ack: prng.next(),
        flags: prng.chance(1, 2) ? SYN : ACK | prng.below(256),
        window: prng.below(65_536),
        hasTimestamps: prng.chance(1, 2),
        tsVal: prng.next(),
        tsEcr: prng.next(),
        payload,
      }
    })
    const trace = traceOf(recorded.map((fields, i) => ({ seconds: i, nanoseconds: 0, bytes: packetOf(fields) })))
    const replay = new TraceReplay(trace, 0, 1)
    const ring = new PacketRing(2)
    const segment = new Segment()
    const sources = new Map<number, number>()
    for (const { payload, hasTimestamps, tsVal, tsEcr, source, destination: _, ...same } of recorded) {
      prng.fill(ring.bytes)
      const length = replay.write(ring.bytes, ring.view, 64)
      expect(parsePacket(ring.bytes, ring.view, 64, length, segment)).toBe(DropReason.ACCEPTED)
      if (!sources.has(source)) sources.set(source, traceSource(sources.size))
      expect(segment).toMatchObject({
        ...same,
        source: sources.get(source),
        destination: SERVER_ADDRESS,
        destinationPort: SERVER_PORT,
        payloadLength: payload.length,
        ...(hasTimestamps ? { hasTimestamps, tsVal, tsEcr } : { hasTimestamps }),
      })
      const { payloadAt, payloadLength } = segment
      expect(ring.bytes.subarray(payloadAt, payloadAt + payloadLength).every((byte) => byte === 0)).toBe(true)
      // The urgent pointer.
      expect(ring.view.getUint16(64 + 20 + 18)).toBe(0)
      replay.step()
    }
    expect(replay.next).toBe(NEVER)
  })

  it('fit into a slot of a ring, the longest that a trace can hold as well', () => {
    // 40 bytes of options, all of them NOPs.
    const longest = packetOf({ destination: VICTIM, destinationPort: 443, flags: ACK, payload: new Uint8Array(3000) })
    longest[32] = 0xf0
    longest.fill(1, 40, 80)
    const replay = new TraceReplay(traceOf([{ seconds: 0, nanoseconds: 0, bytes: longest }]), 0, 1)
    const ring = new PacketRing(1)
    expect(replay.write(ring.bytes, ring.view, ring.reserve())).toBe(1540)
    expect(parsePacket(ring.bytes, ring.view, 0, 1540, new Segment())).toBe(DropReason.ACCEPTED)
  })
})
