/**
 * Story: four segments end a connection, because each direction is closed by itself (RFC 9293 3.6); sometimes three do.
 */

import { bytesOf } from '../../tcpip/base/bytes.ts'
import { SECOND } from '../../tcpip/base/time.ts'
import type { Tcb } from '../../tcpip/connection/tcb.ts'
import { ACK, FIN } from '../../tcpip/wire/segment.ts'
import { claimAtLeast, claimEqual } from './claim.ts'
import type { Sighting } from './sighting.ts'
import type { Stage } from './stage.ts'
import type { Story } from './story.ts'
import type { StoryProgram } from './story-program.ts'
import type { Storyteller } from './storyteller.ts'

export const FOUR_WAY_CLOSE: Story = {
  name: 'four-way-close',
  summary: 'Four segments end a connection, in either order; why four, and when three are enough.',
  wireshark: [
    { filter: 'tcp.flags.fin == 1', shows: 'two FINs per connection, one for each direction' },
    { filter: 'frame.interface_name == "three-segments"', shows: 'the FIN that carries the ACK of the other FIN' },
  ],
  tell,
}

const CLOSE_FLAGS = ACK | FIN
/** What a trace of a close leaves out. */
export const BEFORE = 'the handshake'

interface Pair {
  readonly client: { readonly tcb: Tcb; readonly app: StoryProgram }
  readonly server: { readonly tcb: Tcb; readonly app: StoryProgram }
}

/** An established connection on a stage. */
export function establish(stage: Stage, port?: number): Pair {
  const count = stage.accepted.length
  const client = stage.open(port)
  stage.pass(0.5)
  const server = stage.accepted[count]
  if (server === undefined) throw new Error('the handshake leads to a connection at the server')
  return { client, server }
}

function tell(teller: Storyteller): void {
  teller.say(
    'A connection is two streams. Each is closed by its own side with a FIN, which takes a sequence number and is ' +
      'acknowledged like a byte: FIN, ACK, FIN, ACK. Whoever closes first ends in TIME-WAIT.',
  )
  teller.explainNotation()
  clientFirst(teller)
  serverFirst(teller)
  threeSegments(teller)
  simultaneous(teller)
}

function clientFirst(teller: Storyteller): void {
  teller.heading('The client closes first')
  const stage = teller.scene('client-first')
  const { client, server } = establish(stage)
  const first = stage.sightings.length + 1
  stage.act('client', () => stage.client.shutdown(client.tcb, stage.now))
  stage.pass(0.5)
  const bytes = bytesOf('the rest of the answer')
  stage.act('server', () => stage.server.write(server.tcb, bytes, 0, bytes.length, stage.now))
  stage.pass(0.5)
  stage.act('server', () => stage.server.close(server.tcb, stage.now))
  stage.pass(0.5)
  const closing = stage.sightings.slice(first - 1)
  const finAcked = closing.find(({ from, segment }) => from === 'server' && segment.payloadLength === 0)
  const secondFin = closing.find(({ from, segment }) => from === 'server' && (segment.flags & FIN) !== 0)
  teller.trace(
    stage,
    {
      [first]: 'The client has nothing more to send. It can still receive: half-close.',
      [finAcked?.number ?? 0]: 'The server has heard it. Its program may not be done yet, so this ACK goes alone.',
      [secondFin?.number ?? 0]: 'Only now does the server close too.',
    },
    { first, before: BEFORE },
  )
  const states = path(closing, 'client')
  teller.claim(claimEqual('client first: segments with a FIN or the ACK of one', 4, bare(closing).length))
  teller.claim(
    claimEqual('client first: states of the client', 'ESTABLISHED, FIN-WAIT-1, FIN-WAIT-2, TIME-WAIT', states),
  )
  teller.claim(
    claimEqual(
      'client first: states of the server',
      'ESTABLISHED, CLOSE-WAIT, LAST-ACK, CLOSED',
      path(closing, 'server'),
    ),
  )
  teller.claim(
    claimEqual('bytes that reached the client after it had closed its half', bytes.length, client.app.received.length),
  )
  const gap = ((secondFin?.at ?? 0) - (finAcked?.at ?? 0)) / SECOND
  teller.paragraph(
    `Why four: ${gap.toFixed(3)} s lay between the ACK and the FIN of the server, in which it sent ${bytes.length} bytes ` +
      'and the client read them. The kernel acknowledges at once; when to close is for the program to say.',
  )
  teller.claim(claimAtLeast('seconds between the ACK and the FIN of the server', 0.1, gap))
}

