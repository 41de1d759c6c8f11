/** The handshake view's pure parts: what the tap tells, what a capture holds, numbers, playing, explaining. */
import { signal } from '@preact/signals'
import { describe, expect, it } from 'vitest'
import type { TapEvent, TapSegment } from '../../../../dashboard/contract/stream.ts'
import { readFlows } from '../../../../dashboard/web/views/handshake/capture.ts'
import {
  basesOf,
  type Exchange,
  relativeNumbers,
  STEPS_MAX,
  withTapEvent,
} from '../../../../dashboard/web/views/handshake/exchange.ts'
import { explanationOf } from '../../../../dashboard/web/views/handshake/explain.ts'
import { Player } from '../../../../dashboard/web/views/handshake/player.ts'
import { PcapngWriter } from '../../../../tcpip/link/pcapng.ts'
import { packetBytes } from '../../../../tcpip/wire/codec.ts'
import { ACK, FIN, makeSegment, RST, SYN } from '../../../../tcpip/wire/segment.ts'

const CLIENT = 0x0a09_1001
const SERVER = 0x0a09_0005

function segment(direction: TapSegment['direction'], flags: string[], seq: number, ack = 0): TapSegment {
  return { direction, flags, seq, ack, window: 65_535, payloadBytes: 0, options: {} }
}

const HANDSHAKE: readonly TapEvent[] = [
  { at: 100, tap: 1, kind: 'started', client: '10.9.16.1:40000', server: '10.9.0.5:80', isHonest: true },
  {
    at: 100,
    tap: 1,
    kind: 'segment',
    segment: segment('to-server', ['SYN'], 4_294_967_295),
    ends: { server: { state: 'SYN-RECEIVED' } },
  },
  {
    at: 101,
    tap: 1,
    kind: 'segment',
    segment: segment('to-client', ['ACK', 'SYN'], 1000, 0),
    ends: { server: { state: 'SYN-RECEIVED' } },
  },
  {
    at: 120,
    tap: 1,
    kind: 'segment',
    segment: segment('to-server', ['ACK'], 0, 1001),
    ends: { server: { state: 'ESTABLISHED' } },
  },
]

function followed(events = HANDSHAKE): Exchange {
  const exchange = events.reduce<Exchange | undefined>((known, event) => withTapEvent(known, event), undefined)
  if (exchange === undefined) throw new Error('nothing was followed')
  return exchange
}

