import { describe, expect, test } from 'vitest'
import { CATCH_UP_MAX } from '../../../../attacker/traffic/attack.ts'
import {
  type AttackSpec,
  type AttackSpecOf,
  attackRefusal,
  makeAttack,
} from '../../../../attacker/traffic/attack-spec.ts'
import { ATTACKS_MAX } from '../../../../attacker/traffic/caps.ts'
import { MILLISECOND, NEVER, SECOND } from '../../../../tcpip/base/time.ts'
import { packetBytes } from '../../../../tcpip/wire/codec.ts'
import { ACK, makeSegment, SYN } from '../../../../tcpip/wire/segment.ts'
import { AttackerLab } from '../../../support/worlds/attacker-lab.ts'

/** A flood that may be against the rules: the host itself must refuse it. */
function flood(rate: number, duration: number, more: Partial<AttackSpecOf<'syn-flood'>> = {}): AttackSpec {
  return { ...makeAttack({ kind: 'syn-flood', rate: 1, duration: 1 }), rate, duration, ...more }
}

/** Runs the attacker alone, event by event, and returns the times of its packets. */
function sendTimes(lab: AttackerLab, until: number): number[] {
  const times: number[] = []
  for (let next = lab.attacker.nextDeadline(); next <= until; next = lab.attacker.nextDeadline()) {
    lab.now = next
    lab.attacker.poll(next)
    for (const _ of lab.takeSent()) times.push(next)
  }
  return times
}

function only(lab: AttackerLab) {
  const { attacks } = lab.attacker.snapshot()
  expect(attacks).toHaveLength(1)
  return attacks[0] as (typeof attacks)[number]
}

describe('an attack', () => {
  test('sends exactly rate times duration packets, evenly, and stops by itself', () => {
    const lab = new AttackerLab({ server: 'silent' })
    lab.attacker.startAttack(flood(250, 4), 0)
    const times = sendTimes(lab, 100 * SECOND)
    expect(times).toEqual(Array.from({ length: 1000 }, (_, i) => i * 4 * MILLISECOND))
    expect(only(lab)).toMatchObject({ state: 'finished', offered: 1000, sent: 1000, late: 0, noRoom: 0 })
    expect(only(lab)).toMatchObject({ startedAt: 0, stopsAt: 4 * SECOND })
    expect(lab.attacker.nextDeadline()).toBe(NEVER)
  })

  test('with Poisson arrivals sends about as many, at other times', () => {
    const lab = new AttackerLab({ server: 'silent' })
    lab.attacker.startAttack(flood(250, 4, { arrivals: 'poisson' }), 0)
    const times = sendTimes(lab, 100 * SECOND)
    expect(Math.abs(times.length - 1000)).toBeLessThan(4 * Math.sqrt(1000))
    expect(new Set(times.slice(1).map((time, i) => time - (times[i] as number))).size).toBeGreaterThan(500)
  })

  test('can be stopped before, once', () => {
    const lab = new AttackerLab({ server: 'silent' })
    const id = lab.attacker.startAttack(flood(100, 60), 0)
    sendTimes(lab, SECOND)
    expect(lab.attacker.stopAttack(id, SECOND)).toBe(true)
    expect(lab.attacker.stopAttack(id, SECOND)).toBe(false)
    expect(sendTimes(lab, 100 * SECOND)).toEqual([])
    expect(only(lab)).toMatchObject({ id, state: 'stopped', stopsAt: SECOND, sent: 101 })
  })

  test('that nobody knows cannot be stopped', () => {
    expect(new AttackerLab().attacker.stopAttack(7, 0)).toBe(false)
  })

  test('is stopped with all others by stopAll', () => {
    const lab = new AttackerLab({ server: 'silent' })
    for (let i = 0; i < 3; i++) lab.attacker.startAttack(flood(10 + i, 60), 0)
    expect(lab.attacker.attackCounters.active('syn-flood')).toBe(3)
    lab.attacker.stopAll(0)
    expect(lab.attacker.attackCounters.active('syn-flood')).toBe(0)
    expect(lab.attacker.snapshot().attacks.map((attack) => attack.state)).toEqual(['stopped', 'stopped', 'stopped'])
    expect(lab.attacker.nextDeadline()).toBe(NEVER)
  })

  test('with a seed of its own sends the same packets after any other attack', () => {
    const packets = (before: number) => {
      const lab = new AttackerLab({ server: 'silent', seed: before })
      for (let i = 0; i < before; i++) lab.attacker.startAttack(flood(1, 1), 0)
      lab.attacker.stopAll(0)
      lab.attacker.startAttack(flood(100, 1, { seed: 9, arrivals: 'poisson' }), 0)
      lab.attacker.poll(40 * MILLISECOND)
      return lab.takeSent()
    }
    expect(packets(0).length).toBeGreaterThan(0)
    expect(packets(3)).toEqual(packets(0))
  })

  test('is remembered after it is over, but not for ever', () => {
    const lab = new AttackerLab({ server: 'silent' })
    const ids = Array.from({ length: 40 }, () => {
      const id = lab.attacker.startAttack(flood(1, 1), lab.now)
      lab.attacker.stopAttack(id, lab.now)
      return id
    })
    expect(new Set(ids).size).toBe(40)
    expect(lab.attacker.snapshot().attacks.map((attack) => attack.id)).toEqual(ids.slice(-32))
  })
})

