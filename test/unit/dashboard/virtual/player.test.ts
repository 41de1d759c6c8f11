/**
 * How fast virtual time passes for a page, and what it is told meanwhile; the page's clock is a number here.
 */
import { describe, expect, it } from 'vitest'
import type { StreamMessage } from '../../../../dashboard/contract/stream.ts'
import { Player } from '../../../../dashboard/virtual/player.ts'
import { VirtualLab } from '../../../../dashboard/virtual/virtual-lab.ts'
import { readScenario } from '../../../../lab/files/scenario-source.ts'
import { loadScenario } from '../../../../lab/scenario/load.ts'
import { resolveScenario } from '../../../../lab/scenario/resolve.ts'
import { assert } from '../../../../tcpip/base/assert.ts'
import { SECOND } from '../../../../tcpip/base/time.ts'

/** A player whose clock stands still unless `costOfLook` milliseconds pass with each look at it. */
function open(costOfLook = 0) {
  const scenario = resolveScenario(loadScenario(readScenario('classic')))
  const [arm] = scenario.arms
  assert(arm !== undefined, 'classic has arms')
  const told: StreamMessage['type'][] = []
  const lab = new VirtualLab({ version: '0', scenario, arm, tell: ({ type }) => told.push(type) })
  let now = 0
  const player = new Player([lab], () => {
    now += costOfLook
    return now
  })
  return { lab, player, told, count: (type: StreamMessage['type']) => told.filter((one) => one === type).length }
}

describe('a player', () => {
  it('stands still while it is paused', () => {
    const { lab, player, told } = open()
    player.tick(1000, 100)
    expect([lab.now, told]).toEqual([0, []])
  })

  it.each([
    [1, 2],
    [0.01, 0.02],
    [10, 20],
  ])('plays at %f virtual seconds a second', (speed, after) => {
    const { lab, player } = open()
    player.speed = speed
    for (let i = 0; i < 20; i++) player.tick(100, 1000)
    expect(lab.now / SECOND).toBeCloseTo(after, 9)
  })

  it.each([
    [0.1, 4],
    [1, 4],
    [50, 100],
  ])(
    'at %f virtual seconds a second tells the queues ten times, and the states %i times: no half second is left out',
    (speed, states) => {
      const { player, count } = open()
      player.speed = speed
      for (let i = 0; i < 40; i++) player.tick(25, 1000)
      expect([count('slots'), count('server')]).toEqual([10, states])
    },
  )

  it('falls behind rather than go over its budget', () => {
    const { lab, player } = open(10)
    player.speed = 1000
    player.tick(1000, 100)
    expect(lab.now / SECOND).toBeGreaterThan(0)
    expect(lab.now / SECOND).toBeLessThan(1)
  })
})