describe('an exchange that is followed', () => {
  it('holds its segments, and concludes the states that a client does not tell', () => {
    const { client, steps } = followed()
    expect(client).toBe('10.9.16.1:40000')
    expect(steps.map(({ ends }) => [ends.client?.state, ends.server.state])).toEqual([
      ['SYN-SENT', 'SYN-RECEIVED'],
      ['ESTABLISHED', 'SYN-RECEIVED'],
      ['ESTABLISHED', 'ESTABLISHED'],
    ])
    expect(steps.every(({ concluded }) => concluded === 'client')).toBe(true)
  })

  it('stands in the order of time, whichever end tells first, with each end as it was then', () => {
    const told = (at: number, client: string, server: string, ...flags: string[]): TapEvent => ({
      at,
      tap: 1,
      ends: { client: { state: client }, server: { state: server } },
      ...(flags.length === 0 ? { kind: 'ends' } : { kind: 'segment', segment: segment('to-server', flags, 1) }),
    })
    const { steps } = followed([
      ...HANDSHAKE,
      // The client tells of its whole close before the server has told of any segment of it.
      told(130, 'FIN-WAIT-1', 'ESTABLISHED'),
      told(135, 'TIME-WAIT', 'ESTABLISHED'),
      told(131, 'TIME-WAIT', 'CLOSE-WAIT', 'ACK', 'FIN'),
      told(133, 'TIME-WAIT', 'LAST-ACK', 'ACK', 'FIN'),
      told(137, 'TIME-WAIT', 'LISTEN', 'ACK'),
    ])
    expect(steps.slice(3).map(({ at, ends }) => [at, ends.client?.state, ends.server.state])).toEqual([
      [130, 'FIN-WAIT-1', 'ESTABLISHED'],
      [131, 'FIN-WAIT-1', 'CLOSE-WAIT'],
      [133, 'FIN-WAIT-1', 'LAST-ACK'],
      [135, 'TIME-WAIT', 'LAST-ACK'],
      [137, 'TIME-WAIT', 'CLOSED'],
    ])

    // And the other way round: the server has told all before the client tells of its FIN.
    const late = followed([
      ...HANDSHAKE,
      told(125, 'ESTABLISHED', 'ESTABLISHED'),
      told(131, 'ESTABLISHED', 'CLOSE-WAIT', 'ACK', 'FIN'),
      told(130, 'FIN-WAIT-1', 'CLOSE-WAIT'),
    ])
    expect(late.steps.slice(4).map(({ at, ends }) => [at, ends.client?.state, ends.server.state])).toEqual([
      [130, 'FIN-WAIT-1', 'ESTABLISHED'],
      [131, 'FIN-WAIT-1', 'CLOSE-WAIT'],
    ])
  })

  it('is back at LISTEN after a request that was never completed', () => {
    const [started, syn] = HANDSHAKE as [TapEvent, TapEvent]
    const { steps } = followed([
      started,
      syn,
      { at: 7100, tap: 1, kind: 'ends', ends: { server: { state: 'LISTEN' } } },
    ])
    expect(steps.map(({ ends }) => ends.server.state)).toEqual(['SYN-RECEIVED', 'LISTEN'])
  })

  it('claims nothing of a client that nobody is', () => {
    const [started, ...others] = HANDSHAKE
    const hostile = followed([{ ...started, isHonest: false } as TapEvent, ...others])
    expect(hostile.steps.every(({ ends }) => ends.client === undefined)).toBe(true)
  })

  it('shows numbers relative to the first of either side, across the wrap', () => {
    const exchange = followed()
    const bases = basesOf(exchange)
    expect(exchange.steps.map((step) => step.segment && relativeNumbers(step.segment, bases))).toEqual([
      { seq: 0, ack: undefined },
      { seq: 0, ack: 1 },
      { seq: 1, ack: 1 },
    ])
  })

  it('keeps a bounded number of steps and counts the others', () => {
    let exchange: Exchange | undefined = followed()
    for (let i = 0; i < STEPS_MAX; i++) exchange = withTapEvent(exchange, HANDSHAKE[3] as TapEvent)
    expect(exchange?.steps).toHaveLength(STEPS_MAX)
    expect(exchange?.dropped).toBe(3)
  })

  it('says why it has ended', () => {
    expect(followed([...HANDSHAKE, { at: 900, tap: 1, kind: 'ended', reason: 'closed' }]).ended).toBe('closed')
  })

  it('explains each step', () => {
    expect(followed().steps.map(explanationOf)).toEqual(['syn', 'synAck', 'established'])
    const step = { at: 0, ends: { server: { state: 'LISTEN' } } }
    const cookie = { ...segment('to-client', ['ACK', 'SYN'], 1), isCookie: true } as const
    expect(explanationOf({ ...step, segment: cookie })).toBe('cookie')
    expect(explanationOf({ ...step, segment: { ...cookie, isRepeat: true } })).toBe('repeat')
    expect(explanationOf({ ...step, segment: segment('to-server', ['RST'], 1) })).toBe('rst')
    expect(
      explanationOf({
        at: 0,
        ends: { server: { state: 'CLOSE-WAIT' } },
        segment: segment('to-server', ['ACK', 'FIN'], 1),
      }),
    ).toBe('closeWait')
  })
})

describe('the player', () => {
  it('steps on and back, plays at its speed, and stops at the end', () => {
    const player = new Player(signal<Exchange | undefined>(followed()))
    expect(player.shown.value).toBe(3)
    player.toStart()
    expect(player.shown.value).toBe(1)
    player.step(1)
    expect(player.shown.value).toBe(2)
    player.step(-1)
    player.step(-1)
    expect(player.shown.value).toBe(1)
    player.speed.value = 0.1
    player.togglePlay()
    player.advance(149)
    expect(player.shown.value).toBe(1)
    player.advance(2)
    expect(player.shown.value).toBe(2)
    // 19 ms at a tenth of the speed.
    player.advance(189)
    expect(player.shown.value).toBe(2)
    expect(player.playhead.value).toBeCloseTo(119.9)
    player.advance(2)
    expect(player.shown.value).toBe(3)
    for (let i = 0; i < 1000; i++) player.advance(16)
    expect(player.shown.value).toBe(3)
    expect(player.isPlaying.value).toBe(false)
    player.toEnd()
    expect(player.playhead.value).toBeUndefined()
  })

  it('shortens a long pause', () => {
    const [started, first, second] = HANDSHAKE
    const slow = followed([started, first, { ...second, at: 60_100 }] as TapEvent[])
    const player = new Player(signal<Exchange | undefined>(slow))
    player.toStart()
    player.togglePlay()
    for (let i = 0; i < 200; i++) player.advance(16)
    expect(player.shown.value).toBe(2)
  })

  it('shows steps of one instant one after the other', () => {
    const [started, first, second, third] = HANDSHAKE
    const instant = followed([started, first, { ...second, at: 100 }, third] as TapEvent[])
    const player = new Player(signal<Exchange | undefined>(instant))
    player.toStart()
    expect(player.shown.value).toBe(1)
    player.step(1)
    expect([player.shown.value, player.playhead.value]).toEqual([2, 100])
  })
})

