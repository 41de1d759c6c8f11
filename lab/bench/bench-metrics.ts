/**
 * A benchmark's figures for Prometheus while it runs: of each cell that is done, and how far the run is. It ends with the run,
 * and Prometheus keeps what it has seen.
 */
import { Gauge, Registry } from 'prom-client'
import { buildControlApp } from '../../control/app.ts'
import { UsageError } from '../usage-error.ts'
import { AXES, AXIS_WORDS, type CellKey } from './bench-cells.ts'
import type { Cell } from './http-matrix.ts'

/** Labels of a cell, as Prometheus wants them written. */
const CELL_LABELS = AXES.map((axis) => axis.replace('-', '_'))

export const BENCH_METRICS = {
  requests: {
    name: 'synlab_bench_requests_per_second',
    help: 'Answers per second in the window of a cell, by autocannon.',
    labelNames: CELL_LABELS,
  },
  latency: {
    name: 'synlab_bench_latency_seconds',
    help: 'Latency of the answered requests of a cell, by quantile.',
    labelNames: [...CELL_LABELS, 'quantile'],
  },
  unanswered: {
    name: 'synlab_bench_unanswered_requests',
    help: 'Requests of a cell that timed out or broke.',
    labelNames: CELL_LABELS,
  },
  progress: { name: 'synlab_bench_progress_ratio', help: 'How much of the benchmark is done, 0 to 1.', labelNames: [] },
} as const

export class BenchMetrics extends Registry {
  private readonly requests = this.gauge(BENCH_METRICS.requests)
  private readonly latency = this.gauge(BENCH_METRICS.latency)
  private readonly unanswered = this.gauge(BENCH_METRICS.unanswered)
  private readonly progress = this.gauge(BENCH_METRICS.progress)

  update(share: number): void {
    this.progress.set(share)
  }

  /** A cell is done. */
  add(cell: Cell): void {
    const labels = labelsOf(cell)
    this.requests.set(labels, cell.answers / cell.seconds)
    this.unanswered.set(labels, cell.timeouts + cell.errors)
    for (const [quantile, milliseconds] of [
      ['0.5', cell.p50],
      ['0.99', cell.p99],
    ] as const) {
      if (milliseconds !== undefined) this.latency.set({ ...labels, quantile }, milliseconds / 1000)
    }
  }

  private gauge({
    name,
    help,
    labelNames,
  }: {
    name: string
    help: string
    labelNames: readonly string[]
  }): Gauge<string> {
    return new Gauge({ name, help, labelNames: [...labelNames], registers: [this] })
  }
}

function labelsOf(key: CellKey): Record<string, string> {
  return Object.fromEntries(AXES.map((axis, index) => [CELL_LABELS[index], AXIS_WORDS[axis](key)]))
}

/** Serves them at `/metrics`; resolves with what ends that. Throws a UsageError when the port cannot be had. */
export async function serveMetrics(metrics: BenchMetrics, host: string, port: number): Promise<() => Promise<void>> {
  const app = buildControlApp({
    name: 'synlab-bench',
    about: 'Figures of a benchmark, while it runs.',
    logLevel: 'silent',
    metrics,
  })
  await app.listen({ host, port }).catch((error: Error) => {
    throw new UsageError(`--metrics-host ${host} --metrics-port ${port}: ${error.message}`)
  })
  return () => app.close()
}
