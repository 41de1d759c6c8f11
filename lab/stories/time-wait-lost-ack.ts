/**
 * Story: the last ACK of a connection is lost. TIME-WAIT is there to answer the repeated FIN (RFC 9293 3.6.1); without
 * it, the peer is told that its connection was reset.
 */

import { SECOND } from '../../tcpip/base/time.ts'
import { State } from '../../tcpip/connection/states.ts'
import { ACK, FIN, RST } from '../../tcpip/wire/segment.ts'
import { claimEqual } from './claim.ts'
import { BEFORE, establish } from './four-way-close.ts'
import type { Story } from './story.ts'
import type { Storyteller } from './storyteller.ts'

export const TIME_WAIT_LOST_ACK: Story = {
  name: 'time-wait-lost-ack',
  summary: 'The last ACK is lost: the FIN comes again, and TIME-WAIT answers it. Without TIME-WAIT a RST does.',
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
  teller.say(
    'The client closes first, so that its ACK is the last segment. An ACK is never acknowledged: the client cannot know ' +
      'whether it arrived. So it stays, in TIME-WAIT, as long as a repeated FIN can come.',
  )
  teller.explainNotation()
  teller.heading('TIME-WAIT 60 s')
  const kept = play(teller, 'time-wait-60s', undefined)
  teller.paragraph(`The server's program was told: ${kept.reason}. The repeated FIN began the 60 s anew.`)
  teller.heading('TIME-WAIT 0')
  teller.say('TIME-WAIT ends in the moment in which it begins.')
  const gone = play(teller, 'time-wait-0', 0)
  teller.paragraph(
    `The server's program was told: ${gone.reason}. Everything had been delivered, but the program cannot know that: it ` +
      'has to treat the exchange as failed. (It had called shutdown() and waits for the end; a program that has called ' +
      'close() is told nothing, in either case.)',
  )
  teller.claim(claimEqual('60 s: FINs of the server', 2, kept.fins))
  teller.claim(claimEqual('60 s: the repeated FIN is answered from', 'TIME-WAIT', kept.answeredFrom))
  teller.claim(claimEqual('60 s: RSTs', 0, kept.resets))
  teller.claim(claimEqual('60 s: the program at the server is told', 'closed', kept.reason))
  teller.claim(claimEqual('60 s: TIME-WAIT lasts after the repeated FIN (s)', 60, kept.waited))
  teller.claim(claimEqual('0 s: FINs of the server', 2, gone.fins))
  teller.claim(claimEqual('0 s: the repeated FIN is answered from', 'CLOSED', gone.answeredFrom))
  teller.claim(claimEqual('0 s: RSTs', 1, gone.resets))
  teller.claim(claimEqual('0 s: the program at the server is told', 'reset', gone.reason))
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
    return { lost: 'lost' }
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
