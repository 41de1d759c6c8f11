/**
 * capture.pcapng: every packet that crossed the server's interface, in all arms. Each arm is an interface of that name,
 * and its time starts after the end of the arm before it, so that tools show the arms one after the other.
 */
import { SECOND } from '../../tcpip/base/time.ts'
import type { PacketTap } from '../../tcpip/link/capture-link.ts'
import { PcapngWriter } from '../../tcpip/link/pcapng.ts'
import type { NetworkTap } from '../simulator/network.ts'
import type { ScenarioCapture } from '../simulator/scenario-run.ts'

export class RunCapture implements ScenarioCapture {
  private readonly writer: PcapngWriter

  /** `sink` gets the file piece by piece; a piece is only good during the call (see `ByteCollector`). */
  constructor(sink: (chunk: Uint8Array) => void) {
    this.writer = new PcapngWriter(sink)
  }

  startArm(name: string, offset: number): NetworkTap {
    const { writer } = this
    const description = `Server side of arm ${name}; second 0 of the arm is second ${offset} of this capture`
    const interfaceId = writer.addInterface(name, description)
    const shift = offset * SECOND
    const tap: PacketTap = {
      packet: (id, timestamp, bytes, at, length, inbound) =>
        writer.packet(id, timestamp + shift, bytes, at, length, inbound),
    }
    return { tap, interfaceId }
  }

  /** Hands on what is left. */
  end(): void {
    this.writer.flush()
  }
}
