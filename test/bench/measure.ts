/**
 * A small micro-benchmark harness. What it takes care of: compiled JavaScript only (run it from dist/), warm-up until
 * the optimizing compiler is done, results that are consumed, the median of many samples, and a process of its own for
 * every case, so that no case is slowed down by the types another one has shown to the compiler.
 */
import { execFileSync } from 'node:child_process'
import { cpus } from 'node:os'
import { fileURLToPath } from 'node:url'

const SAMPLES = 15
const WARM_UP_SAMPLES = 5
/** Processes per case: the compiler's decisions differ from one run to the next, and so does the machine's mood. */
const PROCESSES = 3

/** One thing to measure. */
export interface BenchCase {
  readonly name: string
  /** Operations per sample: enough for some milliseconds. */
  readonly iterations: number
  /** Builds what the operation needs; returns the loop that runs it `iterations` times and returns what it computed. */
  prepare(): (iterations: number) => number
}

let sunk = 0

/** Consumes a result, so that the compiler cannot leave out the work behind it. */
export function sink(value: number): void {
  sunk ^= value
  if (sunk === 0x5bd1e995) process.stderr.write('')
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[values.length >> 1] as number
}

/** Measures `run(iterations)` in this process; prints and returns nanoseconds per operation, the median of samples. */
export function measure(name: string, run: (iterations: number) => number, iterations: number): number {
  const samples: number[] = []
  for (let i = 0; i < WARM_UP_SAMPLES + SAMPLES; i++) {
    const start = process.hrtime.bigint()
    sink(run(iterations))
    samples.push(Number(process.hrtime.bigint() - start) / iterations)
  }
  const nanoseconds = median(samples.slice(WARM_UP_SAMPLES))
  console.log(`${name.padEnd(56)} ${nanoseconds.toFixed(1).padStart(9)} ns`)
  return nanoseconds
}

/** Pairs of samples of `measurePaired`. */
const PAIRS = 301

/**
 * What `subject` costs in units of `yardstick`: samples of the two in turn, so that a machine whose speed drifts slows both
 * of a pair, and the median of the ratios. Both run in this process; they should share no code.
 */
export function measurePaired(subject: BenchCase, yardstick: BenchCase): number {
  const [runSubject, runYardstick] = [subject.prepare(), yardstick.prepare()]
  const time = (run: (iterations: number) => number, iterations: number): number => {
    const start = process.hrtime.bigint()
    sink(run(iterations))
    return Number(process.hrtime.bigint() - start) / iterations
  }
  const pairs = Array.from({ length: PAIRS }, () => {
    const of = time(runYardstick, yardstick.iterations)
    return { of, ratio: time(runSubject, subject.iterations) / of }
  })
  return median(pairs.slice(WARM_UP_SAMPLES).map(({ ratio }) => ratio))
}

/** Processor, cores and Node version: figures mean nothing without them. */
export function machine(): string {
  const cores = cpus()
  return `${cores[0]?.model.trim() ?? 'unknown processor'}, ${cores.length} cores, Node ${process.version}`
}

/**
 * Measures every case in processes of its own and prints the medians; returns nanoseconds per operation by name.
 * `moduleUrl` is the benchmark's `import.meta.url`: it runs again in each process, and ends in this call there.
 */
export function measureApart(moduleUrl: string, cases: readonly BenchCase[]): Map<string, number> {
  const chosen = process.argv[2]
  if (chosen !== undefined) {
    const only = cases[Number(chosen)] as BenchCase
    measure(only.name, only.prepare(), only.iterations)
    process.exit(0)
  }
  console.log(machine())
  const results = new Map<string, number>()
  cases.forEach(({ name }, index) => {
    const runs = Array.from({ length: PROCESSES }, () => {
      const output = execFileSync(process.execPath, [fileURLToPath(moduleUrl), String(index)], { encoding: 'utf8' })
      return Number(output.trim().split(/\s+/).at(-2))
    })
    results.set(name, median(runs))
    console.log(`${name.padEnd(56)} ${median(runs).toFixed(1).padStart(9)} ns`)
  })
  return results
}
