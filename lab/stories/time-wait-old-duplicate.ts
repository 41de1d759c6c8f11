/**
 * Story: a segment of a connection that is over comes late, into a new connection between the same ports. TIME-WAIT keeps
 * the ports apart for as long as old segments may live (RFC 9293 3.6.1); timestamps tell them apart (RFC 7323 5, PAWS).
 */

import { bytesOf, concatBytes, textOf } from '../../tcpip/base/bytes.ts'
import { Mib } from '../../tcpip/base/counters.ts'
import { MILLISECOND, SECOND } from '../../tcpip/base/time.ts'
import type { Tcb } from '../../tcpip/connection/tcb.ts'
import { CLIENT_ADDRESSES } from '../../tcpip/wire/address-plan.ts'
import type { Segment } from '../../tcpip/wire/segment.ts'
import { seqDiff } from '../../tcpip/wire/seq.ts'
import type { Words } from '../checks/language.ts'
import type { Stage } from './stage.ts'
import type { Story } from './story.ts'
import type { StoryProgram } from './story-program.ts'
import type { Storyteller } from './storyteller.ts'

export const TIME_WAIT_OLD_DUPLICATE: Story = {
  name: 'time-wait-old-duplicate',
  summary: {
    en: 'An old segment reaches a new connection with the same ports: its bytes are read, or it is refused.',
    'zh-CN': '旧的报文段来到端口相同的新连接：它的字节被读走，或者被拒绝。',
  },
  wireshark: [
    {
      filter: 'tcp contains "OLD" && frame.interface_name == "time-wait-0"',
      shows: 'the last ones come after the second SYN: the late copy, and the echo of what was read of it',
    },
    { filter: 'tcp.flags.syn == 1 || tcp.flags.reset == 1', shows: 'where connections begin, and what a stray gets' },
  ],
  tell,
}

/** Delay of the local network, microseconds: fast enough for a stream to outrun the clock of the ISNs. */
const LAN = 100
/** Bytes that the old connection sends, and the new one. */
const OLD_BYTES = 262_144
const NEW_BYTES = 131_072
/** Bytes of the new stream that are through when the old segment comes, and how far beyond them it falls. */
const THROUGH = 40_000
const AHEAD = 6_000
/** How long the network holds the second copy. */
const HELD = 20 * MILLISECOND
/**
 * How far the echo is behind in the segment that is copied, bytes: an old segment must also acknowledge what the new
 * connection has sent (RFC 5961 5.2), not more and not much less.
 */
const LAG = { min: 8_000, max: 40_000 }
/** Steps of the ISN clock in a microsecond (RFC 6528, Linux seq_scale: one per 64 ns). */
const ISN_STEPS = 1000 / 64

interface Ending {
  readonly opened: boolean
  /** Why the second connection could not be opened at once. */
  readonly refusal: string
  readonly received: Uint8Array
  readonly stale: number
  readonly verdict: string
  readonly pawsDrops: number
}

/** Bytes of a line of a stream. */
const LINE = 16

