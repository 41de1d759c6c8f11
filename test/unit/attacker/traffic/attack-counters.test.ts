import { expect, it } from 'vitest'
import { ATTACK_KINDS } from '../../../../attacker/traffic/attack-catalogue.ts'
import { AttackCounters } from '../../../../attacker/traffic/attack-counters.ts'

it('setting the counters to zero leaves the number of attacks under way, of every kind', () => {
  const counters = new AttackCounters()
  for (const [index, kind] of ATTACK_KINDS.entries()) {
    counters.addPackets(kind, index + 1, index + 2, index + 3)
    for (let i = 0; i <= index; i++) counters.addActive(kind, 1)
  }
  counters.countBackscatter()
  counters.reset()
  for (const [index, kind] of ATTACK_KINDS.entries()) {
    expect(counters.totals(kind)).toEqual({ offered: 0, sent: 0, late: 0, noRoom: 0 })
    expect(counters.active(kind)).toBe(index + 1)
  }
  expect(counters.backscatter).toBe(0)
})
