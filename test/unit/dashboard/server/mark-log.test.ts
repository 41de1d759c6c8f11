import { describe, expect, it } from 'vitest'
import type { Mark } from '../../../../dashboard/contract/stream.ts'
import { MARK_LIFE_MS, MARKS_MAX, MarkLog } from '../../../../dashboard/server/mark-log.ts'

function mark(at: number): Mark {
  return { at, kind: 'reset', who: 'server' }
}

describe('the marks that are kept', () => {
  it('are those of the last ten minutes, oldest first', () => {
    const log = new MarkLog()
    for (const at of [0, 1, MARK_LIFE_MS]) log.add(mark(at))
    expect(log.recent(MARK_LIFE_MS + 1)).toEqual([mark(1), mark(MARK_LIFE_MS)])
  })

  it('are bounded, the newest staying', () => {
    const log = new MarkLog()
    for (let at = 0; at <= MARKS_MAX; at++) log.add(mark(at))
    const recent = log.recent(MARKS_MAX)
    expect(recent).toHaveLength(MARKS_MAX)
    expect(recent.at(-1)).toEqual(mark(MARKS_MAX))
  })
})
