/** What a process of the lab says of its own cost: the same figure as process_cpu_*_seconds_total of its metrics. */

/** Processor time of this process since it began, of all its threads, user and system, seconds. */
export function cpuSeconds(): number {
  const { user, system } = process.cpuUsage()
  return (user + system) / 1_000_000
}
