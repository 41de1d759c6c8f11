/**
 * capture.pcapng: every packet that crossed the server's interface, in all arms. Each arm is an interface of that name,
 * and its time starts after the end of the arm before it, so that tools show the arms one after the other.
 */
import { closeSync, openSync, writeSync } from 'node:fs'
import { SECOND } from '../../tcpip/base/time.ts'
import type { PacketTap } from '../../tcpip/link/capture-link.ts'
import { PcapngWriter } from '../../tcpip/link/pcapng.ts'
import type { NetworkTap } from '../simulator/network.ts'
import type { ScenarioCapture } from '../simulator/scenario-run.ts'

export class CaptureFile implements ScenarioCapture {
  private readonly descriptor: number
  private readonly writer: PcapngWriter

  constructor(path: string) {
    this.descriptor = openSync(path, 'wx')
    this.writer = new PcapngWriter((chunk) => writeAll(this.descriptor, chunk))
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

  /** Writes what is left and closes the file. */
  close(): void {
    try {
      this.writer.flush()
    } finally {
      closeSync(this.descriptor)
    }
  }
}

function writeAll(descriptor: number, bytes: Uint8Array): void {
  for (let at = 0; at < bytes.length; ) at += writeSync(descriptor, bytes, at)
}
