/**
 * Buffers for datagrams on their way out. The operating system may hold a buffer until a send completes, so there is a
 * fixed number of them, taken and given back; when none is left the packets stay in the transmit ring.
 */
import { assert } from '../base/assert.ts'

export class Datagram {
  readonly bytes: Uint8Array
  readonly view: DataView
  /** Bytes used. */
  length = 0
  /** Packets inside; 0 in a control frame. */
  packets = 0
  /** Where it goes. Only the hub sets these: a spoke's socket has one peer. */
  address = ''
  port = 0
  /** To be called once when the send has completed. One closure for the datagram's whole life. */
  readonly completed: (error: Error | null) => void

  constructor(capacity: number, completed: (datagram: Datagram, error: Error | null) => void) {
    this.bytes = new Uint8Array(capacity)
    this.view = new DataView(this.bytes.buffer, this.bytes.byteOffset, capacity)
    this.completed = (error) => completed(this, error)
  }
}

/** What the state machines of the link need from a socket. */
export interface DatagramOutput {
  /** An empty datagram for packets; undefined while all of them are on their way out. */
  takeData(): Datagram | undefined
  /** An empty datagram for a control frame; undefined while all of them are on their way out. */
  takeControl(): Datagram | undefined
  /** Sends a taken datagram; it belongs to the output again. */
  send(datagram: Datagram): void
}

/**
 * Sends the control frame that `write` writes (it returns the length). When no datagram is left the frame is lost, as on
 * any network: whoever needed the answer asks again.
 */
export function sendControl(
  output: DatagramOutput,
  address: string,
  port: number,
  write: (bytes: Uint8Array) => number,
): void {
  const datagram = output.takeControl()
  if (datagram === undefined) return
  datagram.address = address
  datagram.port = port
  datagram.length = write(datagram.bytes)
  output.send(datagram)
}

export class DatagramPool {
  readonly size: number
  private readonly free: Datagram[]

  /** `capacity` in bytes per datagram; `completed` must give the datagram back. */
  constructor(size: number, capacity: number, completed: (datagram: Datagram, error: Error | null) => void) {
    this.size = size
    this.free = Array.from({ length: size }, () => new Datagram(capacity, completed))
  }

  get available(): number {
    return this.free.length
  }

  take(): Datagram | undefined {
    const datagram = this.free.pop()
    if (datagram === undefined) return undefined
    datagram.length = 0
    datagram.packets = 0
    return datagram
  }

  give(datagram: Datagram): void {
    assert(this.free.length < this.size, 'a datagram is given back once')
    this.free.push(datagram)
  }
}
