/**
 * What is measured against what the project promises. A bound on time depends on the machine and its mood, so it is told
 * and decides nothing; any other bound is a fact about the code, and `npm run bench` fails when it does not hold.
 */

export interface Bound {
  readonly what: string
  readonly side: 'at most' | 'at least'
  readonly limit: number
  /** Digits behind the point of the measured value. */
  readonly digits: number
  readonly kind: 'timing' | 'size'
}

export interface Verdict {
  readonly line: string
  /** A bound that decides does not hold. */
  readonly isFailure: boolean
}

/** A value that is no number keeps no bound. */
export function judge(bound: Bound, value: number): Verdict {
  const { what, side, limit, digits, kind } = bound
  const holds = side === 'at most' ? value <= limit : value >= limit
  const word = holds ? 'within' : side === 'at most' ? 'OVER' : 'UNDER'
  const weight = kind === 'timing' ? '; timing, decides nothing' : holds ? '' : '; FAILED'
  return {
    line: `${what}: ${value.toFixed(digits)} (${word} the bound, ${side} ${limit}${weight})`,
    isFailure: !holds && kind !== 'timing',
  }
}

/** Prints the verdict; a failure becomes the exit status of the process. */
export function report(bound: Bound, value: number): void {
  const { line, isFailure } = judge(bound, value)
  console.log(line)
  if (isFailure) process.exitCode = 1
}
