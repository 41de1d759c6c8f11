/**
 * Story: the last ACK of a connection is lost. TIME-WAIT is there to answer the repeated FIN (RFC 9293 3.6.1); without
 * it, the peer is told that its connection was reset.
 */

import { State } from '../../tcpip/base/states.ts'
import { SECOND } from '../../tcpip/base/time.ts'
import { ACK, FIN, RST } from '../../tcpip/wire/segment.ts'
import type { Words } from '../checks/language.ts'
import { LOST } from './fate.ts'
import { BEFORE, establish } from './four-way-close.ts'
import type { Story } from './story.ts'
import type { Storyteller } from './storyteller.ts'

export const TIME_WAIT_LOST_ACK: Story = {
  name: 'time-wait-lost-ack',
  summary: {
    en: 'The last ACK is lost: the FIN comes again, and TIME-WAIT answers it. Without TIME-WAIT a RST does.',
    'zh-CN': '最后的 ACK 丢了：FIN 再来一次，由 TIME-WAIT 应答。没有 TIME-WAIT 时，应答的是 RST。',
  },
  wireshark: [
    { filter: 'tcp.flags.fin == 1 && tcp.analysis.retransmission', shows: 'the FIN that the server had to repeat' },
    { filter: 'tcp.flags.reset == 1', shows: 'the answer of a client that no longer knows the connection' },
  ],
  tell,
}

interface Ending {
  /** What the server's program was told. */
  readonly reason: string
  readonly fins: number
  readonly resets: number
  readonly answeredFrom: string
  /** Seconds from the last ACK in TIME-WAIT to the end of TIME-WAIT; 0 when there was none. */
  readonly waited: number
}

function tell(teller: Storyteller): void {
  teller.say({
    en:
      'The client closes first, so that its ACK is the last segment. An ACK is never acknowledged: the client cannot know ' +
      'whether it arrived. So it stays, in TIME-WAIT, as long as a repeated FIN can come.',
    'zh-CN':
      '客户端先关闭，所以最后一个报文段是它的 ACK。ACK 从不被确认：客户端无法知道它到了没有。因此只要 FIN 还可能重来，它就留在 TIME-WAIT。',
  })
  teller.explainNotation()
  teller.heading({ en: 'TIME-WAIT 60 s', 'zh-CN': 'TIME-WAIT 60 秒' })
  const kept = play(teller, 'time-wait-60s', undefined)
  teller.paragraph({
    en: `The server's program was told: ${kept.reason}. The repeated FIN began the 60 s anew.`,
    'zh-CN': `服务器的程序得到的通知：${kept.reason}。重来的 FIN 让 60 秒重新开始。`,
  })
  teller.heading({ en: 'TIME-WAIT 0', 'zh-CN': 'TIME-WAIT 0 秒' })
  teller.say({
    en: 'TIME-WAIT ends in the moment in which it begins.',
    'zh-CN': 'TIME-WAIT 一开始就结束。',
  })
  const gone = play(teller, 'time-wait-0', 0)
  teller.paragraph({
    en:
      `The server's program was told: ${gone.reason}. Everything had been delivered, but the program cannot know that: it ` +
      'has to treat the exchange as failed. (It had called shutdown() and waits for the end; a program that has called ' +
      'close() is told nothing, in either case.)',
    'zh-CN':
      `服务器的程序得到的通知：${gone.reason}。其实数据都已送达，但程序无从得知，只能当作失败。` +
      '（它调用的是 shutdown()，还在等结束；调用了 close() 的程序在两种情况下都得不到任何通知。）',
  })
  conclude(teller, { en: '60 s', 'zh-CN': '60 秒' }, kept, { answeredFrom: 'TIME-WAIT', resets: 0, reason: 'closed' })
  teller.claimEqual(
    { en: '60 s: TIME-WAIT lasts after the repeated FIN (s)', 'zh-CN': '60 秒：重来的 FIN 之后 TIME-WAIT 持续（秒）' },
    60,
    kept.waited,
  )
  conclude(teller, { en: '0 s', 'zh-CN': '0 秒' }, gone, { answeredFrom: 'CLOSED', resets: 1, reason: 'reset' })
}

/** What is claimed of both endings. */
function conclude(
  teller: Storyteller,
  which: Words,
  { fins, answeredFrom, resets, reason }: Ending,
  expected: Pick<Ending, 'answeredFrom' | 'resets' | 'reason'>,
): void {
  const { en, 'zh-CN': zh } = which
  teller.claimEqual({ en: `${en}: FINs of the server`, 'zh-CN': `${zh}：服务器的 FIN` }, 2, fins)
  teller.claimEqual(
    { en: `${en}: the repeated FIN is answered from`, 'zh-CN': `${zh}：重来的 FIN 由哪个状态应答` },
    expected.answeredFrom,
    answeredFrom,
  )
  teller.claimEqual({ en: `${en}: RSTs`, 'zh-CN': `${zh}：RST` }, expected.resets, resets)
  teller.claimEqual(
    { en: `${en}: the program at the server is told`, 'zh-CN': `${zh}：服务器的程序得到的通知` },
    expected.reason,
    reason,
  )
}

function play(teller: Storyteller, name: string, timeWait: number | undefined): Ending {
  const stage = teller.scene(name, timeWait === undefined ? {} : { clientTimeWait: timeWait })
  const { client, server } = establish(stage)
  const first = stage.sightings.length + 1
  let serverFins = 0
  let isLost = false
  stage.fate = (segment) => {
    const fromServer = segment.sourcePort === 80
    if (fromServer && (segment.flags & FIN) !== 0) serverFins++
    const isLastAck = !fromServer && serverFins === 1 && (segment.flags & (FIN | ACK)) === ACK
    if (!isLastAck || isLost) return {}
    isLost = true
    return { lost: LOST }
  }
  stage.act('client', () => stage.client.close(client.tcb, stage.now))
  stage.pass(0.2)
  // Half-closed, not closed: the program still wants to hear how the connection ends.
  stage.act('server', () => stage.server.shutdown(server.tcb, stage.now))
  stage.pass(10)
  const answer = stage.sightings.at(-1)
  teller.trace(stage, {}, { first, before: BEFORE })
  const timeWaits = stage.client.tcbs.counts[State.TIME_WAIT] ?? 0
  while ((stage.client.tcbs.counts[State.TIME_WAIT] ?? 0) > 0) {
    stage.now = stage.client.nextDeadline()
    stage.pass(0)
  }
  const waited = timeWaits === 0 ? 0 : Math.round((stage.now - (answer?.at ?? 0)) / SECOND)
  return {
    reason: server.app.ended ?? 'nothing',
    fins: serverFins,
    resets: stage.sightings.filter(({ segment }) => (segment.flags & RST) !== 0).length,
    answeredFrom: answer?.sender?.before ?? '',
    waited,
  }
}
