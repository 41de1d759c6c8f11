/**
 * Story: what breaks when the server trusts the first SYN. The same packets meet a listener that opens the connection on
 * the SYN (TrustingListener) and the real one.
 */
import { Listener } from '../../server/listener/listener.ts'
import { State } from '../../tcpip/base/states.ts'
import { SECOND } from '../../tcpip/base/time.ts'
import type { Tcb } from '../../tcpip/connection/tcb.ts'
import { CLIENT_ADDRESSES } from '../../tcpip/wire/address-plan.ts'
import { ACK, RST, SYN } from '../../tcpip/wire/segment.ts'
import type { Words } from '../checks/language.ts'
import { CLIENT_OFF, LOST } from './fate.ts'
import type { Stage } from './stage.ts'
import type { Story } from './story.ts'
import type { SceneOptions, Storyteller } from './storyteller.ts'
import { spoofedSyn } from './syn-timeout.ts'
import { TrustingListener } from './trusting-listener.ts'

export const TWO_WAY_HANDSHAKE: Story = {
  name: 'two-way-handshake',
  summary: {
    en: 'A server that trusts the first SYN holds connections with nobody; the third segment is the proof.',
    'zh-CN': '相信第一个 SYN 的服务器守着没有对端的连接；第三个报文段才是证明。',
  },
  wireshark: [
    { filter: 'tcp.flags.reset == 1', shows: 'a host that is there and did not ask says so' },
    { filter: 'frame.interface_name == "spoofed-two-way"', shows: 'SYN, SYN-ACK, and never a third segment' },
  ],
  tell,
}

const HOUR = 3600
/** SYNs of the flood: at most half of the queue, so that the real listener gives each its full life. */
const SPOOFED = 60

/** What traces leave out. */
const FIRST_CONNECTION: Words = { en: 'the first connection: handshake and close', 'zh-CN': '第一个连接：握手和关闭' }
const AGAIN: Words = { en: 'the same again', 'zh-CN': '同样的再来' }

/** The two servers that every experiment is made with. */
const SERVERS: readonly { readonly name: string; readonly options: SceneOptions }[] = [
  { name: 'two-way', options: { makeListener: (host) => new TrustingListener(host) } },
  { name: 'three-way', options: {} },
]

/** What one experiment left at one server. */
interface Outcome {
  readonly server: string
  /** Connections that the server's program was given although no client had asked. */
  readonly accepted: number
  /** Ghosts: connections ESTABLISHED at the server and not at the client, at most and an hour later. */
  readonly most: number
  readonly later: number
  readonly halfOpen: number
  readonly bytes: number
  readonly stage: Stage
}

function tell(teller: Storyteller): void {
  teller.say({
    en:
      'Two servers get the same packets. One opens the connection when the SYN comes (a handshake of two segments); ' +
      'the other is the real one, which keeps a small request until the third segment comes. A ghost is a connection ' +
      'that is ESTABLISHED at the server while no client has it.',
    'zh-CN':
      '两台服务器收到同样的包。一台在 SYN 到来时就打开连接（两次握手，two-way）；另一台是真正的服务器（three-way），' +
      '只留一个小小的请求，等第三个报文段。幽灵连接：服务器上是 ESTABLISHED，却没有哪个客户端拥有它。',
  })
  teller.explainNotation()
  oldDuplicate(teller, false)
  oldDuplicate(teller, true)
  spoofed(teller)
  spoofedNeighbour(teller)
  lostAnswer(teller)
}

