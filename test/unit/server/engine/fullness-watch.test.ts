import { describe, expect, it } from 'vitest'
import { FullnessWatch } from '../../../../server/engine/fullness-watch.ts'
import { NEVER, SECOND } from '../../../../tcpip/base/time.ts'

const LIMIT = 128

describe('a fullness watch', () => {
  it('reports a queue that is longer than its limit, once', () => {
    const watch = new FullnessWatch()
    expect(watch.check(LIMIT, LIMIT, 0)).toBe(false)
    expect(watch.check(LIMIT + 1, LIMIT, 1)).toBe(true)
    expect(watch.isFull).toBe(true)
    expect(watch.check(LIMIT + 1, LIMIT, 2)).toBe(false)
  })

  it('takes single places that come free for nothing', () => {
    const watch = new FullnessWatch()
    watch.check(LIMIT + 1, LIMIT, 0)
    expect(watch.check(LIMIT - 1, LIMIT, SECOND)).toBe(false)
    expect(watch.check(LIMIT - 1, LIMIT, 100 * SECOND)).toBe(false)
    expect(watch.check(LIMIT + 1, LIMIT, 101 * SECOND)).toBe(false)
    expect(watch.isFull).toBe(true)
  })

  it('reports relief after a second below seven eighths', () => {
    const watch = new FullnessWatch()
    watch.check(LIMIT + 1, LIMIT, 0)
    expect(watch.check(112, LIMIT, 5 * SECOND)).toBe(false)
    expect(watch.nextDeadline()).toBe(6 * SECOND)
    expect(watch.check(90, LIMIT, 6 * SECOND - 1)).toBe(false)
    expect(watch.check(90, LIMIT, 6 * SECOND)).toBe(true)
    expect(watch.isFull).toBe(false)
    expect(watch.nextDeadline()).toBe(NEVER)
  })

  it('starts the second anew when the queue comes back up', () => {
    const watch = new FullnessWatch()
    watch.check(LIMIT + 1, LIMIT, 0)
    watch.check(0, LIMIT, SECOND)
    watch.check(113, LIMIT, 1.5 * SECOND)
    expect(watch.nextDeadline()).toBe(NEVER)
    expect(watch.check(0, LIMIT, 2.5 * SECOND)).toBe(false)
    expect(watch.check(0, LIMIT, 3.5 * SECOND)).toBe(true)
  })

  it('works for a backlog of 0, whose queue holds one', () => {
    const watch = new FullnessWatch()
    expect(watch.check(1, 0, 0)).toBe(true)
    watch.check(0, 0, SECOND)
    expect(watch.check(0, 0, 2 * SECOND)).toBe(true)
  })
})
