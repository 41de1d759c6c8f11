/**
 * How a panel asks Prometheus. A curve over all chosen servers or attackers is their sum: to see one, choose it. Windows are
 * `$__rate_interval`, which Grafana makes four scrapes long or as long as a pixel, whichever is longer.
 */

/** Label matchers beside job and variable: `state="time_wait"`. */
type Matchers = string | undefined

/** Names without `synlab_`, of the server's catalogue. */
export function server(name: string, matchers?: Matchers): string {
  return select(`synlab_${name}`, 'job="synlab-server"', 'server=~"$server"', matchers)
}

/** The same counters under node_exporter's names. */
export function node(name: string, matchers?: Matchers): string {
  return select(`node_${name}`, 'job="node"', 'instance=~"$server"', matchers)
}

/** Names without `synlab_`, of the attackers' catalogue. */
export function attacker(name: string, matchers?: Matchers): string {
  return select(`synlab_${name}`, 'job="synlab-attacker"', 'attacker=~"$attacker"', matchers)
}

/** The gateway is an attacker that attacks nobody. */
export function gateway(name: string, matchers?: Matchers): string {
  return select(`synlab_${name}`, 'job="synlab-gateway"', matchers)
}

/** A benchmark, while it runs. */
export function bench(name: string, matchers?: Matchers): string {
  return select(`synlab_bench_${name}`, 'job="synlab-bench"', matchers)
}

/** Metrics that every process has: Prometheus' own of each target, and those of Node. */
export function anyProcess(name: string, matchers?: Matchers): string {
  return select(name, 'job=~"synlab-.+"', matchers)
}

function select(name: string, ...matchers: readonly Matchers[]): string {
  return `${name}{${matchers.filter((matcher) => matcher !== undefined).join(', ')}}`
}

/** Per second, summed up; `by` keeps a label apart. */
export function rate(selector: string, by?: string): string {
  return sum(`rate(${selector}[$__rate_interval])`, by)
}

export function sum(expression: string, by?: string): string {
  return by === undefined ? `sum(${expression})` : `sum by (${by}) (${expression})`
}

/** Of a histogram over all attackers: what share of the observations is not longer. */
export function quantile(q: number, buckets: string): string {
  return `histogram_quantile(${q}, ${rate(buckets, 'le')})`
}
