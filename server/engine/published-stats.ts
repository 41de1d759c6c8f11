/**
 * The server's numbers across threads. The engine counts in memory of its own and publishes all of it once per turn into
 * a shared buffer; a reader copies that, and copies again if the engine published meanwhile (a sequence lock). So what a
 * reader sees is one moment between two turns: packets in = accepted + dropped holds in it.
 */
import { Counters } from '../../tcpip/base/counters.ts'
import { UdpCounters } from '../../tcpip/udp-link/udp-counters.ts'
import { GAUGE_COUNT } from './gauges.ts'

const STATS_BYTES = Counters.BYTES + UdpCounters.BYTES + GAUGE_COUNT * Float64Array.BYTES_PER_ELEMENT

/** The sequence word, padded so that the numbers behind it are aligned. */
const HEADER_BYTES = 8

/** Copies a reader tries for: one is enough, unless the engine publishes just then or was put off the CPU meanwhile. */
const MAX_TRIES = 1000

/** One set of all numbers, in one thread's own memory. */
export class ServerStats {
  /** All of them. */
  readonly words: Float64Array
  readonly counters: Counters
  readonly link: UdpCounters
  /** By `Gauge`. */
  readonly gauges: Float64Array

  constructor() {
    const buffer = new ArrayBuffer(STATS_BYTES)
    this.words = new Float64Array(buffer)
    this.counters = new Counters(buffer)
    this.link = new UdpCounters(buffer, Counters.BYTES)
    this.gauges = new Float64Array(buffer, Counters.BYTES + UdpCounters.BYTES, GAUGE_COUNT)
  }
}

/** The memory that both threads see. */
export function makeSharedStats(): SharedArrayBuffer {
  return new SharedArrayBuffer(HEADER_BYTES + STATS_BYTES)
}

function sharedViews(shared: SharedArrayBuffer): { sequence: Int32Array; words: Float64Array } {
  return { sequence: new Int32Array(shared, 0, 1), words: new Float64Array(shared, HEADER_BYTES) }
}

/** The engine's end. */
export class StatsPublisher {
  readonly stats = new ServerStats()
  private readonly sequence: Int32Array
  private readonly words: Float64Array

  constructor(shared: SharedArrayBuffer) {
    const { sequence, words } = sharedViews(shared)
    this.sequence = sequence
    this.words = words
  }

  publish(): void {
    // Odd while the numbers are being written.
    Atomics.add(this.sequence, 0, 1)
    this.words.set(this.stats.words)
    Atomics.add(this.sequence, 0, 1)
  }
}

/** The end of whoever watches. */
export class StatsReader {
  private readonly stats = new ServerStats()
  private readonly copy: Float64Array
  private readonly sequence: Int32Array
  private readonly words: Float64Array

  constructor(shared: SharedArrayBuffer) {
    const { sequence, words } = sharedViews(shared)
    this.sequence = sequence
    this.words = words
    this.copy = new Float64Array(words.length)
  }

  /**
   * The numbers as last published, or, if the engine is stuck in the middle of publishing, as read before. The same
   * object each time, overwritten by the next call.
   */
  read(): ServerStats {
    for (let tries = 0; tries < MAX_TRIES; tries++) {
      const before = Atomics.load(this.sequence, 0)
      this.copy.set(this.words)
      if ((before & 1) === 0 && Atomics.load(this.sequence, 0) === before) {
        this.stats.words.set(this.copy)
        break
      }
    }
    return this.stats
  }
}