describe('a process that falls behind', () => {
  test('sends what is due within the last 50 ms and counts the rest as late', () => {
    const lab = new AttackerLab({ server: 'silent' })
    lab.attacker.startAttack(flood(1000, 10), 0)
    lab.attacker.poll(0)
    expect(lab.takeSent()).toHaveLength(1)
    // Held up for two seconds: packets 1 to 2000 are due, those of the last 50 ms (and now) may still go.
    lab.attacker.poll(2 * SECOND)
    expect(lab.takeSent()).toHaveLength(CATCH_UP_MAX / MILLISECOND + 1)
    expect(only(lab)).toMatchObject({ offered: 2001, sent: 52, late: 1949, noRoom: 0 })
  })

  test('never sends more than what is due, and offers exactly rate times duration', () => {
    const lab = new AttackerLab({ server: 'silent' })
    lab.attacker.startAttack(flood(2000, 3), 0)
    let sent = 0
    for (let now = 0; now < 20 * SECOND; now += 170 * MILLISECOND) {
      for (let turn = 0; turn < 3; turn++) lab.attacker.poll(now)
      sent += lab.takeSent().length
      const { offered } = only(lab)
      expect(offered).toBeLessThanOrEqual(Math.floor((now * 2000) / SECOND) + 1)
    }
    const attack = only(lab)
    expect(attack).toMatchObject({ state: 'finished', offered: 6000, sent, noRoom: 0 })
    expect(attack.sent + attack.late).toBe(6000)
    expect(attack.late).toBeGreaterThan(3000)
  })

  test('does a bounded amount of work per turn', () => {
    const lab = new AttackerLab({ server: 'silent', ringCapacity: 4096 })
    lab.attacker.startAttack(flood(1_000_000, 10), 0)
    lab.attacker.poll(20 * MILLISECOND)
    expect(lab.takeSent()).toHaveLength(256)
    expect(lab.attacker.nextDeadline()).toBeLessThan(20 * MILLISECOND)
    lab.attacker.poll(5 * SECOND)
    expect(only(lab).late).toBe(65_536)
  })
})

describe('a full transmit ring', () => {
  test('loses packets, which are counted as not sent, and keeps an eighth for the clients', () => {
    const lab = new AttackerLab({ server: 'silent', ringCapacity: 64 })
    lab.attacker.startAttack(flood(10_000, 1), 0)
    lab.attacker.poll(10 * MILLISECOND)
    expect(lab.wire.rx.size).toBe(56)
    expect(only(lab)).toMatchObject({ offered: 101, sent: 56, late: 0, noRoom: 45 })
    const totals = lab.attacker.attackCounters.totals('syn-flood')
    expect(totals).toEqual({ offered: 101, sent: 56, late: 0, noRoom: 45 })
  })
})

describe('backscatter', () => {
  test('is counted and ignored', () => {
    const lab = new AttackerLab({ server: 'silent' })
    const synAck = packetBytes(
      makeSegment({ source: 0x0a09_0005, sourcePort: 80, destination: 0xc612_3456 | 0, flags: SYN | ACK }),
    )
    lab.wire.tx.push(synAck, 0, synAck.length)
    lab.attacker.poll(0)
    expect(lab.attacker.snapshot().backscatter).toBe(1)
    expect(lab.takeSent()).toEqual([])
    expect(lab.attacker.counters.outcomes.every((count) => count === 0)).toBe(true)
  })

  test('is what a server sends back to a flood', () => {
    const lab = new AttackerLab()
    lab.attacker.startAttack(flood(100, 1), 0)
    lab.runUntil(0.999)
    expect(lab.attacker.snapshot().backscatter).toBe(100)
  })
})

describe('reset', () => {
  test('stops attacks and sets every counter to zero', () => {
    const lab = new AttackerLab()
    lab.attacker.startAttack(flood(100, 10), 0)
    lab.runUntil(1)
    lab.attacker.reset(lab.now)
    expect(lab.attacker.attackCounters.totals('syn-flood')).toEqual({ offered: 0, sent: 0, late: 0, noRoom: 0 })
    expect(lab.attacker.attackCounters.active('syn-flood')).toBe(0)
    expect(lab.attacker.snapshot()).toMatchObject({ attacks: [], backscatter: 0 })
  })
})

describe('what an attack must not be', () => {
  test.each([
    [
      'faster than the cap',
      flood(1_000_001, 1),
      [],
      'rate must be a number from 0.001 to 1000000 per second, got 1000001',
    ],
    ['of no rate', flood(0, 1), [], 'rate'],
    ['of negative rate', flood(-5, 1), [], 'rate'],
    ['of a rate that is no number', flood(Number.NaN, 1), [], 'rate'],
    ['of infinite rate', flood(Number.POSITIVE_INFINITY, 1), [], 'rate'],
    ['longer than an hour', flood(1, 3600.5), [], 'duration must be a number above 0 and at most 3600 s, got 3600.5'],
    ['of no duration', flood(1, 0), [], 'duration'],
    ['of a duration that is no number', flood(1, Number.NaN), [], 'duration'],
    ['from a real network', flood(1, 1, { sources: { base: 0x0808_0800, length: 24 } }), [], 'sources'],
    ['from everywhere', flood(1, 1, { sources: { base: 0, length: 0 } }), [], 'sources'],
    ['from twice the range', flood(1, 1, { sources: { base: 0xc610_0000 | 0, length: 14 } }), [], 'sources'],
    ['too much together with others', flood(600_000, 1), [400_001], 'together'],
    ['one too many', flood(1, 1), new Array(ATTACKS_MAX).fill(1), 'most at a time'],
  ])('%s', (_, spec, rates: number[], text) => {
    expect(attackRefusal(spec, rates)).toContain(text)
  })

  test('the caps themselves are allowed', () => {
    expect(attackRefusal(flood(1_000_000, 3600), [])).toBeUndefined()
    expect(attackRefusal(flood(600_000, 1), [400_000])).toBeUndefined()
  })

  test('and a host starts none of those', () => {
    const { attacker } = new AttackerLab()
    expect(() => attacker.startAttack(flood(1, 4000), 0)).toThrow('duration')
  })
})