/** A copy of a client's SYN, held up in the network for 90 s, comes when the connection is long over. */
function oldDuplicate(teller: Storyteller, clientGone: boolean): void {
  teller.heading(
    clientGone
      ? { en: 'An old SYN, and the client is switched off', 'zh-CN': '旧的 SYN，而客户端已经关机' }
      : { en: 'An old SYN comes back', 'zh-CN': '旧的 SYN 回来了' },
  )
  teller.say(
    clientGone
      ? {
          en: 'The same, but by now nobody is there to send a RST.',
          'zh-CN': '还是那样，但这时已经没有人发 RST 了。',
        }
      : {
          en:
            'The network delivers a SYN twice, the second copy 90 s late. The connection was closed in between. The table ' +
            'counts from the copy on, without that first connection.',
          'zh-CN': '网络把一个 SYN 送达两次，第二份晚了 90 秒，其间连接已经关闭。表格从这份副本起算，不含第一个连接。',
        },
  )
  const outcomes = SERVERS.map(({ name, options }) => {
    const stage = teller.scene(`old-syn-${clientGone ? 'off-' : ''}${name}`, options)
    stage.onAccept = (app) => {
      app.onPeerClosed = (tcb, now) => stage.server.close(tcb, now)
    }
    let isFirst = true
    stage.fate = ({ flags, destination }) => {
      const copies = isFirst && (flags & SYN) !== 0
      isFirst = false
      if (clientGone && stage.now > 80 * SECOND && destination === CLIENT_ADDRESSES.base) {
        return { lost: CLIENT_OFF }
      }
      return copies ? { copyAfter: 90 * SECOND } : {}
    }
    const { tcb } = stage.open()
    stage.pass(1)
    stage.act('client', () => stage.client.close(tcb, stage.now))
    stage.runUntil(80)
    const shown = stage.sightings.length
    const outcome = observe(stage, name, stage.accepted.length, 90)
    teller.put('', `  ${name}:`)
    const rest = clientGone ? { after: AGAIN } : {}
    teller.trace(stage, {}, { first: shown + 1, last: shown + 4, before: FIRST_CONNECTION, ...rest })
    return outcome
  })
  const what: Words = clientGone
    ? { en: 'old SYN, client off', 'zh-CN': '旧 SYN，客户端关机' }
    : { en: 'old SYN', 'zh-CN': '旧 SYN' }
  compare(teller, what, outcomes, { accepted: 1, most: 1, later: clientGone ? 1 : 0 })
  if (clientGone) return
  const [two, three] = outcomes as [Outcome, Outcome]
  teller.paragraph({
    en:
      `Bytes held, at most: of the two-way server its connection blocks, ${two.bytes} bytes for one at the least (8 for each ` +
      `field, and nothing queued yet); of the three-way server its requests, ${three.bytes} bytes for one (the record with its ` +
      'share of hash table and timers, as they are allocated).',
    'zh-CN':
      `占用的字节，最多时：two-way 服务器是连接控制块，一个至少 ${two.bytes} 字节（每个字段算 8 字节，队列里还什么都没有）；` +
      `three-way 服务器是请求，一个 ${three.bytes} 字节（记录本身，加上它在散列表和定时器里分摊的部分）。`,
  })
}

/** SYNs from addresses that nobody has. */
function spoofed(teller: Storyteller): void {
  teller.heading({
    en: `${SPOOFED} forged SYNs from addresses that nobody has`,
    'zh-CN': `${SPOOFED} 个伪造的 SYN，来自没有人用的地址`,
  })
  const outcomes = SERVERS.map(({ name, options }) => {
    const stage = teller.scene(`spoofed-${name}`, options)
    for (let index = 0; index < SPOOFED; index++) stage.inject(spoofedSyn(stage, index))
    return observe(stage, name, 0, 0)
  })
  const what: Words = { en: 'forged SYNs', 'zh-CN': '伪造的 SYN' }
  compare(teller, what, outcomes, { accepted: SPOOFED, most: SPOOFED, later: SPOOFED })
  const [two, three] = outcomes as [Outcome, Outcome]
  teller.paragraph({
    en:
      `The two-way server holds at least ${two.bytes} bytes for good, and its program waits on ${SPOOFED} sockets. The ` +
      `real one held ${three.bytes} bytes of records for up to 63 s, and its program never heard of any.`,
    'zh-CN':
      `two-way 服务器永远占着至少 ${two.bytes} 字节，它的程序在 ${SPOOFED} 个套接字上等待。真正的服务器只占 ${three.bytes} 字节的记录，` +
      '最多 63 秒，它的程序一个也没听说过。',
  })
  teller.claimEqual(
    {
      en: 'forged SYNs: the two-way server holds more memory for each',
      'zh-CN': '伪造的 SYN：two-way 服务器为每一个占用更多内存',
    },
    true,
    two.bytes > three.bytes,
  )
}