describe('a capture', () => {
  type Packet = readonly [toServer: boolean, flags: number, seq: number, ack: number]

  function capture(packets: readonly Packet[], port = 40_000): Uint8Array {
    const chunks: Uint8Array[] = []
    const writer = new PcapngWriter((chunk) => chunks.push(chunk.slice()))
    const id = writer.addInterface('lab', 'test')
    packets.forEach(([toServer, flags, seq, ack], i) => {
      const bytes = packetBytes(
        makeSegment({
          source: toServer ? CLIENT : SERVER,
          destination: toServer ? SERVER : CLIENT,
          sourcePort: toServer ? port : 80,
          destinationPort: toServer ? 80 : port,
          flags,
          seq,
          ack,
          mss: flags & SYN ? 1460 : 0,
        }),
      )
      writer.packet(id, 1_000_000 + i * 20_000, bytes, 0, bytes.length, toServer)
    })
    writer.flush()
    return Uint8Array.from(chunks.flatMap((chunk) => [...chunk]))
  }

  const CLOSED_BY_CLIENT: readonly Packet[] = [
    [true, SYN, 100, 0],
    [false, SYN | ACK, 500, 101],
    [true, ACK, 101, 501],
    [true, FIN | ACK, 101, 501],
    [false, ACK, 501, 102],
    [false, FIN | ACK, 501, 102],
    [true, ACK, 102, 502],
  ]

  it('gives the connections in it, with the states that follow from their segments', () => {
    const { flows, problem, skipped } = readFlows(capture(CLOSED_BY_CLIENT))
    expect([problem, skipped, flows.length]).toEqual([undefined, 0, 1])
    const [flow] = flows
    expect(flow).toMatchObject({ client: '10.9.16.1:40000', server: '10.9.0.5:80' })
    expect(flow?.steps.map(({ at }) => at).slice(0, 2)).toEqual([1000, 1020])
    expect(flow?.steps[0]?.segment?.options.mss).toBe(1460)
    expect(flow?.steps.map(({ ends }) => [ends.client?.state, ends.server.state])).toEqual([
      ['SYN-SENT', 'LISTEN'],
      ['ESTABLISHED', 'SYN-RECEIVED'],
      ['ESTABLISHED', 'ESTABLISHED'],
      ['FIN-WAIT-1', 'CLOSE-WAIT'],
      ['FIN-WAIT-2', 'CLOSE-WAIT'],
      ['TIME-WAIT', 'LAST-ACK'],
      ['TIME-WAIT', 'CLOSED'],
    ])
  })

  it('ends both sides with a RST', () => {
    const [flow] = readFlows(capture([...CLOSED_BY_CLIENT.slice(0, 3), [true, RST, 101, 0]])).flows
    expect(flow?.steps.at(-1)?.ends).toEqual({ client: { state: 'CLOSED' }, server: { state: 'CLOSED' } })
  })

  it('that begins in the middle is read from there', () => {
    const [flow] = readFlows(capture(CLOSED_BY_CLIENT.slice(4))).flows
    expect(flow?.steps[0]?.ends.client?.state).toBe('ESTABLISHED')
  })

  it('that is none is refused in the reader’s words, and one that is cut off is shown as far as it goes', () => {
    expect(readFlows(new TextEncoder().encode('<!doctype html> no capture'))).toMatchObject({
      flows: [],
      problem: { offset: 0 },
    })
    const whole = capture(CLOSED_BY_CLIENT)
    const cut = readFlows(whole.subarray(0, whole.length - 20))
    expect(cut.problem).toBeDefined()
    expect(cut.flows[0]?.steps).toHaveLength(CLOSED_BY_CLIENT.length - 1)
    expect(readFlows(new Uint8Array(0)).problem).toBeDefined()
  })
})
