/**
 * The sending half of a UDP socket, with its pool of datagrams: counts what the operating system took and what it refused,
 * and never throws. Packets count as sent when their datagram's send has completed.
 */
import type { Socket } from 'node:dgram'
import { type Datagram, type DatagramOutput, DatagramPool } from '../udp-link/datagram-pool.ts'
import { PacketOut, type UdpCounters } from '../udp-link/udp-counters.ts'
import { DATA_HEADER_BYTES, MAX_CONTROL_BYTES, PACKET_PREFIX_BYTES } from '../udp-link/udp-frame.ts'

/** Datagrams with packets that can be on their way at once: some 8,000 SYNs at the default size. */
const DATA_DATAGRAMS = 256
/** Control datagrams that can be on their way at once. Their own, so that a flood does not silence the keepalives. */
const CONTROL_DATAGRAMS = 64

/** What a test sees of a datagram: `bytes` are valid during the call only. */
export type Tap = (direction: 'in' | 'out', bytes: Uint8Array) => void

export interface UdpOutputOptions {
  readonly maxDatagramBytes: number
  /** Longest packet that the transmit ring can hold. */
  readonly maxPacketBytes: number
  readonly counters: UdpCounters
  /** Called when datagrams are available again after `takeData` had none. */
  readonly onSpace: () => void
  /** Called with each error of a send. */
  readonly onError?: (error: Error) => void
  readonly tap?: Tap | undefined
}

export class UdpOutput implements DatagramOutput {
  private readonly options: UdpOutputOptions
  private readonly data: DatagramPool
  private readonly control: DatagramPool
  private socket: Socket | undefined
  private isConnected = false
  private isStarved = false

  constructor(options: UdpOutputOptions) {
    this.options = options
    const longestAlone = DATA_HEADER_BYTES + PACKET_PREFIX_BYTES + options.maxPacketBytes
    const completed = (datagram: Datagram, error: Error | null) => this.completed(datagram, error)
    this.data = new DatagramPool(DATA_DATAGRAMS, Math.max(options.maxDatagramBytes, longestAlone), completed)
    this.control = new DatagramPool(CONTROL_DATAGRAMS, MAX_CONTROL_BYTES, completed)
    this.socket = undefined
  }

  /** Sends through `socket` from now on; `isConnected`: it has one peer, and datagrams need no address. */
  use(socket: Socket | undefined, isConnected: boolean): void {
    this.socket = socket
    this.isConnected = isConnected
  }

  takeData(): Datagram | undefined {
    const datagram = this.data.take()
    if (datagram === undefined) this.isStarved = true
    return datagram
  }

  takeControl(): Datagram | undefined {
    return this.control.take()
  }

  send(datagram: Datagram): void {
    const { socket } = this
    if (socket === undefined) {
      datagram.completed(new Error('no socket'))
      return
    }
    this.options.tap?.('out', datagram.bytes.subarray(0, datagram.length))
    try {
      if (this.isConnected) socket.send(datagram.bytes, 0, datagram.length, datagram.completed)
      else socket.send(datagram.bytes, 0, datagram.length, datagram.port, datagram.address, datagram.completed)
    } catch (error) {
      // dgram throws for a socket that was closed or never connected; for the caller that is one more failed send.
      datagram.completed(error as Error)
    }
  }

  private completed(datagram: Datagram, error: Error | null): void {
    const { counters, onError, onSpace } = this.options
    if (error) {
      counters.countSendError()
      counters.packetsOut[PacketOut.SEND_FAILED] += datagram.packets
    } else {
      counters.countDatagramOut()
      counters.packetsOut[PacketOut.SENT] += datagram.packets
    }
    if (datagram.packets > 0) this.data.give(datagram)
    else this.control.give(datagram)
    if (error) onError?.(error)
    if (this.isStarved && this.data.available > DATA_DATAGRAMS / 2) {
      this.isStarved = false
      // Not at once: a send may complete inside the call that packs, and other events want their turn in a flood.
      setImmediate(onSpace)
    }
  }
}