/** A SYN that bears the address of a host that is there: it answers with RST. */
function spoofedNeighbour(teller: Storyteller): void {
  teller.heading({ en: 'A forged SYN in the name of a host that is there', 'zh-CN': '冒用在场主机地址的 SYN' })
  const outcomes = SERVERS.map(({ name, options }) => {
    const stage = teller.scene(`neighbour-${name}`, options)
    stage.inject(spoofedSyn(stage, 7, CLIENT_ADDRESSES.base))
    const outcome = observe(stage, name, 0, 0)
    teller.put('', `  ${name}:`)
    teller.trace(stage, {}, { last: 3 })
    const resets = stage.sightings.filter(({ from, segment }) => from === 'client' && (segment.flags & RST) !== 0)
    teller.claimEqual(
      { en: `host that is there, ${name}: RSTs it sent`, 'zh-CN': `在场的主机，${name}：它发出的 RST` },
      1,
      resets.length,
    )
    return outcome
  })
  const what: Words = { en: 'host that is there', 'zh-CN': '在场的主机' }
  compare(teller, what, outcomes, { accepted: 1, most: 1, later: 0 })
  teller.paragraph({
    en:
      'The RST removes the ghost one round trip later: a host that is there protects the server, in both cases. But the ' +
      'two-way server had given it to its program by then; the real one had only a request. The RST came in ' +
      'the place of the third segment: either way the server hears from the other side before it believes in it.',
    'zh-CN':
      '一个往返之后 RST 除去了幽灵：两种情况下，在场的主机都保护了服务器。但那时 two-way 服务器已经把连接交给了程序，' +
      '真正的服务器只有一个请求。RST 来到了第三个报文段的位置：不论哪种，服务器都先听到对方，才相信它。',
  })
}

/** The answer to an honest SYN is lost. */
function lostAnswer(teller: Storyteller): void {
  teller.heading({ en: 'An honest client, and the SYN-ACK is lost', 'zh-CN': '正常客户端，而 SYN-ACK 丢了' })
  const results = SERVERS.map(({ name, options }) => {
    const stage = teller.scene(`lost-answer-${name}`, options)
    let lost = false
    stage.fate = ({ flags }) => {
      if (lost || (flags & (SYN | ACK)) !== (SYN | ACK)) return {}
      lost = true
      return { lost: LOST }
    }
    const { app } = stage.open()
    stage.runUntil(600)
    teller.put('', `  ${name}:`)
    teller.trace(stage, {}, name === 'two-way' ? { last: 6, after: AGAIN } : {})
    return { name, connected: app.established, ended: app.ended ?? 'still open', ghosts: ghosts(stage).length }
  })
  teller.paragraph({
    en:
      'The two-way server believes itself connected and has nothing to repeat; the repeated SYNs of the client meet a ' +
      'connection that exists, and are only challenged (RFC 5961). The client gives up, and the server never learns of it.',
    'zh-CN':
      'two-way 服务器以为已经连上，没有什么要重发；客户端重发的 SYN 碰到已经存在的连接，只会受到质询（RFC 5961）。' +
      '客户端放弃了，服务器永远不知道。',
  })
  const [two, three] = results
  teller.claimEqual(
    { en: 'SYN-ACK lost, two-way: the client', 'zh-CN': 'SYN-ACK 丢失，two-way：客户端' },
    'timeout',
    two?.ended ?? '',
  )
  teller.claimEqual(
    { en: 'SYN-ACK lost, two-way: ghosts after 600 s', 'zh-CN': 'SYN-ACK 丢失，two-way：600 秒后的幽灵' },
    1,
    two?.ghosts ?? 0,
  )
  teller.claimEqual(
    { en: 'SYN-ACK lost, three-way: the client is connected', 'zh-CN': 'SYN-ACK 丢失，three-way：客户端已连上' },
    true,
    three?.connected ?? false,
  )
  teller.claimEqual(
    { en: 'SYN-ACK lost, three-way: ghosts', 'zh-CN': 'SYN-ACK 丢失，three-way：幽灵' },
    0,
    three?.ghosts ?? 0,
  )
}