function serverFirst(teller: Storyteller): void {
  teller.heading('The server closes first')
  const stage = teller.scene('server-first')
  const { client, server } = establish(stage)
  const first = stage.sightings.length + 1
  stage.act('server', () => stage.server.close(server.tcb, stage.now))
  stage.pass(0.5)
  stage.act('client', () => stage.client.close(client.tcb, stage.now))
  stage.pass(0.5)
  teller.trace(stage, {}, { first, before: BEFORE })
  const closing = stage.sightings.slice(first - 1)
  teller.claim(claimEqual('server first: segments with a FIN or the ACK of one', 4, bare(closing).length))
  teller.claim(
    claimEqual(
      'server first: states of the server',
      'ESTABLISHED, FIN-WAIT-1, FIN-WAIT-2, TIME-WAIT',
      path(closing, 'server'),
    ),
  )
  teller.claim(
    claimEqual(
      'server first: states of the client',
      'ESTABLISHED, CLOSE-WAIT, LAST-ACK, CLOSED',
      path(closing, 'client'),
    ),
  )
  teller.paragraph('The roles are exchanged and nothing else: TIME-WAIT is now at the server.')
}

function threeSegments(teller: Storyteller): void {
  teller.heading('When three are enough')
  const stage = teller.scene('three-segments')
  stage.onAccept = (app) => {
    app.onPeerClosed = (tcb, now) => stage.server.close(tcb, now)
  }
  const { client } = establish(stage)
  const first = stage.sightings.length + 1
  stage.act('client', () => stage.client.close(client.tcb, stage.now))
  stage.pass(0.5)
  teller.trace(stage, {}, { first, before: BEFORE })
  const closing = stage.sightings.slice(first - 1)
  teller.paragraph(
    'The program of the server closes as soon as it reads the end of the stream, before its ACK has left: the ACK ' +
      'and the FIN share a segment, and the client never sees FIN-WAIT-2.',
  )
  teller.claim(claimEqual('three segments: those with a FIN or the ACK of one', 3, bare(closing).length))
  teller.claim(
    claimEqual('three segments: states of the client', 'ESTABLISHED, FIN-WAIT-1, TIME-WAIT', path(closing, 'client')),
  )
}

function simultaneous(teller: Storyteller): void {
  teller.heading('Both at the same moment')
  const stage = teller.scene('simultaneous')
  const { client, server } = establish(stage)
  const first = stage.sightings.length + 1
  stage.act('client', () => stage.client.close(client.tcb, stage.now))
  stage.act('server', () => stage.server.close(server.tcb, stage.now))
  stage.pass(0.5)
  teller.trace(stage, {}, { first, before: BEFORE })
  const closing = stage.sightings.slice(first - 1)
  const expected = 'ESTABLISHED, FIN-WAIT-1, CLOSING, TIME-WAIT'
  teller.claim(claimEqual('both at the same moment: states of the client', expected, path(closing, 'client')))
  teller.claim(claimEqual('both at the same moment: states of the server', expected, path(closing, 'server')))
}

/** Segments of a close: FINs and ACKs that carry no data and answer none. */
function bare(closing: readonly Sighting[]): Sighting[] {
  const data = closing.filter(({ segment }) => segment.payloadLength > 0)
  return closing.filter(({ segment, at }) => {
    const answersData = data.some((sent) => sent.arrivedAt === at && sent.segment.payloadLength > 0)
    return segment.payloadLength === 0 && !answersData && (segment.flags & ~CLOSE_FLAGS) === 0
  })
}

/** The states one side went through, in the order of time. */
function path(closing: readonly Sighting[], side: 'client' | 'server'): string {
  const changes = closing.flatMap(({ from, at, arrivedAt, sender, receiver, number }) => {
    const isSender = from === side
    const change = isSender ? sender : receiver
    const time = isSender ? at : (arrivedAt ?? at)
    // A segment sent in answer to one that arrives comes after it, at the same instant.
    return change === undefined ? [] : [{ time, order: isSender ? 1 : 0, number, change }]
  })
  changes.sort((a, b) => a.time - b.time || a.order - b.order || a.number - b.number)
  const states: string[] = []
  for (const { change } of changes) {
    // The answer to a segment leaves in the turn that took it, and shows the same change again.
    if (states.at(-1) === change.after) continue
    for (const state of [change.before, change.after]) if (states.at(-1) !== state) states.push(state)
  }
  return states.join(', ')
}
