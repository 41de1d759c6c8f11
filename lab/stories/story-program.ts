/**
 * The program at either end of a connection in a story: reads everything at once, remembers what it was told, and does
 * what the story wants when the peer has closed.
 */
import { concatBytes } from '../../tcpip/base/bytes.ts'
import type { CloseReason, ConnectionOwner, Tcb } from '../../tcpip/connection/tcb.ts'
import type { Endpoint } from '../../tcpip/host/endpoint.ts'

/** Bytes read at a time: as much as a receive queue holds. */
const scratch = new Uint8Array(65_536)

export class StoryProgram implements ConnectionOwner {
  established = false
  peerClosed = false
  /** How the connection ended, as the program was told; undefined while it has not. */
  ended: CloseReason | undefined = undefined
  /** Called once, when everything was read that the peer sent before its FIN. */
  onPeerClosed: (tcb: Tcb, now: number) => void = () => {}
  /** Called with the bytes of each read, and when there is room to write again. */
  onData: (tcb: Tcb, bytes: Uint8Array, now: number) => void = () => {}
  onRoom: (tcb: Tcb, now: number) => void = () => {}
  private readonly chunks: Uint8Array[] = []
  private readonly host: Endpoint

  constructor(host: Endpoint) {
    this.host = host
  }

  /** Everything read. */
  get received(): Uint8Array {
    return concatBytes(this.chunks)
  }

  onEstablished(): void {
    this.established = true
  }

  onReadable(tcb: Tcb, now: number): void {
    const count = this.host.read(tcb, scratch, 0, scratch.length, now)
    if (count > 0) {
      const bytes = scratch.slice(0, count)
      this.chunks.push(bytes)
      this.onData(tcb, bytes, now)
    }
    if (!tcb.finReceived || this.peerClosed) return
    this.peerClosed = true
    this.onPeerClosed(tcb, now)
  }

  onWritable(tcb: Tcb, now: number): void {
    this.onRoom(tcb, now)
  }

  onClosed(_tcb: Tcb, reason: CloseReason): void {
    this.ended = reason
  }
}
