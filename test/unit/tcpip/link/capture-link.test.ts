/**
 * The wire that shows packets to a tap, alone and in a row with others.
 */
import { describe, expect, it } from 'vitest'
import { Prng } from '../../../../tcpip/base/prng.ts'
import { NEVER } from '../../../../tcpip/base/time.ts'
import { CaptureLink } from '../../../../tcpip/link/capture-link.ts'
import { FaultLink } from '../../../../tcpip/link/fault-link.ts'
import { makeLinkEnd } from '../../../../tcpip/link/link.ts'
import { makeMemoryLink } from '../../../../tcpip/link/memory-link.ts'
import { PcapngWriter } from '../../../../tcpip/link/pcapng.ts'
import { WireChain } from '../../../../tcpip/link/wire.ts'
import { sendNumber, takeNumbers } from '../../../support/readers/packets.ts'
import { type CapturedPacket, readPcapng } from '../../../support/readers/pcapng-reader.ts'

function makeTap(): { writer: PcapngWriter; packets: () => readonly CapturedPacket[] } {
  const file: number[] = []
  const writer = new PcapngWriter((chunk) => file.push(...chunk))
  const packets = (): readonly CapturedPacket[] => {
    writer.flush()
    return readPcapng(Uint8Array.from(file)).packets
  }
  return { writer, packets }
}

/** Captured packets as [time, number, direction]. */
function summary(packets: readonly CapturedPacket[]): [number, number, string][] {
  return packets.map(({ timestamp, bytes, direction }) => [
    timestamp,
    new DataView(bytes.buffer).getUint32(0),
    direction,
  ])
}

describe('CaptureLink', () => {
  it('carries packets both ways at once and shows each with time and direction as the near host sees them', () => {
    const near = makeLinkEnd(8)
    const far = makeLinkEnd(8)
    const { writer, packets } = makeTap()
    const wire = new CaptureLink(near, far, writer, writer.addInterface('near0', 'near host'))
    sendNumber(near.tx, 1)
    sendNumber(near.tx, 2)
    sendNumber(far.tx, 3)
    wire.transfer(1_000)
    expect([takeNumbers(far.rx), takeNumbers(near.rx)]).toEqual([[1, 2], [3]])
    sendNumber(far.tx, 4)
    wire.transfer(5_000_000_000)
    expect([takeNumbers(far.rx), takeNumbers(near.rx)]).toEqual([[], [4]])
    expect(summary(packets())).toEqual([
      [1_000, 1, 'outbound'],
      [1_000, 2, 'outbound'],
      [1_000, 3, 'inbound'],
      [5_000_000_000, 4, 'inbound'],
    ])
    expect(wire.nextDeadline()).toBe(NEVER)
  })

  it('loses what the receiver has no room for, counted by direction and still shown', () => {
    const near = makeLinkEnd(4)
    const far = { rx: makeLinkEnd(2).rx, tx: makeLinkEnd(8).tx }
    const { writer, packets } = makeTap()
    const wire = new CaptureLink(near, far, writer, writer.addInterface('near0', 'near host'))
    for (let i = 0; i < 3; i++) sendNumber(near.tx, i)
    for (let i = 0; i < 6; i++) sendNumber(far.tx, 10 + i)
    wire.transfer(0)
    expect([takeNumbers(far.rx), takeNumbers(near.rx)]).toEqual([
      [0, 1],
      [10, 11, 12, 13],
    ])
    expect([wire.overflowedToFar, wire.overflowedToNear]).toEqual([1, 2])
    expect(packets().length).toBe(9)
    wire.transfer(1)
    expect(takeNumbers(far.rx)).toEqual([])
  })
})

describe('WireChain', () => {
  it('captures on both sides of a faulty wire: what was sent here, what arrived there', () => {
    const client = makeLinkEnd(64)
    const server = makeLinkEnd(64)
    const clientSide = makeMemoryLink(64)
    const serverSide = makeMemoryLink(64)
    const atClient = makeTap()
    const atServer = makeTap()
    const chain = new WireChain([
      new CaptureLink(client, clientSide.a, atClient.writer, atClient.writer.addInterface('cli0', 'client')),
      new FaultLink(clientSide.b, serverSide.a, new Prng(1), {
        toFar: { latency: 10_000 },
        toNear: { latency: 20_000 },
        capacity: 64,
      }),
      new CaptureLink(serverSide.b, server, atServer.writer, atServer.writer.addInterface('srv0', 'server')),
    ])
    sendNumber(client.tx, 1)
    chain.transfer(0)
    expect(chain.nextDeadline()).toBe(10_000)
    chain.transfer(10_000)
    expect(takeNumbers(server.rx)).toEqual([1])
    sendNumber(server.tx, 2)
    chain.transfer(10_000)
    expect(chain.nextDeadline()).toBe(30_000)
    chain.transfer(30_000)
    expect(takeNumbers(client.rx)).toEqual([2])
    expect(chain.nextDeadline()).toBe(NEVER)
    expect(summary(atClient.packets())).toEqual([
      [0, 1, 'outbound'],
      [30_000, 2, 'inbound'],
    ])
    expect(summary(atServer.packets())).toEqual([
      [10_000, 1, 'outbound'],
      [10_000, 2, 'inbound'],
    ])
  })

  it('passes packets through a row without delay in one transfer, in both directions', () => {
    const client = makeLinkEnd(8)
    const server = makeLinkEnd(8)
    const first = makeMemoryLink(8)
    const second = makeMemoryLink(8)
    const wire = (near: typeof client, far: typeof client): FaultLink =>
      new FaultLink(near, far, new Prng(1), { capacity: 8 })
    const chain = new WireChain([wire(client, first.a), wire(first.b, second.a), wire(second.b, server)])
    sendNumber(client.tx, 1)
    sendNumber(server.tx, 2)
    chain.transfer(0)
    expect([takeNumbers(server.rx), takeNumbers(client.rx)]).toEqual([[1], [2]])
  })

  it('refuses to be empty', () => {
    expect(() => new WireChain([])).toThrow(/at least one/)
  })
})
