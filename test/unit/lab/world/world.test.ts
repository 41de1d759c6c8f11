/**
 * The event loop of the virtual world: when time goes where, who has a turn when, and in which order.
 */
import { describe, expect, it } from 'vitest'
import { World } from '../../../../lab/world/world.ts'
import { NEVER } from '../../../../tcpip/base/time.ts'

/** A host that does nothing but write down its turns; a packet in `rx` is taken in one. */
class Scribe {
  readonly rx = { size: 0 }
  /** What it still has to do, in the order of the times. */
  timers: number[] = []
  onTurn: (now: number) => void = () => {}
  private readonly name: string
  private readonly log: string[]

  constructor(name: string, log: string[]) {
    this.name = name
    this.log = log
  }

  poll(now: number): void {
    this.log.push(`${this.name} ${now}`)
    this.rx.size = 0
    this.timers = this.timers.filter((at) => at > now)
    this.onTurn(now)
  }

  nextDeadline(): number {
    return this.timers[0] ?? NEVER
  }
}

function makeWorld() {
  const log: string[] = []
  const [a, b] = [new Scribe('a', log), new Scribe('b', log)]
  /** Packets under way to b. */
  const flights: number[] = []
  const wire = {
    transfer: (now: number) => {
      while (flights[0] !== undefined && flights[0] <= now) {
        flights.shift()
        b.rx.size++
      }
    },
    nextDeadline: () => flights[0] ?? NEVER,
  }
  const planned: number[] = []
  const agenda = {
    advance: (now: number) => {
      while (planned[0] !== undefined && planned[0] <= now) log.push(`agenda ${planned.shift()}`)
    },
    nextDeadline: () => planned[0] ?? NEVER,
  }
  const hosts = [a, b].map((host) => ({ host, rx: host.rx }))
  return { world: new World(hosts, [wire], { agenda, start: 10 }), log, a, b, flights, planned }
}

describe('the world', () => {
  it('gives every host a first turn at the start, and then only when there is something to do', () => {
    const { world, log, a, flights } = makeWorld()
    a.timers = [15]
    flights.push(12)
    world.runThrough(20)
    expect(log).toEqual(['a 10', 'b 10', 'b 12', 'a 15'])
    expect(world.now).toBe(20)
    expect(world.nextEvent()).toBe(NEVER)
  })

  it('plays an instant in order: the agenda, the wires, then the hosts in theirs, again until all are at rest', () => {
    const { world, log, a, b, flights, planned } = makeWorld()
    world.settle()
    log.length = 0
    a.timers = [12]
    planned.push(12)
    a.onTurn = (now) => {
      if (log.length < 4) flights.push(now)
    }
    b.onTurn = () => {
      if (log.length < 4) a.rx.size = 1
    }
    world.settle()
    world.enter(12)
    expect(log).toEqual(['agenda 12', 'a 12', 'b 12', 'a 12'])
  })

  it('stops at the end it is told, what happens then included', () => {
    const { world, log, a } = makeWorld()
    a.timers = [20, 21]
    world.runThrough(20)
    expect(log).toEqual(['a 10', 'b 10', 'a 20'])
    expect(world.nextEvent()).toBe(21)
  })

  it('tells of each instant when the hosts are at rest', () => {
    const { world, a } = makeWorld()
    a.timers = [11, 13]
    const instants: number[] = []
    world.runThrough(20, (now) => instants.push(now))
    expect(instants).toEqual([10, 11, 13])
  })

  it('wakes a host that was acted on from outside', () => {
    const { world, log, b } = makeWorld()
    world.runThrough(20)
    world.wake(b)
    expect(world.nextEvent()).toBe(20)
    world.enter(20)
    expect(log.at(-1)).toBe('b 20')
    const stranger = new Scribe('stranger', [])
    expect(() => world.wake(stranger)).toThrow('the host lives in this world')
  })

  it('finds what was done to a host by hand when it settles', () => {
    const { world, log, a, b } = makeWorld()
    world.runThrough(20)
    a.timers = [20]
    b.rx.size = 1
    world.settle()
    expect(log.slice(2)).toEqual(['a 20', 'b 20'])
  })

  it('never goes back, and does not turn for ever', () => {
    const { world, a } = makeWorld()
    world.runThrough(20)
    expect(() => world.enter(19)).toThrow('time passes forwards')
    expect(() => world.runThrough(19)).toThrow('time passes forwards')
    a.onTurn = () => {
      a.rx.size = 1
    }
    a.rx.size = 1
    expect(() => world.settle()).toThrow('the hosts come to rest at 20 us')
  })
})
