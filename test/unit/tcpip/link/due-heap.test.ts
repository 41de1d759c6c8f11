/**
 * The heap of packets under way, against sorting.
 */
import { describe, expect, it } from 'vitest'
import { Prng } from '../../../../tcpip/base/prng.ts'
import { NEVER } from '../../../../tcpip/base/time.ts'
import { DueHeap } from '../../../../tcpip/link/due-heap.ts'

describe('DueHeap', () => {
  it('has nothing due when empty', () => {
    const heap = new DueHeap(2)
    expect([heap.size, heap.nextDue()]).toEqual([0, NEVER])
  })

  it('gives slots back by due time, and in order of arrival when due together', () => {
    const heap = new DueHeap(8)
    const dues = [5, 3, 5, 3, 4, 5, 3, 4]
    const slots = dues.map((due) => heap.push(due))
    const order = [1, 3, 6, 4, 7, 0, 2, 5].map((push) => slots[push])
    expect(dues.map(() => heap.pop())).toEqual(order)
  })

  it('has no slot beyond its capacity, and has again after a pop', () => {
    const heap = new DueHeap(2)
    expect(new Set([heap.push(1), heap.push(2)])).toEqual(new Set([0, 1]))
    expect(heap.push(0)).toBe(-1)
    const freed = heap.pop()
    expect(heap.push(9)).toBe(freed)
  })

  it('agrees with a sorted list over 100,000 random pushes and pops', () => {
    const prng = new Prng(5)
    const heap = new DueHeap(64)
    const model: { due: number; order: number; slot: number }[] = []
    for (let order = 0; order < 100_000; order++) {
      if (prng.chance(1, 2)) {
        const due = prng.below(50)
        const slot = heap.push(due)
        if (slot < 0 !== (model.length === 64)) expect.fail('full at the wrong size')
        if (slot >= 0) {
          if (model.some((entry) => entry.slot === slot)) expect.fail(`slot ${slot} given twice`)
          model.push({ due, order, slot })
          model.sort((a, b) => a.due - b.due || a.order - b.order)
        }
      } else if (model.length > 0) {
        const first = model.shift()
        if (heap.nextDue() !== first?.due || heap.pop() !== first.slot) expect.fail(`wrong slot at step ${order}`)
      }
      if (heap.size !== model.length) expect.fail(`wrong size at step ${order}`)
    }
  })
})
