/**
 * What Node tells about its own process: processor time, memory, lag of the event loop. Who looks at a curve of the lab can
 * see by them whether the measuring was what was slow.
 */
import { collectDefaultMetrics, type Metric, Registry } from 'prom-client'

export interface ProcessMetric {
  readonly name: string
  readonly help: string
}

/**
 * The ones shown, under the names that prom-client gives them everywhere, in its order: the first of a group is asked for the
 * values of all. Its others have no series until something happens, or names that `promtool check metrics` refuses.
 */
export const PROCESS_METRICS: readonly ProcessMetric[] = [
  { name: 'process_cpu_user_seconds_total', help: 'Processor time in user mode, of all threads.' },
  { name: 'process_cpu_system_seconds_total', help: 'Processor time in the kernel, of all threads.' },
  { name: 'process_start_time_seconds', help: 'When the process started, in seconds since 1970.' },
  { name: 'process_resident_memory_bytes', help: 'Resident memory.' },
  { name: 'nodejs_eventloop_lag_seconds', help: 'How late the control plane was at this scrape.' },
  {
    name: 'nodejs_eventloop_lag_p99_seconds',
    help: 'How late the control plane was 99 of 100 times since the last scrape, at most.',
  },
  { name: 'nodejs_heap_size_total_bytes', help: 'Heap of the control plane.' },
  { name: 'nodejs_heap_size_used_bytes', help: 'The part of it in use.' },
]

let metrics: Metric[] | undefined

/** Adds them to `registry`. They are of the process: whoever asks for them sees the same ones. */
export function addProcessMetrics(registry: Registry): void {
  metrics ??= collect()
  for (const metric of metrics) registry.registerMetric(metric)
}

function collect(): Metric[] {
  const all = new Registry()
  collectDefaultMetrics({ register: all })
  return PROCESS_METRICS.map(({ name }) => {
    const metric = all.getSingleMetric(name)
    if (metric === undefined) throw new Error(`prom-client has no metric ${name}`)
    return metric as Metric
  })
}
