import { describe, expect, it } from 'vitest'
import { MILLISECOND, NEVER, SECOND } from '../../../../tcpip/base/time.ts'
import { TurnLoop } from '../../../../tcpip/io/turn-loop.ts'
import { makeLinkEnd } from '../../../../tcpip/link/link.ts'
import { ManualScheduler } from '../../../support/worlds/manual-scheduler.ts'

/** A host that takes one packet per poll and writes down when it was polled. */
function setUp(options: { clock?: () => number } = {}) {
  const scheduler = new ManualScheduler(5 * SECOND)
  const end = makeLinkEnd(32)
  const log: string[] = []
  const polledAt: number[] = []
  const host = {
    deadline: NEVER,
    poll(now: number): void {
      polledAt.push(now)
      log.push('poll')
      if (end.rx.size > 0) end.rx.release()
      if (this.deadline <= now) this.deadline = NEVER
    },
    nextDeadline(): number {
      return this.deadline
    },
  }
  const loop = new TurnLoop({
    host,
    link: { end, flush: () => log.push('flush') },
    clock: options.clock ?? scheduler.clock,
    afterTurn: () => log.push('after'),
    scheduler,
  })
  const receive = (packets: number): void => {
    for (let i = 0; i < packets; i++) end.rx.push(new Uint8Array(40), 0, 40)
    loop.wake()
  }
  return { scheduler, host, loop, log, polledAt, receive, end }
}

describe('a turn', () => {
  it('polls, flushes, then publishes, and happens only after a wake', () => {
    const { scheduler, loop, log } = setUp()
    scheduler.settle()
    expect(log).toEqual([])
    loop.wake()
    scheduler.settle()
    expect(log).toEqual(['poll', 'flush', 'after'])
  })

  it('reads the clock once', () => {
    let readings = 0
    const { scheduler, loop, polledAt } = setUp({ clock: () => ++readings })
    loop.wake()
    scheduler.settle()
    expect(readings).toBe(1)
    expect(polledAt).toEqual([1])
  })

  it('is one however often it is asked for', () => {
    const { scheduler, loop, polledAt } = setUp()
    loop.wake()
    loop.wake()
    loop.wake()
    scheduler.settle()
    expect(polledAt).toHaveLength(1)
  })

  it('goes on while packets wait, flushing after each poll and publishing once', () => {
    const { scheduler, receive, log } = setUp()
    receive(3)
    expect(scheduler.runRound()).toBe(1)
    expect(log).toEqual(['poll', 'flush', 'poll', 'flush', 'poll', 'flush', 'after'])
    expect(scheduler.runRound()).toBe(0)
  })

  it('is bounded: a round of the event loop is left to others before the next one', () => {
    const { scheduler, receive, polledAt, end } = setUp()
    receive(20)
    for (const left of [12, 4, 0]) {
      expect(scheduler.runRound()).toBe(1)
      expect(end.rx.size).toBe(left)
    }
    expect(scheduler.runRound()).toBe(0)
    expect(polledAt).toHaveLength(20)
    expect(scheduler.timeouts.size).toBe(0)
  })
})

describe('between turns', () => {
  it('nothing is scheduled when the host has no deadline', () => {
    const { scheduler, loop } = setUp()
    loop.wake()
    scheduler.settle()
    expect(scheduler.timeouts.size).toBe(0)
    expect(scheduler.immediates).toHaveLength(0)
  })

  it('the next turn comes at the deadline, never before it', () => {
    const { scheduler, host, loop, polledAt } = setUp()
    host.deadline = scheduler.now + 20 * MILLISECOND + 1
    const { deadline } = host
    loop.wake()
    scheduler.pass(20)
    expect(polledAt).toHaveLength(1)
    scheduler.pass(1)
    expect(polledAt).toHaveLength(2)
    expect(polledAt[1]).toBeGreaterThanOrEqual(deadline)
  })

  it('overdue timers get their turn at once: the host fires a bounded number each time', () => {
    const { scheduler, host, loop, polledAt } = setUp()
    host.nextDeadline = () => (polledAt.length < 4 ? 0 : NEVER)
    loop.wake()
    scheduler.settle()
    expect(polledAt).toHaveLength(4)
  })

  it('an earlier deadline moves the wake-up forward', () => {
    const { scheduler, host, loop, polledAt } = setUp()
    host.deadline = scheduler.now + SECOND
    loop.wake()
    scheduler.settle()
    host.deadline = scheduler.now + 5 * MILLISECOND
    loop.wake()
    scheduler.settle()
    expect(scheduler.timeouts.size).toBe(1)
    scheduler.pass(5)
    expect(polledAt).toHaveLength(3)
  })

  it('a later deadline costs one idle turn at the old time, not a new timeout per turn', () => {
    const { scheduler, host, loop, polledAt } = setUp()
    host.deadline = scheduler.now + 10 * MILLISECOND
    loop.wake()
    scheduler.settle()
    for (let i = 0; i < 5; i++) {
      host.deadline += 10 * MILLISECOND
      loop.wake()
      scheduler.settle()
    }
    expect(scheduler.timeoutsSet).toBe(1)
    expect(polledAt).toHaveLength(6)
    scheduler.pass(60)
    expect(polledAt).toHaveLength(8)
    expect(host.deadline).toBe(NEVER)
  })

  it('a deadline beyond what a timeout can express is waited for in pieces', () => {
    const { scheduler, host, loop, polledAt } = setUp()
    const month = 31 * 24 * 3600 * SECOND
    host.deadline = scheduler.now + month
    const { deadline } = host
    loop.wake()
    scheduler.pass(month / MILLISECOND)
    expect(polledAt.at(-1)).toBeGreaterThanOrEqual(deadline)
    expect(polledAt.length).toBeLessThanOrEqual(4)
  })
})

describe('stop', () => {
  it('cancels the turn that was asked for, the timeout, and every later wake', () => {
    const { scheduler, host, loop, polledAt } = setUp()
    host.deadline = scheduler.now + SECOND
    loop.wake()
    scheduler.settle()
    loop.wake()
    loop.stop()
    loop.wake()
    scheduler.pass(5000)
    expect(polledAt).toHaveLength(1)
    expect(scheduler.timeouts.size).toBe(0)
  })

  it('holds when it comes from within the turn', () => {
    const { scheduler, host, loop, polledAt } = setUp()
    const poll = host.poll.bind(host)
    host.poll = (now) => {
      poll(now)
      host.deadline = now + SECOND
      loop.stop()
    }
    loop.wake()
    scheduler.pass(5000)
    expect(polledAt).toHaveLength(1)
  })
})