function tell(teller: Storyteller): void {
  teller.say({
    en:
      `The server echoes. The client sends ${OLD_BYTES} bytes in a few milliseconds and closes. The network delivers one ` +
      `segment of it twice, the second copy ${HELD / MILLISECOND} ms late. Meanwhile the client connects again from the ` +
      'same port. The ISN clock advances 15.6 million numbers a second (Linux, one in 64 ns; RFC 6528 suggests one in ' +
      '4 microseconds); the old stream was faster, so the new connection begins at numbers that the old one has used.',
    'zh-CN':
      `服务器回显。客户端在几毫秒内发出 ${OLD_BYTES} 字节然后关闭。网络把其中一个报文段送达两次，第二份晚 ${HELD / MILLISECOND} 毫秒。` +
      '这期间客户端又从同一个端口连接。ISN 时钟每秒走 1560 万个序号（Linux，64 纳秒一个；RFC 6528 建议 4 微秒一个）；' +
      '旧的流更快，所以新连接的起始序号落在旧连接用过的范围里。',
  })
  teller.explainNotation()
  teller.heading({ en: 'TIME-WAIT 0, no timestamps', 'zh-CN': 'TIME-WAIT 0 秒，没有时间戳' })
  teller.say({
    en: 'A middlebox takes the timestamps option out of every segment.',
    'zh-CN': '中间设备把每个报文段里的时间戳选项都去掉。',
  })
  const bare = play(teller, 'time-wait-0', { timeWait: 0, timestamps: false })
  teller.heading({ en: 'TIME-WAIT 60 s, no timestamps', 'zh-CN': 'TIME-WAIT 60 秒，没有时间戳' })
  const waiting = play(teller, 'time-wait-60s', { timeWait: 60 * SECOND, timestamps: false })
  teller.heading({ en: 'TIME-WAIT 0, with timestamps', 'zh-CN': 'TIME-WAIT 0 秒，有时间戳' })
  const paws = play(teller, 'time-wait-0-paws', { timeWait: 0, timestamps: true })
  teller.paragraph({
    en:
      'The timestamp of the copy is older than the newest one that the new connection has seen (PAWS). It also tells why ' +
      'Linux may open a port out of TIME-WAIT early when timestamps are on (RFC 6191).',
    'zh-CN':
      '副本的时间戳比新连接见过的最新时间戳还旧（PAWS）。这也说明了为什么开着时间戳时，Linux 可以提前从 TIME-WAIT 里重用端口（RFC 6191）。',
  })

  const none: Words = { en: 'TIME-WAIT 0', 'zh-CN': 'TIME-WAIT 0 秒' }
  const long: Words = { en: 'TIME-WAIT 60 s', 'zh-CN': 'TIME-WAIT 60 秒' }
  const stamped: Words = { en: 'timestamps', 'zh-CN': '有时间戳' }
  const of = (which: Words, en: string, zh: string): Words => ({
    en: `${which.en}: ${en}`,
    'zh-CN': `${which['zh-CN']}：${zh}`,
  })
  teller.claimEqual(
    of(none, 'the same port opens at once', '同一个端口立即能用'),
    true,
    bare.opened && bare.refusal === '',
  )
  teller.claimAtLeast(of(none, 'old bytes that the new program read', '新程序读到的旧字节'), 1, bare.stale)
  teller.claimEqual(
    of(long, 'connecting from the same port gives', '从同一个端口连接得到'),
    'EADDRNOTAVAIL',
    waiting.refusal,
  )
  teller.claimEqual(
    of(long, 'the old segment meets no connection', '旧的报文段碰不到任何连接'),
    'listen_stray_ack',
    waiting.verdict,
  )
  teller.claimEqual(of(long, 'the port opens after it', '之后端口能用'), true, waiting.opened)
  teller.claimEqual(of(long, 'old bytes read', '读到的旧字节'), 0, waiting.stale)
  teller.claimEqual(of(long, 'new bytes read', '读到的新字节'), NEW_BYTES, waiting.received.length)
  teller.claimEqual(of(stamped, 'the old segment is refused as', '旧的报文段被拒绝的原因'), 'paws', paws.verdict)
  teller.claimEqual(of(stamped, 'PAWSEstab', 'PAWSEstab'), 1, paws.pawsDrops)
  teller.claimEqual(of(stamped, 'old bytes read', '读到的旧字节'), 0, paws.stale)
  teller.claimEqual(of(stamped, 'new bytes read', '读到的新字节'), NEW_BYTES, paws.received.length)
}

