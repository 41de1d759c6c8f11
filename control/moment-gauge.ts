/**
 * A metric whose values are moments: when each of a few things last happened. Marks on dashboards are drawn from it, and so
 * need nobody who writes them at the time.
 */
import { Gauge, type Registry } from 'prom-client'

export interface MomentMetric {
  /** Full name, ending in `_timestamp_seconds`. */
  readonly name: string
  readonly help: string
  readonly label: string
  /** Every value of the label that there can be. */
  readonly values: readonly string[]
}

export class MomentGauge {
  private readonly gauge: Gauge
  private readonly label: string

  /** Each series is 0, for never, until it has happened. */
  constructor(registry: Registry, { name, help, label, values }: MomentMetric) {
    this.gauge = new Gauge({ name, help, labelNames: [label], registers: [registry] })
    this.label = label
    for (const value of values) this.gauge.set({ [label]: value }, 0)
  }

  /** It happened `at`, milliseconds since 1970 (`Date.now()`). */
  note(value: string, at: number): void {
    this.gauge.set({ [this.label]: value }, at / 1000)
  }
}
