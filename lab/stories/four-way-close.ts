/**
 * Story: four segments end a connection, because each direction is closed by itself (RFC 9293 3.6); sometimes three do.
 */

import { bytesOf } from '../../tcpip/base/bytes.ts'
import { SECOND } from '../../tcpip/base/time.ts'
import type { Tcb } from '../../tcpip/connection/tcb.ts'
import { ACK, FIN } from '../../tcpip/wire/segment.ts'
import type { Words } from '../checks/language.ts'
import type { Sighting } from './sighting.ts'
import type { Stage } from './stage.ts'
import type { Story } from './story.ts'
import type { StoryProgram } from './story-program.ts'
import type { Storyteller } from './storyteller.ts'

export const FOUR_WAY_CLOSE: Story = {
  name: 'four-way-close',
  summary: {
    en: 'Four segments end a connection, in either order; why four, and when three are enough.',
    'zh-CN': '四个报文段结束一个连接，谁先都行；为什么是四个，什么时候三个就够。',
  },
  wireshark: [
    { filter: 'tcp.flags.fin == 1', shows: 'two FINs per connection, one for each direction' },
    { filter: 'frame.interface_name == "three-segments"', shows: 'the FIN that carries the ACK of the other FIN' },
  ],
  tell,
}

const CLOSE_FLAGS = ACK | FIN
/** What a trace of a close leaves out. */
export const BEFORE: Words = { en: 'the handshake', 'zh-CN': '握手' }

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
  teller.say({
    en:
      'A connection is two streams. Each is closed by its own side with a FIN, which takes a sequence number and is ' +
      'acknowledged like a byte: FIN, ACK, FIN, ACK. Whoever closes first ends in TIME-WAIT.',
    'zh-CN':
      '一个连接是两条流。每条流由自己那一方用 FIN 关闭，FIN 占用一个序号，像一个字节那样被确认：FIN、ACK、FIN、ACK。谁先关闭，谁就最后停在 TIME-WAIT。',
  })
  teller.explainNotation()
  clientFirst(teller)
  serverFirst(teller)
  threeSegments(teller)
  simultaneous(teller)
}

function clientFirst(teller: Storyteller): void {
  teller.heading({ en: 'The client closes first', 'zh-CN': '客户端先关闭' })
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
      [first]: {
        en: 'The client has nothing more to send. It can still receive: half-close.',
        'zh-CN': '客户端没有要发的了，但还能收：半关闭。',
      },
      [finAcked?.number ?? 0]: {
        en: 'The server has heard it. Its program may not be done yet, so this ACK goes alone.',
        'zh-CN': '服务器听到了。它的程序也许还没做完，所以这个 ACK 单独走。',
      },
      [secondFin?.number ?? 0]: { en: 'Only now does the server close too.', 'zh-CN': '到这时服务器才关闭。' },
    },
    { first, before: BEFORE },
  )
  const which: Words = { en: 'client first', 'zh-CN': '客户端先关闭' }
  claimSegments(teller, which, 4, closing)
  claimStates(teller, which, 'client', FIRST_STATES, closing)
  claimStates(teller, which, 'server', SECOND_STATES, closing)
  teller.claimEqual(
    {
      en: 'bytes that reached the client after it had closed its half',
      'zh-CN': '客户端关闭自己那一半之后仍收到的字节',
    },
    bytes.length,
    client.app.received.length,
  )
  const gap = ((secondFin?.at ?? 0) - (finAcked?.at ?? 0)) / SECOND
  teller.paragraph({
    en:
      `Why four: ${gap.toFixed(3)} s lay between the ACK and the FIN of the server, in which it sent ${bytes.length} bytes ` +
      'and the client read them. The kernel acknowledges at once; when to close is for the program to say.',
    'zh-CN':
      `为什么是四个：服务器的 ACK 和 FIN 之间隔了 ${gap.toFixed(3)} 秒，这期间它还发了 ${bytes.length} 字节，客户端也读到了。` +
      '内核立即确认；什么时候关闭，由程序决定。',
  })
  teller.claimAtLeast(
    { en: 'seconds between the ACK and the FIN of the server', 'zh-CN': '服务器的 ACK 与 FIN 之间的秒数' },
    0.1,
    gap,
  )
}

