/** The listeners of a host by port. A host has few, and a scan of a short list beats a map. */
import { assert } from '../base/assert.ts'
import { NEVER } from '../base/time.ts'
import type { PassiveOpen } from './passive-open.ts'

export class ListenerTable {
  /** Listeners and their ports, side by side. */
  private readonly listeners: PassiveOpen[] = []
  private readonly ports: number[] = []

  /** `port` has to be free. */
  add(port: number, listener: PassiveOpen): void {
    assert(!this.has(port), `port ${port} is free`)
    this.listeners.push(listener)
    this.ports.push(port)
  }

  remove(port: number): void {
    const at = this.ports.indexOf(port)
    assert(at >= 0, `port ${port} has a listener`)
    this.listeners.splice(at, 1)
    this.ports.splice(at, 1)
  }

  has(port: number): boolean {
    return this.ports.includes(port)
  }

  at(port: number): PassiveOpen | undefined {
    const { ports } = this
    for (let i = 0; i < ports.length; i++) if (ports[i] === port) return this.listeners[i]
    return undefined
  }

  /** Fires timers that are due, at most `limit` of each listener. */
  advance(now: number, limit: number): void {
    for (const listener of this.listeners) listener.advance(now, limit)
  }

  /** The time of the next timer of any of them, microseconds; NEVER when none is armed. */
  nextDeadline(): number {
    let next = NEVER
    for (const listener of this.listeners) next = Math.min(next, listener.nextDeadline())
    return next
  }
}
