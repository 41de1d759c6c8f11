/** The stamped answer is byte for byte what the codec writes. */
import { expect, it } from 'vitest'
import { COOKIE_ANSWER_BYTES, writeCookieAnswer } from '../../../../server/listener/cookie-answer.ts'
import { Prng } from '../../../../tcpip/base/prng.ts'
import { ADVERTISED_MSS, initialWindow } from '../../../../tcpip/connection/segment-size.ts'
import { packetBytes } from '../../../../tcpip/wire/codec.ts'
import { ACK, makeSegment, SYN } from '../../../../tcpip/wire/segment.ts'

it('equals the codec’s SYN-ACK for 10,000 random SYNs and cookies', () => {
  const prng = new Prng(5)
  const bytes = new Uint8Array(COOKIE_ANSWER_BYTES)
  const view = new DataView(bytes.buffer)
  for (let i = 0; i < 10_000; i++) {
    const syn = makeSegment({
      source: prng.next(),
      destination: prng.next(),
      sourcePort: prng.below(65_536),
      destinationPort: prng.below(65_536),
      seq: i === 0 ? -1 : prng.next(),
    })
    const cookie = prng.next()
    writeCookieAnswer(view, 0, syn, cookie)
    const expected = packetBytes(
      makeSegment({
        source: syn.destination,
        destination: syn.source,
        sourcePort: syn.destinationPort,
        destinationPort: syn.sourcePort,
        seq: cookie,
        ack: (syn.seq + 1) | 0,
        flags: SYN | ACK,
        window: initialWindow(false),
        mss: ADVERTISED_MSS,
      }),
    )
    expect(bytes).toEqual(expected)
  }
})