function serverFirst(teller: Storyteller): void {
  teller.heading({ en: 'The server closes first', 'zh-CN': '服务器先关闭' })
  const stage = teller.scene('server-first')
  const { client, server } = establish(stage)
  const first = stage.sightings.length + 1
  stage.act('server', () => stage.server.close(server.tcb, stage.now))
  stage.pass(0.5)
  stage.act('client', () => stage.client.close(client.tcb, stage.now))
  stage.pass(0.5)
  teller.trace(stage, {}, { first, before: BEFORE })
  const closing = stage.sightings.slice(first - 1)
  const which: Words = { en: 'server first', 'zh-CN': '服务器先关闭' }
  claimSegments(teller, which, 4, closing)
  claimStates(teller, which, 'server', FIRST_STATES, closing)
  claimStates(teller, which, 'client', SECOND_STATES, closing)
  teller.paragraph({
    en: 'The roles are exchanged and nothing else: TIME-WAIT is now at the server.',
    'zh-CN': '只是角色互换：现在 TIME-WAIT 在服务器这一方。',
  })
}

function threeSegments(teller: Storyteller): void {
  teller.heading({ en: 'When three are enough', 'zh-CN': '什么时候三个就够' })
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
  teller.paragraph({
    en:
      'The program of the server closes as soon as it reads the end of the stream, before its ACK has left: the ACK ' +
      'and the FIN share a segment, and the client never sees FIN-WAIT-2.',
    'zh-CN':
      '服务器的程序一读到流的结尾就关闭，那时 ACK 还没有发出：ACK 和 FIN 合用一个报文段，客户端不会经过 FIN-WAIT-2。',
  })
  const which: Words = { en: 'three segments', 'zh-CN': '三个报文段' }
  claimSegments(teller, which, 3, closing)
  claimStates(teller, which, 'client', 'ESTABLISHED, FIN-WAIT-1, TIME-WAIT', closing)
}

function simultaneous(teller: Storyteller): void {
  teller.heading({ en: 'Both at the same moment', 'zh-CN': '双方同时关闭' })
  const stage = teller.scene('simultaneous')
  const { client, server } = establish(stage)
  const first = stage.sightings.length + 1
  stage.act('client', () => stage.client.close(client.tcb, stage.now))
  stage.act('server', () => stage.server.close(server.tcb, stage.now))
  stage.pass(0.5)
  teller.trace(stage, {}, { first, before: BEFORE })
  const closing = stage.sightings.slice(first - 1)
  const expected = 'ESTABLISHED, FIN-WAIT-1, CLOSING, TIME-WAIT'
  const which: Words = { en: 'both at the same moment', 'zh-CN': '双方同时关闭' }
  claimStates(teller, which, 'client', expected, closing)
  claimStates(teller, which, 'server', expected, closing)
}

/** The states of who closes first, and of the other. */
const FIRST_STATES = 'ESTABLISHED, FIN-WAIT-1, FIN-WAIT-2, TIME-WAIT'
const SECOND_STATES = 'ESTABLISHED, CLOSE-WAIT, LAST-ACK, CLOSED'

const SIDES: Readonly<Record<'client' | 'server', Words>> = {
  client: { en: 'client', 'zh-CN': '客户端' },
  server: { en: 'server', 'zh-CN': '服务器' },
}

function claimSegments(teller: Storyteller, which: Words, expected: number, closing: readonly Sighting[]): void {
  const what: Words = {
    en: `${which.en}: segments with a FIN or the ACK of one`,
    'zh-CN': `${which['zh-CN']}：带 FIN 或确认 FIN 的报文段`,
  }
  teller.claimEqual(what, expected, bare(closing).length)
}

function claimStates(
  teller: Storyteller,
  which: Words,
  side: 'client' | 'server',
  expected: string,
  closing: readonly Sighting[],
): void {
  const what: Words = {
    en: `${which.en}: states of the ${SIDES[side].en}`,
    'zh-CN': `${which['zh-CN']}：${SIDES[side]['zh-CN']}的状态`,
  }
  teller.claimEqual(what, expected, path(closing, side))
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
