import { describe, expect, it } from 'vitest'
import { AcceptGate } from '../../../../server/app/accept-gate.ts'
import { APPLICATION_DEFAULTS, type ApplicationConfig } from '../../../../server/app/application-config.ts'
import { MILLISECOND, NEVER } from '../../../../tcpip/base/time.ts'

function gateWith(config: Partial<ApplicationConfig>): AcceptGate {
  const gate = new AcceptGate()
  gate.configure({ ...APPLICATION_DEFAULTS, ...config })
  return gate
}

/** Accepts at each of `times` (milliseconds) if the gate allows it while one waits; returns when it did. */
function acceptsAt(gate: AcceptGate, times: readonly number[]): number[] {
  return times.filter((time) => {
    if (!gate.mayAccept(1, time * MILLISECOND)) return false
    gate.accepted(time * MILLISECOND)
    return true
  })
}

describe('a gate without limits', () => {
  it('is open whenever somebody waits, at any time', () => {
    const gate = gateWith({})
    for (let i = 0; i < 1000; i++) {
      expect(gate.mayAccept(1, 5)).toBe(true)
      gate.accepted(5)
    }
    expect(gate.open).toBe(1000)
    expect(gate.mayAccept(0, 5)).toBe(false)
    expect(gate.nextDeadline(0)).toBe(NEVER)
  })
})

describe('an interval between accepts', () => {
  it('lets the first one in at once, and each further one when the interval has passed', () => {
    const gate = gateWith({ acceptInterval: 10 })
    expect(acceptsAt(gate, [3, 4, 12.999, 13, 14, 22.999, 23])).toEqual([3, 13, 23])
    expect(gate.nextDeadline(1)).toBe(33 * MILLISECOND)
    expect(gate.nextDeadline(0)).toBe(NEVER)
  })

  it('counts from the accept, not from a rhythm, when nobody was waiting', () => {
    expect(acceptsAt(gateWith({ acceptInterval: 10 }), [0, 17, 26.999, 27])).toEqual([0, 17, 27])
  })

  it('makes up for nothing that nobody waited for', () => {
    const gate = gateWith({ acceptInterval: 10 })
    // The second waited for its turn; then nobody did, for thirty intervals.
    expect(acceptsAt(gate, [0, 1, 10])).toEqual([0, 10])
    expect(gate.mayAccept(0, 10 * MILLISECOND)).toBe(false)
    expect(acceptsAt(gate, [310, 310, 319, 320])).toEqual([310, 320])
  })

  it('keeps its rate when turns come late', () => {
    // Somebody waits all the time; every turn is 0.9 ms late.
    const gate = gateWith({ acceptInterval: 10 })
    const late = [0, 0.9, 10.9, 11, 20.9, 21, 30.9, 31, 40.9]
    expect(acceptsAt(gate, late)).toEqual([0, 10.9, 20.9, 30.9, 40.9])
    expect(gate.nextDeadline(1)).toBe(50 * MILLISECOND)
  })

  it('makes up for a turn that came several intervals late', () => {
    expect(acceptsAt(gateWith({ acceptInterval: 10 }), [0, 1, 35, 35, 35, 35, 40])).toEqual([0, 35, 35, 35, 40])
  })

  it('does not make up for a second or more, in which the machine slept', () => {
    expect(acceptsAt(gateWith({ acceptInterval: 10 }), [0, 1, 1010, 1010, 1019, 1020])).toEqual([0, 1010, 1020])
  })

  it('may be changed while somebody waits: the last accept counts', () => {
    const gate = gateWith({ acceptInterval: 60_000 })
    expect(acceptsAt(gate, [0, 100])).toEqual([0])
    gate.configure({ ...APPLICATION_DEFAULTS, acceptInterval: 150 })
    expect(acceptsAt(gate, [149, 150])).toEqual([150])
    // A shorter one does not let in at once all who would have been let in meanwhile.
    expect(acceptsAt(gate, [200])).toEqual([])
    gate.configure({ ...APPLICATION_DEFAULTS, acceptInterval: 10 })
    expect(acceptsAt(gate, [250, 250, 260])).toEqual([250, 260])
    gate.configure(APPLICATION_DEFAULTS)
    expect(acceptsAt(gate, [260, 260])).toEqual([260, 260])
  })
})

describe('a limit of workers', () => {
  it('closes the gate while that many are open, for however long', () => {
    const gate = gateWith({ workers: 2 })
    expect(acceptsAt(gate, [0, 0, 0, 1_000_000])).toEqual([0, 0])
    expect(gate.nextDeadline(5)).toBe(NEVER)
    gate.released()
    expect(gate.open).toBe(1)
    expect(acceptsAt(gate, [2_000_000, 2_000_000])).toEqual([2_000_000])
  })

  it('below what is open already closes the gate until enough have gone', () => {
    const gate = gateWith({})
    acceptsAt(gate, [0, 0, 0])
    gate.configure({ ...APPLICATION_DEFAULTS, workers: 1 })
    gate.released()
    gate.released()
    expect(gate.mayAccept(1, 0)).toBe(false)
    gate.released()
    expect(gate.mayAccept(1, 0)).toBe(true)
  })

  it('does not let the accepts that it held up follow one another without the interval', () => {
    const gate = gateWith({ workers: 1, acceptInterval: 10 })
    expect(acceptsAt(gate, [0, 5, 15])).toEqual([0])
    gate.released()
    expect(acceptsAt(gate, [18])).toEqual([18])
    gate.released()
    expect(acceptsAt(gate, [19, 27, 28])).toEqual([28])
  })
})
