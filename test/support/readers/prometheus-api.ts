/** Asks a Prometheus over its HTTP API, directly or through Grafana's data source proxy. */

export interface Sample {
  readonly metric: Readonly<Record<string, string>>
  /** [seconds since 1970, value as text] */
  readonly value: readonly [number, string]
}

export interface Series {
  readonly metric: Readonly<Record<string, string>>
  readonly values: readonly (readonly [number, string])[]
}

interface Answer<T> {
  readonly status: 'success' | 'error'
  readonly data: T
  readonly error?: string
}

export class PrometheusApi {
  private readonly url: string

  /** `url`: what `/api/v1/...` comes after. */
  constructor(url: string) {
    this.url = url
  }

  /** Everything that `expr` is now. Throws with Prometheus' words when it is refused. */
  async instant(expr: string): Promise<readonly Sample[]> {
    return (await this.ask<{ result: Sample[] }>('query', { query: expr })).result
  }

  /** Everything that `expr` was between two moments, seconds since 1970, every `step` seconds. */
  async range(expr: string, start: number, end: number, step: number): Promise<readonly Series[]> {
    const parameters = { query: expr, start: String(start), end: String(end), step: String(step) }
    return (await this.ask<{ result: Series[] }>('query_range', parameters)).result
  }

  /** Label sets of the series that `selector` had between two moments. */
  async series(selector: string, start: number, end: number): Promise<readonly Readonly<Record<string, string>>[]> {
    return this.ask('series', { 'match[]': selector, start: String(start), end: String(end) })
  }

  private async ask<T>(what: string, parameters: Readonly<Record<string, string>>): Promise<T> {
    const response = await fetch(`${this.url}/api/v1/${what}?${new URLSearchParams(parameters)}`)
    const answer = (await response.json()) as Answer<T>
    if (answer.status !== 'success') throw new Error(`${parameters.query ?? what}: ${answer.error}`)
    return answer.data
  }
}
