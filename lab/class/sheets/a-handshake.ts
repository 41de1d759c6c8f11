/**
 * Sheet A: three segments open a connection. What the numbers in them are, and when either side may send.
 */
import { MILLISECOND } from '../../../tcpip/base/time.ts'
import { SYN } from '../../../tcpip/wire/segment.ts'
import { seqDiff } from '../../../tcpip/wire/seq.ts'
import type { Sighting } from '../../stories/sighting.ts'
import type { Storyteller } from '../../stories/storyteller.ts'
import { draw, numberOf, type Sheet, type SheetFigures } from '../sheet.ts'
import { playStage } from '../stage-experiment.ts'

export const SHEET_A: Sheet = {
  letter: 'A',
  version: 1,
  title: { en: 'The handshake', 'zh-CN': '三次握手' },
  text: 'a-handshake',
  letters: {
    d: { en: 'delay of the network in one direction, ms', 'zh-CN': '网络单程延迟，毫秒' },
    n: { en: 'bytes of the request', 'zh-CN': '请求的字节数' },
  },
  vary: (prng) => ({ d: draw(prng, 11, 59), n: draw(prng, 30, 900) }),
  play: async ({ d = 0, n = 0 }, seed, extent, bundle) =>
    playStage(seed, bundle, (teller) => ({
      ...main(teller, d, n),
      ...(extent === 'whole' ? change(teller, d) : {}),
    })),
  checks: ['handshake-complete'],
  checked: (figures) => ({ 'handshake.segments': numberOf(figures, 'main.segments') }),
  questions: [
    { id: 'A1', part: 'main', kind: 'prediction', figure: 'main.client_ms', band: { percent: 10 } },
    { id: 'A2', part: 'main', kind: 'prediction', figure: 'main.server_ms', band: { percent: 10 } },
    { id: 'A3', part: 'main', kind: 'reading', figure: 'main.syn_seq' },
    { id: 'A4', part: 'main', kind: 'reading', figure: 'main.synack_ack' },
    { id: 'A5', part: 'main', kind: 'reading', figure: 'main.request_ack' },
    {
      id: 'A6',
      part: 'main',
      kind: 'word',
      figure: 'main.server_state',
      words: ['LISTEN', 'SYN-SENT', 'SYN-RECEIVED', 'ESTABLISHED'],
    },
    { id: 'A7', part: 'main', kind: 'sentence' },
    { id: 'A8', part: 'whole', kind: 'prediction', figure: 'change.client_ms', band: { percent: 10 } },
  ],
}

/** One handshake, one request of `n` bytes, and the server's acknowledgment of it. */
function main(teller: Storyteller, d: number, n: number): SheetFigures {
  const stage = teller.scene('main', { latency: d * MILLISECOND })
  const { tcb } = stage.open()
  stage.pass(1)
  const [syn, synAck, ack] = stage.sightings as [Sighting, Sighting, Sighting]
  const segments = stage.sightings.length
  const request = new Uint8Array(n).fill('x'.charCodeAt(0))
  stage.act('client', () => stage.client.write(tcb, request, 0, n, stage.now))
  stage.pass(1)
  const answer = stage.sightings.slice(segments).find(({ from }) => from === 'server')
  return {
    'main.segments': segments,
    'main.client_ms': ack.at / MILLISECOND,
    'main.server_ms': (ack.arrivedAt ?? 0) / MILLISECOND,
    'main.syn_seq': syn.segment.seq >>> 0,
    'main.synack_ack': synAck.segment.ack >>> 0,
    'main.request_ack': seqDiff(answer?.segment.ack ?? 0, syn.segment.seq),
    'main.server_state': synAck.sender?.after ?? '',
  }
}

/** The same handshake, whose first SYN is lost. */
function change(teller: Storyteller, d: number): SheetFigures {
  const stage = teller.scene('change', { latency: d * MILLISECOND })
  let syns = 0
  stage.fate = ({ flags }) => (flags === SYN && syns++ === 0 ? { lost: 'lost' } : {})
  stage.open()
  stage.pass(5)
  return { 'change.client_ms': (stage.sightings.at(-1)?.at ?? 0) / MILLISECOND }
}