/** Follows a server for a while from second `from` on, then looks again an hour later. */
function observe(stage: Stage, server: string, acceptedBefore: number, from: number): Outcome {
  let most = 0
  let halfOpen = 0
  let bytes = 0
  // Steps of 10 ms: a ghost that a RST ends lives for one round trip of 40 ms.
  for (let step = 1; step <= 200; step++) {
    stage.runUntil(from + step / 100)
    const seen = ghosts(stage)
    most = Math.max(most, seen.length)
    halfOpen = Math.max(halfOpen, stage.halfOpen)
    bytes = Math.max(bytes, seen.reduce((sum, tcb) => sum + heldBytes(tcb), 0) + requestBytes(stage))
  }
  stage.runUntil(from + HOUR)
  const later = ghosts(stage).length + stage.halfOpen
  return { server, accepted: stage.accepted.length - acceptedBefore, most, later, halfOpen, bytes, stage }
}

function compare(
  teller: Storyteller,
  what: Words,
  outcomes: readonly Outcome[],
  twoWay: { readonly accepted: number; readonly most: number; readonly later: number },
): void {
  const right = (title: Words) => ({ title: teller.speak(title), align: 'right' as const })
  const columns = [
    { title: teller.speak({ en: 'server', 'zh-CN': '服务器' }), align: 'left' as const },
    right({ en: 'given to the program', 'zh-CN': '交给程序' }),
    right({ en: 'ghosts at most', 'zh-CN': '幽灵最多' }),
    right({ en: 'requests at most', 'zh-CN': '请求最多' }),
    right({ en: 'bytes held', 'zh-CN': '占用字节' }),
    right({ en: 'left after 1 h', 'zh-CN': '1 小时后剩下' }),
  ]
  const rows = outcomes.map(({ server, accepted, most, halfOpen, bytes, later }) =>
    [server, accepted, most, halfOpen, bytes, later].map(String),
  )
  teller.table(columns, rows)
  const [two, three] = outcomes as [Outcome, Outcome]
  const claim = (server: string, figure: Words, expected: number, measured: number): void =>
    teller.claimEqual(
      { en: `${what.en}, ${server}: ${figure.en}`, 'zh-CN': `${what['zh-CN']}，${server}：${figure['zh-CN']}` },
      expected,
      measured,
    )
  claim('two-way', GIVEN, twoWay.accepted, two.accepted)
  claim('two-way', MOST, twoWay.most, two.most)
  claim('two-way', { en: 'ghosts after an hour', 'zh-CN': '一小时后的幽灵' }, twoWay.later, two.later)
  claim('three-way', GIVEN, 0, three.accepted)
  claim('three-way', MOST, 0, three.most)
  claim('three-way', { en: 'left after an hour', 'zh-CN': '一小时后剩下的' }, 0, three.later)
}

const GIVEN: Words = { en: 'connections given to the program', 'zh-CN': '交给程序的连接' }
const MOST: Words = { en: 'ghosts at most', 'zh-CN': '最多时的幽灵' }

/** Connections that the server has, and the client has not. */
function ghosts(stage: Stage): Tcb[] {
  const real = new Set<number>()
  stage.client.tcbs.forEach((tcb) => {
    if (tcb.state === State.ESTABLISHED) real.add(tcb.localPort)
  })
  const found: Tcb[] = []
  stage.server.tcbs.forEach((tcb) => {
    const isKnown = tcb.remoteAddress === CLIENT_ADDRESSES.base && real.has(tcb.remotePort)
    if (tcb.state === State.ESTABLISHED && !isKnown) found.push(tcb)
  })
  return found
}

/** Memory of the half-open entries of the real listener: records, hash table and timers, per slot. */
function requestBytes({ listener }: Stage): number {
  if (!(listener instanceof Listener)) return 0
  const { synQueue } = listener
  return Math.ceil((synQueue.length * synQueue.bytes) / synQueue.capacity)
}

/** A lower bound of what a connection's block takes: 8 bytes for each of its fields, those of its queues included. */
function heldBytes(block: object): number {
  let bytes = 0
  for (const [name, value] of Object.entries(block)) {
    if (name === 'owner') continue
    if (ArrayBuffer.isView(value)) bytes += value.byteLength
    else if (typeof value === 'object' && value !== null && !Array.isArray(value)) bytes += heldBytes(value)
    bytes += 8
  }
  return bytes
}
