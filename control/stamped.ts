/**
 * Events with the time at which what they tell was so: milliseconds since the Unix epoch, on the one clock of a machine's
 * processes (tcpip/io/monotonic-clock.ts), so that whoever listens to several can put them in order.
 */

export interface Stamp {
  readonly at: number
}

/** Events by name, each with its time. */
export type Stamped<E> = { [K in keyof E]: E[K] & Stamp }
