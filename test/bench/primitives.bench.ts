/**
 * What the hot primitives cost: hashes, flow table, timer wheel. The npm package `siphash` is the yardstick that the
 * cost of a whole SYN is held to.
 */
import siphash from 'siphash'
import { FlowHash } from '../../tcpip/base/flow-hash.ts'
import { FlowTable } from '../../tcpip/base/flow-table.ts'
import { Prng } from '../../tcpip/base/prng.ts'
import { SipHash } from '../../tcpip/base/siphash.ts'
import { MILLISECOND, SECOND } from '../../tcpip/base/time.ts'
import { TimerWheel } from '../../tcpip/base/timer-wheel.ts'
import { type BenchCase, measureApart } from './measure.ts'

const KEY = Uint8Array.from({ length: 16 }, (_, i) => i)
const DRAWS = 1 << 20
const HASH4 = 'SipHash-2-4 of four words'
const YARDSTICK = 'yardstick: npm siphash of 16 bytes'

/** Random int32 drawn in advance, so that the generator is not measured. */
function draw(seed: number, below?: number): Int32Array {
  const prng = new Prng(seed)
  return Int32Array.from({ length: DRAWS }, () => (below === undefined ? prng.next() : prng.below(below)))
}

const hash4: BenchCase = {
  name: HASH4,
  iterations: 500_000,
  prepare() {
    const hash = new SipHash(KEY)
    return (iterations) => {
      let sum = 0
      for (let i = 0; i < iterations; i++) sum = (sum + hash.hash4(i, 0x0200c633, 0x12345678, 0)) | 0
      return sum
    }
  },
}

const yardstick: BenchCase = {
  name: YARDSTICK,
  iterations: 20_000,
  prepare() {
    const key = new Uint32Array(KEY.buffer)
    const message = new Uint8Array(16)
    return (iterations) => {
      let sum = 0
      for (let i = 0; i < iterations; i++) {
        message[0] = i
        sum = (sum + siphash.hash(key, message).l) | 0
      }
      return sum
    }
  },
}

const flowHash: BenchCase = {
  name: 'flow hash (HalfSipHash-1-3 of three words)',
  iterations: 1_000_000,
  prepare() {
    const hash = new FlowHash(KEY.subarray(0, 8))
    return (iterations) => {
      let sum = 0
      for (let i = 0; i < iterations; i++) sum = (sum + hash.hash(i, 0x0200c633, 0x12345678)) | 0
      return sum
    }
  },
}

/** A flood's churn of a full table: each operation is a lookup that misses, a removal of the oldest and an insertion. */
function flowTableChurn(capacity: number): BenchCase {
  return {
    name: `flow table: miss + remove + insert, ${capacity} entries`,
    iterations: 300_000,
    prepare() {
      const table = new FlowTable(capacity)
      const hashes = draw(1)
      for (let i = 0; i < capacity; i++) table.insert(hashes[i], i)
      let oldest = 0
      return (iterations) => {
        let sum = 0
        for (let i = 0; i < iterations; i++) {
          // The table holds draws oldest .. oldest + capacity - 1, in the ring of draws; handles follow the ring too.
          const outgoing = oldest & (DRAWS - 1)
          const incoming = (oldest + capacity) & (DRAWS - 1)
          sum = (sum + table.find(~hashes[incoming])) | 0
          table.remove(hashes[outgoing], outgoing)
          table.insert(hashes[incoming], incoming)
          oldest++
        }
        return sum
      }
    },
  }
}

/**
 * Handshakes that complete: timers armed one second ahead are disarmed half a second later, in the order of arming,
 * and armed again, while time goes on. Nothing fires.
 */
function timerHandshakes(armed: number): BenchCase {
  return {
    name: `timer wheel: disarm + arm in turn, ${armed} armed`,
    iterations: 500_000,
    prepare() {
      const wheel = new TimerWheel(armed)
      const perMillisecond = Math.ceil(armed / 500)
      const target = { fire: (): void => undefined }
      let now = 0
      let id = 0
      let inMillisecond = 0
      return (iterations) => {
        for (let i = 0; i < iterations; i++) {
          wheel.disarm(id)
          wheel.arm(id, now + SECOND)
          if (++id === armed) id = 0
          if (++inMillisecond < perMillisecond) continue
          inMillisecond = 0
          now += MILLISECOND
          wheel.advance(now, target, 64)
        }
        return wheel.armed
      }
    },
  }
}

/** The worst order: timers all over the memory, with deadlines that neither cache nor branch predictor can guess. */
function timerChurn(armed: number): BenchCase {
  return {
    name: `timer wheel: disarm + arm at random, ${armed} armed`,
    iterations: 500_000,
    prepare() {
      const wheel = new TimerWheel(armed)
      const ids = draw(2, armed)
      const deadlines = draw(3, 63 * SECOND)
      for (let id = 0; id < armed; id++) wheel.arm(id, deadlines[id])
      let at = 0
      return (iterations) => {
        for (let i = 0; i < iterations; i++) {
          wheel.disarm(ids[at])
          wheel.arm(ids[at], deadlines[at])
          at = (at + 1) & (DRAWS - 1)
        }
        return wheel.armed
      }
    },
  }
}

/** The life of timers under a flood: each fires after 1 to 32 s and is armed again; dealing out is included. */
function timerFiring(armed: number): BenchCase {
  return {
    name: `timer wheel: fire + arm, ${armed} armed`,
    iterations: 500_000,
    prepare() {
      const wheel = new TimerWheel(armed)
      const deadlines = draw(4, 32 * SECOND)
      for (let id = 0; id < armed; id++) wheel.arm(id, deadlines[id])
      let timeouts = 0
      const target = {
        fire(id: number, now: number): void {
          wheel.arm(id, now + (SECOND << (timeouts++ % 6)))
        },
      }
      let now = 0
      return (iterations) => {
        let fired = 0
        while (fired < iterations) {
          now = Math.max(now, wheel.nextDeadline())
          fired += wheel.advance(now, target, iterations - fired)
        }
        return fired
      }
    },
  }
}

const timerIdle: BenchCase = {
  name: 'timer wheel: advance by 1 ms, nothing due',
  iterations: 1_000_000,
  prepare() {
    const wheel = new TimerWheel(1)
    let now = 0
    const target = { fire: (): void => undefined }
    return (iterations) => {
      for (let i = 0; i < iterations; i++) {
        // Always about half a second ahead.
        if ((i & 0xff) === 0) wheel.arm(0, now + SECOND / 2)
        now += MILLISECOND
        wheel.advance(now, target, 64)
      }
      return wheel.armed
    }
  },
}

const results = measureApart(import.meta.url, [
  hash4,
  yardstick,
  flowHash,
  flowTableChurn(128),
  flowTableChurn(1 << 16),
  flowTableChurn(1_000_000),
  timerHandshakes(10_000),
  timerHandshakes(1_000_000),
  timerChurn(100),
  timerChurn(1_000_000),
  timerFiring(100),
  timerFiring(1_000_000),
  timerIdle,
])
const share = (2 * (results.get(HASH4) ?? Number.NaN)) / (results.get(YARDSTICK) ?? Number.NaN)
console.log(`two hashes of a cookie, in yardsticks: ${share.toFixed(3)}`)
