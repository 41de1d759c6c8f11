import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { Sampler } from '../../../control/sampler.ts'
import { ThreadError } from '../../../control/thread.ts'

let isWanted = true
let asked = 0
let answer: () => Promise<number> = async () => 7
const told: number[] = []
const failures: unknown[] = []

function makeSampler(rest?: (answer: number) => number): Sampler<number> {
  return new Sampler<number>({
    interval: 100,
    isWanted: () => isWanted,
    ask: () => {
      asked++
      return answer()
    },
    tell: (value) => told.push(value),
    onFailure: (error) => failures.push(error),
    ...(rest === undefined ? {} : { rest }),
  })
}

beforeEach(() => {
  vi.useFakeTimers()
  isWanted = true
  asked = 0
  answer = async () => 7
  told.length = 0
  failures.length = 0
})

afterEach(() => vi.useRealTimers())

describe('a sampler', () => {
  it('asks at its interval while somebody wants to see, and has no timer otherwise', async () => {
    const sampler = makeSampler()
    expect(vi.getTimerCount()).toBe(0)
    sampler.wake()
    sampler.wake()
    await vi.advanceTimersByTimeAsync(1000)
    expect(asked).toBe(10)
    expect(told).toEqual(Array.from({ length: 10 }, () => 7))
    isWanted = false
    await vi.advanceTimersByTimeAsync(1000)
    expect(asked).toBe(10)
    expect(vi.getTimerCount()).toBe(0)
    sampler.wake()
    expect(vi.getTimerCount()).toBe(0)
  })

  it('asks nothing more of an engine that has not answered', async () => {
    let reply: (value: number) => void = () => {}
    answer = () =>
      new Promise((resolve) => {
        reply = resolve
      })
    makeSampler().wake()
    await vi.advanceTimersByTimeAsync(1000)
    expect(asked).toBe(1)
    reply(1)
    await vi.advanceTimersByTimeAsync(100)
    expect(asked).toBe(2)
  })

  it('goes on after a failure', async () => {
    answer = async () => {
      throw new Error('gone')
    }
    makeSampler().wake()
    await vi.advanceTimersByTimeAsync(300)
    expect(asked).toBe(3)
    expect(failures).toHaveLength(3)
    expect(told).toEqual([])
  })

  it('ends without a word when the engine is closed', async () => {
    answer = async () => {
      throw new ThreadError('the engine is closed', 'THREAD_CLOSED')
    }
    makeSampler().wake()
    await vi.advanceTimersByTimeAsync(300)
    expect([asked, failures.length, vi.getTimerCount()]).toEqual([1, 0, 0])
  })

  it('leaves an engine alone after an expensive answer', async () => {
    makeSampler(() => 450).wake()
    await vi.advanceTimersByTimeAsync(1100)
    expect(asked).toBe(3)
  })
})
