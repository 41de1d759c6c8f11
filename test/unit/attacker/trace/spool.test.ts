/**
 * A trace in a file is the same trace: every packet, every time, whatever order the recording had; and its file is closed
 * when its replay is over.
 */
import { spawnSync } from 'node:child_process'
import { existsSync, fstatSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { describe, expect, it } from 'vitest'
import {
  closeTrace,
  type OpenSpooledTrace,
  openSpool,
  SpoolDirectory,
  spoolTrace,
  timelineOf,
} from '../../../../attacker/engine/trace-spool.ts'
import { PAGE_BYTES_MAX, PAGE_PACKETS, pageBytes } from '../../../../attacker/trace/pages.ts'
import { TraceReplay } from '../../../../attacker/trace/replay.ts'
import { countBeyond, lastTime, peakRate, type Timeline } from '../../../../attacker/trace/timeline.ts'
import { makeTrace, type Trace } from '../../../../attacker/trace/trace.ts'
import { makeAttack, withTrace } from '../../../../attacker/traffic/attack-spec.ts'
import { Prng } from '../../../../tcpip/base/prng.ts'
import { NEVER, SECOND } from '../../../../tcpip/base/time.ts'
import { PacketRing } from '../../../../tcpip/link/packet-ring.ts'
import { SYN } from '../../../../tcpip/wire/segment.ts'
import { temporaryDirectory } from '../../../support/processes/lab-cli.ts'
import { packetOf, pcapFile } from '../../../support/readers/capture-files.ts'
import { TestEngine } from '../../../support/worlds/attacker-engine.ts'

/** A recording of so many packets, which jumps back in time now and then. */
function recorded(packets: number, seed = 7): Trace {
  const prng = new Prng(seed)
  let milliseconds = 1000
  const file = pcapFile(
    Array.from({ length: packets }, (_, seq) => {
      milliseconds += prng.chance(1, 50) ? -prng.below(500) : prng.below(10)
      const hasTimestamps = prng.chance(1, 2)
      const options = hasTimestamps ? { hasTimestamps, tsVal: prng.next() } : {}
      const bytes = packetOf({
        source: prng.next(),
        sourcePort: 1024 + prng.below(9),
        destination: 5,
        destinationPort: 80 + prng.below(3),
        flags: SYN,
        seq,
        window: prng.below(65_536),
        mss: 536 + prng.below(900),
        payload: new Uint8Array(prng.below(4)),
        ...options,
      })
      return { seconds: Math.floor(milliseconds / 1000), nanoseconds: (milliseconds % 1000) * 1_000_000, bytes }
    }),
  )
  const trace = makeTrace(file)
  if (typeof trace === 'string') throw new Error(trace)
  return trace
}

function spool(trace: Trace): OpenSpooledTrace {
  const path = join(temporaryDirectory(), 'trace')
  return openSpool(spoolTrace(trace, path), path)
}

function replayed(timeline: Timeline): string[] {
  const replay = new TraceReplay(timeline, 5, 2)
  const ring = new PacketRing(1)
  const packets: string[] = []
  for (; replay.next !== NEVER; replay.step()) {
    const length = replay.write(ring.bytes, ring.view, 0)
    packets.push(`${replay.next} ${Buffer.from(ring.bytes.subarray(0, length)).toString('hex')}`)
  }
  return packets
}

/** Whether a descriptor is open. */
function isOpen({ descriptor }: OpenSpooledTrace): boolean {
  try {
    fstatSync(descriptor)
    return true
  } catch {
    return false
  }
}

describe('a trace in a file', () => {
  it.each([1, PAGE_PACKETS, PAGE_PACKETS + 1, 2 * PAGE_PACKETS + 77])(
    'replays %i packets as one in memory',
    (packets) => {
      const trace = recorded(packets)
      const order = spool(trace)
      const timeline = timelineOf(order)
      expect(replayed(timeline)).toEqual(replayed(trace))
      expect(lastTime(timeline)).toBe(lastTime(trace))
      for (const speed of [0.1, 1, 7, 100]) {
        expect(peakRate(timeline, speed)).toBe(peakRate(trace, speed))
        for (const seconds of [0, 0.3, 10, 1000]) {
          const duration = seconds * SECOND
          expect(countBeyond(timeline, speed, duration)).toBe(countBeyond(trace, speed, duration))
        }
      }
      closeTrace(order)
    },
  )

  it('has pages of a bounded length', () => {
    const trace = recorded(PAGE_PACKETS)
    // 40 bytes of options are the most that a segment has.
    trace.optionsLengths.fill(40)
    trace.optionsAt.fill(0)
    expect(pageBytes(trace, 0).length).toBeLessThanOrEqual(PAGE_BYTES_MAX)
  })

  it('leaves nothing behind where it cannot be written', () => {
    const directory = temporaryDirectory()
    const path = join(directory, 'trace')
    writeFileSync(path, 'of somebody else')
    expect(() => spoolTrace(recorded(10), path)).toThrow('EEXIST')
    expect(readdirSync(directory)).toEqual(['trace'])
  })

  it('is closed with its replay: stopped, over, refused or forgotten', async () => {
    const trace = recorded(PAGE_PACKETS + 1)
    const ended = async (
      end: (engine: TestEngine) => unknown,
      link: 'ready' | 'connecting' = 'ready',
    ): Promise<boolean[]> => {
      const engine = new TestEngine()
      engine.setLink(link)
      const order = spool(trace)
      const request = makeAttack({ kind: 'trace-replay', trace: 'x', duration: 60 })
      await engine.startAttack({ spec: withTrace(request, timelineOf(order)), trace: order })
      const was = isOpen(order)
      await end(engine)
      return [was, isOpen(order)]
    }
    expect(await ended((engine) => engine.stopAttack(1))).toEqual([true, false])
    expect(await ended((engine) => engine.reset())).toEqual([true, false])
    expect(await ended((engine) => engine.setLink('connecting'))).toEqual([true, false])
    expect(await ended((engine) => engine.pass(61_000))).toEqual([true, false])
    expect(await ended(() => {}, 'connecting')).toEqual([false, false])
  })

  it('lies in a directory that the next process removes when its own was killed, and no other', () => {
    const gone = spawnSync(process.execPath, ['--version']).pid
    const [left, running] = [gone, process.ppid].map((pid) => mkdtempSync(join(tmpdir(), `synlab-traces-${pid}-`)))
    const path = new SpoolDirectory().newPath() ?? ''
    expect([existsSync(left), existsSync(running), existsSync(dirname(path))]).toEqual([false, true, true])
    rmSync(running, { recursive: true })
    rmSync(dirname(path), { recursive: true })
  })
})
