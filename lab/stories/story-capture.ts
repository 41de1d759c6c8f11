/**
 * The capture of a story: every segment as it leaves its sender, and every copy that the network made as it arrives. Each
 * scene is an interface of its name, and its time starts after the end of the scene before it.
 */

import { ByteCollector } from '../../tcpip/base/bytes.ts'
import { SECOND } from '../../tcpip/base/time.ts'
import { PcapngWriter } from '../../tcpip/link/pcapng.ts'

/** One scene's way into the capture. */
export interface SceneTap {
  /** Where second 0 of the scene lies in the capture, seconds. */
  readonly offset: number
  /** One packet at `now` (microseconds of the scene); `inbound` as the server sees it. */
  packet(now: number, bytes: Uint8Array, inbound: boolean): void
}

export class StoryCapture {
  private readonly file = new ByteCollector()
  private readonly writer = new PcapngWriter(this.file.take)
  /** Microseconds of the capture that are taken. */
  private end = 0

  startScene(name: string): SceneTap {
    const offset = Math.ceil(this.end / SECOND)
    const description = `Scene ${name}; second 0 of the scene is second ${offset} of this capture`
    const interfaceId = this.writer.addInterface(name, description)
    return {
      offset,
      packet: (now, bytes, inbound) => {
        const at = now + offset * SECOND
        this.end = Math.max(this.end, at + SECOND)
        this.writer.packet(interfaceId, at, bytes, 0, bytes.length, inbound)
      },
    }
  }

  /** The whole file. */
  bytes(): Uint8Array {
    this.writer.flush()
    return this.file.bytes()
  }
}
