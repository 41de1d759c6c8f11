/** Programs that show a difference are made small. */
import { expect, it } from 'vitest'
import { minimise } from '../../kernel/minimise.ts'
import type { Program, Step } from '../../kernel/program.ts'

/** A program of reads, each told by its length. */
function programOf(...lengths: number[]): Program {
  const steps: Step[] = lengths.map((length) => ({ wait: 0, kind: 'read', connection: 0, length }))
  return { listener: undefined, sysctls: {}, steps }
}

function lengthsOf({ steps }: Program): number[] {
  return steps.map((step) => ('length' in step ? step.length : -1))
}

it('keeps the steps that matter, in order', () => {
  const program = programOf(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11)
  const small = minimise(program, 100, (candidate) => [3, 9].every((length) => lengthsOf(candidate).includes(length)))
  expect(lengthsOf(small)).toEqual([3, 9])
})

it('a difference that needs no step loses them all, one that needs all keeps them', () => {
  expect(lengthsOf(minimise(programOf(1, 2, 3), 100, () => true))).toEqual([])
  expect(lengthsOf(minimise(programOf(1, 2, 3), 100, () => false))).toEqual([1, 2, 3])
})

it('asks no more often than it may', () => {
  let asked = 0
  minimise(programOf(...Array.from({ length: 50 }, (_, i) => i)), 7, () => {
    asked++
    return false
  })
  expect(asked).toBe(7)
})