function play(
  teller: Storyteller,
  name: string,
  { timeWait, timestamps }: { readonly timeWait: number; readonly timestamps: boolean },
): Ending {
  const stage = teller.scene(name, { latency: LAN, clientTimeWait: timeWait })
  if (!timestamps) stage.mangle = withoutTimestamps
  stage.onAccept = (app) => echo(stage, app)
  const old = firstConnection(stage)
  // The moment at which the new numbers lie just before those of the held segment. A client that opens and closes all the
  // time comes past it by itself.
  const reopenAt = Math.round((old.offset - THROUGH - AHEAD) / ISN_STEPS)
  stage.runUntil(reopenAt / SECOND)
  const shown = stage.sightings.length + 1
  const stream = newStream()
  let second = stage.connect(old.port)
  const refusal = typeof second === 'string' ? second : ''
  if (typeof second !== 'string') {
    stage.pass(0.001)
    writeAll(stage, second, stream.subarray(0, THROUGH))
  }
  stage.runUntil((old.sentAt + HELD + LAN - 1) / SECOND)
  const late = stage.sightings.length + 1
  const before: Words = { en: 'the old connection', 'zh-CN': '旧的连接' }
  const after: Words = {
    en: `${THROUGH} bytes of the new stream, and their echo`,
    'zh-CN': `新流的 ${THROUGH} 字节，以及它们的回显`,
  }
  if (refusal === '') teller.trace(stage, {}, { first: shown, last: shown + 2, before, after })
  else {
    const at = (reopenAt / SECOND).toFixed(6)
    teller.paragraph({
      en: `connect() from port ${old.port} at ${at} s: ${refusal}`,
      'zh-CN': `${at} 秒时从端口 ${old.port} connect()：${refusal}`,
    })
  }
  stage.pass(0.001)
  const stray = stage.sightings.find(({ from }) => from === 'network')
  const held: Words = { en: 'The copy that the network had held.', 'zh-CN': '网络扣住的那份副本。' }
  teller.trace(stage, { [stray?.number ?? 0]: held }, { first: late, before })
  if (refusal !== '') {
    stage.pass(61)
    second = stage.connect(old.port)
    stage.pass(0.001)
  }
  if (typeof second === 'string') throw new Error(`the port is free by now, but connect gave ${second}`)
  writeAll(stage, second, refusal === '' ? stream.subarray(THROUGH) : stream)
  const app = stage.accepted.at(-1)?.app
  const received = app?.received ?? new Uint8Array(0)
  const { count, at } = staleBytes(received)
  report(teller, { received, stale: count, at, copied: stray?.segment.payloadLength ?? 0 })
  return {
    opened: second.app.established,
    refusal,
    received,
    stale: count,
    verdict: stray?.fate ?? '',
    pawsDrops: stage.server.counters.mib[Mib.PAWSEstab] ?? 0,
  }
}

interface OldSegment {
  readonly port: number
  /** When it was sent, microseconds. */
  readonly sentAt: number
  /** Its first byte, counted from the client's ISN. */
  readonly offset: number
}

/** The first connection: the client sends, hears the echo and closes. The network makes a late copy of one segment. */
function firstConnection(stage: Stage): OldSegment {
  const client = stage.open()
  stage.pass(0.001)
  const { iss, irs, localPort } = client.tcb
  let copied: { sentAt: number; offset: number } | undefined
  stage.fate = (segment) => {
    if (copied !== undefined || segment.source !== CLIENT_ADDRESSES.base || segment.payloadLength === 0) return {}
    const offset = seqDiff(segment.seq, iss)
    const lag = offset - seqDiff(segment.ack, irs)
    if (offset < OLD_BYTES / 2 || lag < LAG.min || lag > LAG.max) return {}
    copied = { sentAt: stage.now, offset }
    return { copyAfter: HELD }
  }
  writeAll(stage, client, oldStream())
  stage.act('client', () => stage.client.close(client.tcb, stage.now))
  stage.pass(0.002)
  if (copied === undefined) throw new Error('a segment with the right lag passes by')
  return { port: localPort, ...copied }
}

