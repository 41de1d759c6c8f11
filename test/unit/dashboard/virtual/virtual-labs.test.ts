/**
 * A scenario opened in the browser: its arms side by side, its mistakes, and time for all of them at once.
 */
import { describe, expect, it } from 'vitest'
import type { StreamMessage } from '../../../../dashboard/contract/stream.ts'
import { VirtualLabs } from '../../../../dashboard/virtual/virtual-labs.ts'
import { readScenario } from '../../../../lab/files/scenario-source.ts'

const { text } = readScenario('classic')

function open() {
  const told: { arm: number; message: StreamMessage }[] = []
  let now = 0
  const labs = new VirtualLabs(
    '0',
    () => now++,
    (arm, message) => told.push({ arm, message }),
  )
  return { labs, told }
}

describe('a scenario in the browser', () => {
  it('opens at its beginning, paused, one lab for each arm', () => {
    const { labs, told } = open()
    expect(labs.open({ text, isByHand: false })).toMatchObject({
      name: 'classic',
      arms: ['cookies-off', 'cookies-on'],
      duration: 240,
    })
    expect(labs.time).toEqual({ at: 0, furthest: 0, speed: 0, switches: [] })
    labs.tick(1000, 1000)
    expect(labs.time.at).toBe(0)
    expect(told.filter(({ message }) => message.type === 'hello').map(({ arm }) => arm)).toEqual([0, 1])
  })

  it('tells all mistakes with their places and keeps what was open', () => {
    const { labs } = open()
    labs.open({ text, isByHand: false })
    const { problems } = labs.open({ text: text.replace('backlog: 128', 'backlogg: 128'), isByHand: false }) as {
      problems: readonly { line: number; column: number; what: string }[]
    }
    expect(problems).toMatchObject([{ line: 18, column: 3, what: expect.stringContaining('backlogg') }])
    expect(labs.lab(1).serverState().config.synCookies).toBe(1)
  })

  it('plays all arms to the same moment, and stops there', () => {
    const { labs } = open()
    labs.open({ text, isByHand: false, seed: 7 })
    labs.run(10)
    for (let i = 0; i < 20; i++) labs.tick(50, 1_000_000)
    expect(labs.time).toEqual({ at: 10_000, furthest: 10_000, speed: 10, switches: [] })
    labs.pause()
    labs.step('second')
    expect([labs.lab(0).now, labs.lab(1).now]).toEqual([11_000_000, 11_000_000])
    labs.goTo(4000)
    expect([labs.lab(0).now, labs.lab(1).now, labs.time.furthest]).toEqual([4_000_000, 4_000_000, 11_000])
  })

  it('stops by itself at the moment it was told, and only there', () => {
    const { labs } = open()
    labs.open({ text, isByHand: false })
    labs.run(1000, 2500)
    for (let i = 0; i < 5; i++) labs.tick(50, 1_000_000)
    expect(labs.time).toMatchObject({ at: 2500, furthest: 2500, speed: 0 })
    labs.run(10)
    for (let i = 0; i < 10; i++) labs.tick(50, 1_000_000)
    expect(labs.time).toMatchObject({ at: 7500, speed: 10 })
  })

  it.each([0, 0.001, 1001, Number.NaN])('refuses a speed of %f', (speed) => {
    const { labs } = open()
    labs.open({ text, isByHand: false })
    expect(() => labs.run(speed)).toThrow('speed: must be a number from 0.01 to 1000')
  })

  it('refuses an arm that is not there', () => {
    const { labs } = open()
    expect(() => labs.lab(0)).toThrow('there is no arm 0')
  })
})
