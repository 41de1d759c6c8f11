/**
 * What is left of an attack that is over: what is told of it, and none of what it held.
 */
import { setImmediate as nextRound } from 'node:timers/promises'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { expect, it } from 'vitest'
import { CLIENTS_IN_FLIGHT_MAX } from '../../../../attacker/clients/client-spec.ts'
import { makeTrace, type Trace } from '../../../../attacker/trace/trace.ts'
import { makeAttack, withTrace } from '../../../../attacker/traffic/attack-spec.ts'
import { SECOND } from '../../../../tcpip/base/time.ts'
import { SYN } from '../../../../tcpip/wire/segment.ts'
import { packetOf, pcapFile } from '../../../support/readers/capture-files.ts'
import { AttackerLab } from '../../../support/worlds/attacker-lab.ts'

setFlagsFromString('--expose-gc')
const collectGarbage = runInNewContext('gc') as () => void

/** A trace of one SYN in each of these seconds. */
function traceOf(seconds: readonly number[]): Trace {
  const bytes = packetOf({ source: 5, destination: 6, destinationPort: 80, flags: SYN, seq: 1 })
  const trace = makeTrace(pcapFile(seconds.map((second) => ({ seconds: second, nanoseconds: 0, bytes }))))
  if (typeof trace === 'string') throw new Error(trace)
  return trace
}

function startReplay(lab: AttackerLab, trace: Trace, duration: number): void {
  const spec = makeAttack({ kind: 'trace-replay', trace: 'a.pcap', duration })
  lab.attacker.startAttack(withTrace(spec, trace), lab.now, trace)
}

/** Replays one packet, and returns the trace without holding it. */
function replay(lab: AttackerLab): WeakRef<object> {
  const trace = traceOf([0])
  startReplay(lab, trace, 60)
  return new WeakRef(trace)
}

it('a replay ends with what was allowed or with its trace, whichever is sooner', () => {
  const lab = new AttackerLab({ server: 'silent' })
  const trace = traceOf([0, 1, 2, 3, 4, 5])
  startReplay(lab, trace, 2.5)
  startReplay(lab, trace, 60)
  lab.runUntil(100)
  const [short, whole] = lab.attacker.snapshot().attacks
  expect(short).toMatchObject({ state: 'finished', offered: 3, sent: 3, stopsAt: 2.5 * SECOND })
  expect(whole).toMatchObject({ state: 'finished', offered: 6, sent: 6 })
  expect(whole?.stopsAt).toBeLessThan(5.1 * SECOND)
})

it('a replay that is over is still told of, and its trace is forgotten', async () => {
  const lab = new AttackerLab({ server: 'silent' })
  const trace = replay(lab)
  await nextRound()
  collectGarbage()
  // While it plays it needs it: the collector is no reason to be gone.
  expect(trace.deref()).toBeDefined()
  await nextRound()
  lab.runUntil(1)
  await nextRound()
  collectGarbage()
  expect(lab.attacker.snapshot().attacks).toMatchObject([{ id: 1, state: 'finished', sent: 1 }])
  expect(trace.deref()).toBeUndefined()
})

it('a visitor of a crowd who finds no place is not sent', () => {
  const lab = new AttackerLab({ server: 'silent' })
  const spec = makeAttack({ kind: 'flash-crowd', rate: 1000, duration: 20, connectTimeout: 131 })
  lab.attacker.startAttack(spec, 0)
  lab.runUntil(20)
  lab.attacker.poll(20 * SECOND)
  const [attack] = lab.attacker.snapshot().attacks
  expect(attack).toMatchObject({ state: 'finished', offered: 20_000, sent: CLIENTS_IN_FLIGHT_MAX, late: 0 })
  expect(attack?.noRoom).toBe(20_000 - CLIENTS_IN_FLIGHT_MAX)
  expect(attack?.figures.local).toBe(attack?.noRoom)
  expect(lab.attacker.attackCounters.totals('flash-crowd').noRoom).toBe(attack?.noRoom)
})
