/**
 * Plays a trace back: its own schedule and its own writer, so that a packet that fell due too long ago is passed over as
 * that packet and not as the next one. What the packets are made of: trace.ts.
 */

import { assert } from '../../tcpip/base/assert.ts'
import { NEVER } from '../../tcpip/base/time.ts'
import { SERVER_ADDRESS, SERVER_PORT } from '../../tcpip/wire/address-plan.ts'
import { addBytes, finishChecksum, halves, pseudoHeaderSum } from '../../tcpip/wire/checksum.ts'
import { IPV4_HEADER_BYTES, PROTOCOL_TCP, writeIpv4Header } from '../../tcpip/wire/ipv4.ts'
import {
  makeFlagsWord,
  TCP_ACK,
  TCP_HEADER_BYTES,
  TCP_SEQ,
  TCP_WORD_CHECKSUM,
  TCP_WORD_FLAGS,
  TCP_WORD_PORTS,
} from '../../tcpip/wire/tcp.ts'
import { dueAfter, type Timeline, TraceCursor } from './timeline.ts'
import { traceSource } from './trace.ts'

/** How many times as fast as recorded a trace can run. */
export const TRACE_SPEED_MIN = 0.1
export const TRACE_SPEED_MAX = 100

/** A schedule and a writer of packets, as an attack (attacker/traffic) has them. */
export class TraceReplay {
  /** When the present packet is due, microseconds, an integer; NEVER after the last. */
  next: number
  private readonly count: number
  private readonly cursor: TraceCursor
  private readonly start: number
  private readonly speed: number
  /** The packet that is due next. */
  private index = 0

  /** The first packet is due at `start`, microseconds; `speed` from TRACE_SPEED_MIN to TRACE_SPEED_MAX. */
  constructor(trace: Timeline, start: number, speed: number) {
    assert(speed >= TRACE_SPEED_MIN && speed <= TRACE_SPEED_MAX, 'replay speed in range')
    this.count = trace.count
    this.cursor = new TraceCursor(trace)
    this.start = start
    this.speed = speed
    this.next = this.dueTime()
  }

  /** On to the next packet, whether this one was written or not. */
  step(): void {
    this.index++
    this.next = this.dueTime()
  }

  /**
   * Writes the packet that is due, both checksums included, and returns its length in bytes: at most 1,540. Only before
   * `next` is NEVER; writing it twice gives the same packet twice.
   */
  write(bytes: Uint8Array, view: DataView, at: number): number {
    const { columns: trace, at: index } = this.cursor
    const tcp = at + IPV4_HEADER_BYTES
    const optionsAt = trace.optionsAt[index]
    const optionsLength = trace.optionsLengths[index]
    const headerLength = TCP_HEADER_BYTES + optionsLength
    const tcpLength = headerLength + trace.payloadLengths[index]
    const source = traceSource(trace.sources[index])
    writeIpv4Header(view, at, PROTOCOL_TCP, source, SERVER_ADDRESS, IPV4_HEADER_BYTES + tcpLength)

    const options = tcp + TCP_HEADER_BYTES
    for (let i = 0; i < optionsLength; i++) bytes[options + i] = trace.options[optionsAt + i]
    // Zeros add nothing to the checksum.
    if (tcpLength > headerLength) bytes.fill(0, tcp + headerLength, tcp + tcpLength)

    const ports = (trace.sourcePorts[index] << 16) | SERVER_PORT
    const seq = trace.seqs[index]
    const ack = trace.acks[index]
    const flagsWord = makeFlagsWord(headerLength, trace.flags[index], trace.windows[index])
    let sum = pseudoHeaderSum(source, SERVER_ADDRESS, PROTOCOL_TCP, tcpLength)
    sum += halves(ports) + halves(seq) + halves(ack) + halves(flagsWord)
    sum = addBytes(sum, view, options, optionsLength)
    view.setInt32(tcp + TCP_WORD_PORTS, ports)
    view.setInt32(tcp + TCP_SEQ, seq)
    view.setInt32(tcp + TCP_ACK, ack)
    view.setInt32(tcp + TCP_WORD_FLAGS, flagsWord)
    // The urgent pointer, the other half of this word, is 0.
    view.setInt32(tcp + TCP_WORD_CHECKSUM, finishChecksum(sum) << 16)
    return IPV4_HEADER_BYTES + tcpLength
  }

  private dueTime(): number {
    const { index, cursor } = this
    if (index >= this.count) return NEVER
    cursor.go(index)
    return this.start + dueAfter(cursor.time, this.speed)
  }
}
