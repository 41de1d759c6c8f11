/**
 * A listener that opens the connection on the SYN: a handshake of two segments, built to show what the third is for. It
 * is as RFC 9293 3.5 argues against ("to prevent old duplicate connection initiations from causing confusion"), and
 * otherwise as simple as possible: nothing is stored before, nothing is repeated.
 */

import { DropReason } from '../../tcpip/base/drop-reason.ts'
import { NEVER } from '../../tcpip/base/time.ts'
import { Handshake } from '../../tcpip/connection/open.ts'
import { sendReset } from '../../tcpip/connection/reset.ts'
import { ADVERTISED_MSS, initialWindow } from '../../tcpip/connection/segment-size.ts'
import { timestampOf } from '../../tcpip/connection/send.ts'
import type { Tcb } from '../../tcpip/connection/tcb.ts'
import type { PassiveOpen, PassiveOpenHost } from '../../tcpip/host/passive-open.ts'
import { ACK, FIN, RST, type Segment, SYN } from '../../tcpip/wire/segment.ts'

export class TrustingListener implements PassiveOpen {
  private readonly host: PassiveOpenHost
  private readonly waiting: Tcb[] = []

  constructor(host: PassiveOpenHost) {
    this.host = host
  }

  /** The oldest connection that nobody has accepted. */
  accept(): Tcb | undefined {
    return this.waiting.shift()
  }

  onSegment(segment: Segment, flowHash: number, now: number): DropReason {
    const { flags } = segment
    if ((flags & (SYN | ACK | RST | FIN)) === SYN) {
      const ports = (segment.sourcePort << 16) | segment.destinationPort
      return this.open(segment, flowHash, this.host.isn.next(segment.destination, segment.source, ports, now), now)
    }
    if ((flags & RST) !== 0) return DropReason.LISTEN_IGNORED
    sendReset(this.host, segment)
    return DropReason.LISTEN_STRAY_ACK
  }

  onTimeWaitSyn(segment: Segment, flowHash: number, isn: number, now: number): DropReason {
    return this.open(segment, flowHash, isn, now)
  }

  onIcmpError(): DropReason {
    return DropReason.ICMP_IGNORED
  }

  onProvenPeer(): void {}

  advance(): void {}

  nextDeadline(): number {
    return NEVER
  }

  /** Believes the SYN: the connection is ESTABLISHED before anybody has shown that the source is there. */
  private open(syn: Segment, flowHash: number, iss: number, now: number): DropReason {
    const handshake = new Handshake()
    handshake.localAddress = syn.destination
    handshake.localPort = syn.destinationPort
    handshake.remoteAddress = syn.source
    handshake.remotePort = syn.sourcePort
    handshake.flowHash = flowHash
    handshake.irs = syn.seq
    handshake.iss = iss
    handshake.peerMss = syn.mss
    handshake.peerWindowScale = syn.windowScale
    handshake.sackPermitted = syn.sackPermitted
    handshake.timestamps = syn.hasTimestamps
    handshake.tsRecent = syn.tsVal
    handshake.tsOffset = this.host.isn.tsOffset
    const tcb = this.host.openChild(handshake, syn, now)
    if (tcb === undefined) return DropReason.CONNECTION_TABLE_FULL
    this.waiting.push(tcb)
    this.sendAnswer(tcb, handshake, now)
    return DropReason.ACCEPTED
  }

  private sendAnswer(tcb: Tcb, handshake: Handshake, now: number): void {
    const { host } = this
    const { out } = host
    out.source = tcb.localAddress
    out.destination = tcb.remoteAddress
    out.sourcePort = tcb.localPort
    out.destinationPort = tcb.remotePort
    out.flags = SYN | ACK
    out.seq = tcb.iss
    out.ack = tcb.rcvNxt
    out.window = initialWindow(tcb.timestamps)
    out.clearOptions()
    out.clearPayload()
    out.mss = ADVERTISED_MSS
    out.windowScale = handshake.peerWindowScale < 0 ? -1 : host.offer.windowScale
    out.sackPermitted = tcb.sackPermitted
    out.hasTimestamps = tcb.timestamps
    if (tcb.timestamps) {
      out.tsVal = timestampOf(tcb, now)
      out.tsEcr = tcb.tsRecent
    }
    host.transmit()
  }
}