/** A program that sends back what it reads, as far as there is room, and closes after its peer. */
function echo(stage: Stage, app: StoryProgram): void {
  let pending: Uint8Array = new Uint8Array(0)
  const flush = (tcb: Tcb, now: number): void => {
    if (pending.length > 0) pending = pending.subarray(stage.server.write(tcb, pending, 0, pending.length, now))
    if (app.peerClosed && pending.length === 0) stage.server.close(tcb, now)
  }
  app.onData = (tcb, bytes, now) => {
    pending = concatBytes([pending, bytes])
    flush(tcb, now)
  }
  app.onRoom = flush
  app.onPeerClosed = flush
}

/** Writes as the queue takes it, a round trip at a time, until everything is acknowledged and its echo read. */
function writeAll(stage: Stage, { tcb, app }: ReturnType<Stage['open']>, bytes: Uint8Array): void {
  const goal = app.received.length + bytes.length
  let written = 0
  // The echo of a disturbed stream may be short of some bytes: a bound of turns.
  for (let turn = 0; turn < 200 && app.received.length < goal; turn++) {
    stage.act('client', () => {
      written += stage.client.write(tcb, bytes, written, bytes.length - written, stage.now)
    })
    stage.pass((2 * LAN) / SECOND)
  }
}

function withoutTimestamps(segment: Segment): void {
  segment.hasTimestamps = false
}

/** The old stream: no byte of it occurs in the new one, so that each that gets there is seen. */
function oldStream(): Uint8Array {
  return bytesOf('OLD+'.repeat(OLD_BYTES / 4))
}

/** The new stream: lines of 16 bytes that say where they stand in it. */
function newStream(): Uint8Array {
  let text = ''
  for (let at = 0; at < NEW_BYTES; at += LINE) text += `new ${String(at).padStart(LINE - 6, '.')} \n`
  return bytesOf(text)
}

/** Bytes that are not those of the new stream, and where the first of them stands; -1 when there are none. */
function staleBytes(received: Uint8Array): { count: number; at: number } {
  const expected = newStream()
  let count = 0
  let at = -1
  received.forEach((byte, index) => {
    if (byte === expected[index]) return
    count++
    if (at < 0) at = index
  })
  return { count, at }
}

interface Reading {
  /** What the new program read. */
  readonly received: Uint8Array
  /** Bytes of it that are not the new stream's, and where they begin. */
  readonly stale: number
  readonly at: number
  /** Bytes that the old segment carried. */
  readonly copied: number
}

function report(teller: Storyteller, { received, stale, at, copied }: Reading): void {
  if (stale === 0) {
    teller.paragraph({
      en: `The program at the server read ${received.length} bytes, all of them new.`,
      'zh-CN': `服务器的程序读到 ${received.length} 字节，全是新的。`,
    })
    return
  }
  teller.paragraph({
    en: `The program at the server read ${received.length} bytes, ${stale} of them from the old stream, at byte ${at}:`,
    'zh-CN': `服务器的程序读到 ${received.length} 字节，其中 ${stale} 字节来自旧的流，从第 ${at} 字节起：`,
  })
  const from = Math.max(0, Math.floor(at / LINE) - 2)
  const excerpt = Array.from({ length: 5 }, (_, row) => received.subarray((from + row) * LINE, (from + row + 1) * LINE))
  teller.put('', ...excerpt.map((line) => `  ${textOf(line).trimEnd()}`))
  if (stale === copied) return
  teller.paragraph({
    en:
      `The copy carried ${copied}. When the new stream came up to it, its own bytes took the place of the first ` +
      `${copied - stale}, which lay within a segment that came whole; the last ${stale} waited behind that segment's end ` +
      'and were taken for the next ones. No checksum can tell: the bytes are as they were sent, only in another connection.',
    'zh-CN':
      `副本带着 ${copied} 字节。新的流走到那里时，前 ${copied - stale} 字节被新流自己的字节代替，它们在一个完整到来的报文段里；` +
      `最后 ${stale} 字节排在那个报文段之后，被当成接下来的字节。校验和看不出来：字节和发出时一样，只是到了另一个连接里。`,
  })
}
