/** Makes a program that shows a difference small. */
import type { Program } from './program.ts'

/**
 * Leaves out steps as long as `stillDiffers`: half of them at a time, then a quarter, at last one by one, the last ones first. Asks at
 * most `trials` times.
 */
export function minimise(program: Program, trials: number, stillDiffers: (candidate: Program) => boolean): Program {
  let small = program
  let left = trials
  for (let chunk = Math.ceil(program.steps.length / 2); chunk >= 1; chunk = Math.floor(chunk / 2)) {
    for (let end = small.steps.length; end > 0 && left > 0; end -= chunk, left--) {
      const steps = [...small.steps.slice(0, Math.max(0, end - chunk)), ...small.steps.slice(end)]
      const candidate = { ...small, steps }
      if (stillDiffers(candidate)) small = candidate
    }
  }
  return small
}
