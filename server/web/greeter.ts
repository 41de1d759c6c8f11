/**
 * A server that speaks first, live: it says its line, throws away what the peer says, and closes when the peer has.
 */
import type { Duplex } from 'node:stream'
import { GREETING } from '../app/application-config.ts'
import type { TimeSource } from './http-request-timer.ts'

/**
 * Takes charge of a connection whose own side stays open until it is ended. A peer that has not closed after `seconds` is
 * closed upon, and `onLate` told; 0 for ever.
 */
export function greet(connection: Duplex, { timers }: TimeSource, seconds: number, onLate: () => void): void {
  connection.write(GREETING)
  connection.on('end', () => connection.end())
  // A peer that resets is gone, and that is all there is to it.
  connection.on('error', () => {})
  connection.resume()
  if (seconds === 0) return
  const timer = timers.setTimeout(() => {
    onLate()
    connection.destroy()
  }, seconds * 1000)
  connection.once('close', () => timers.clearTimeout(timer))
}
