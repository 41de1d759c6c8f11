/**
 * Story: three segments open a connection (RFC 9293 3.5). Why not two, why not four.
 */

import { STATE_NAMES } from '../../tcpip/base/states.ts'
import { SECOND } from '../../tcpip/base/time.ts'
import { ACK, SYN } from '../../tcpip/wire/segment.ts'
import type { Words } from '../checks/language.ts'
import type { Sighting } from './sighting.ts'
import { DEFAULT_LATENCY, type Stage } from './stage.ts'
import type { Story } from './story.ts'
import { describeChange, describeSender, NOTE_INDENT, type Storyteller } from './storyteller.ts'

export const HANDSHAKE: Story = {
  name: 'handshake',
  summary: {
    en: 'Three segments open a connection: what every number in them is, and the state of each side.',
    'zh-CN': '三个报文段打开一个连接：其中每个数字是什么，双方各处于什么状态。',
  },
  wireshark: [
    { filter: 'tcp.flags.syn == 1', shows: 'the two segments that carry an initial sequence number' },
    {
      filter: 'tcp.port == 40000',
      shows: 'all three; Edit > Preferences > Protocols > TCP switches between relative and absolute numbers',
    },
  ],
  tell,
}

function tell(teller: Storyteller): void {
  teller.say({
    en:
      'Each side of a connection numbers its bytes from an initial sequence number (ISN) of its own choice. Opening ' +
      'a connection means: each side tells its number, and each hears that the other has got it.',
    'zh-CN':
      '连接的每一方都从自己选定的初始序号（ISN）开始给字节编号。打开连接就是：双方各自说出自己的序号，并且各自听到对方已经收到。',
  })
  const stage = teller.scene('handshake')
  const { tcb, app } = stage.open()
  stage.pass(1)
  const [syn, synAck, ack] = stage.sightings as [Sighting, Sighting, Sighting]

  teller.heading({ en: 'The segments', 'zh-CN': '报文段' })
  teller.put('')
  const [clientIsn, serverIsn] = [unsigned(syn.segment.seq), unsigned(synAck.segment.seq)]
  const [clientNext, serverNext] = [unsigned(synAck.segment.ack), unsigned(ack.segment.ack)]
  describe(teller, syn, stage.sightings, {
    en: `The client chooses its ISN, ${clientIsn}, and asks to begin. A SYN takes one number, so that it can be acknowledged like a byte.`,
    'zh-CN': `客户端选定 ISN ${clientIsn}，请求开始。SYN 占用一个序号，所以能像一个字节那样被确认。`,
  })
  describe(teller, synAck, stage.sightings, {
    en: `Two segments in one: "I have your ${clientIsn}, the next I expect is ${clientNext}" and the server's own ISN, ${serverIsn}.`,
    'zh-CN': `两个报文段合成一个：“收到了你的 ${clientIsn}，下一个我等 ${clientNext}”，以及服务器自己的 ISN ${serverIsn}。`,
  })
  describe(teller, ack, stage.sightings, {
    en: `The client shows that it is there and has the server's number: the next it expects is ${serverNext}. It takes no number of its own: a bare ACK is never acknowledged.`,
    'zh-CN': `客户端表明自己在场，也收到了服务器的序号：下一个它等 ${serverNext}。它不占用序号：单独的 ACK 从不被确认。`,
  })
  teller.say({
    en:
      'Notation of packetdrill: flags (S is SYN, a dot is ACK), first:next(bytes), ack, window, <options>. The upper line ' +
      "counts from either side's ISN, the lower one has the numbers as they are in the segment.",
    'zh-CN':
      'packetdrill 记法：标志（S 是 SYN，点是 ACK）、首序号:下一序号(字节数)、ack、窗口、<选项>。上面一行从各自的 ISN 算起，下面一行是报文段里原来的数字。',
  })
  const scale = Math.max(0, syn.segment.windowScale)
  const window = ack.segment.window << scale
  teller.paragraph({
    en:
      `The window of a SYN counts bytes and that of every later segment units of 2^wscale bytes: ${ack.segment.window} x ` +
      `2^${scale} = ${window} bytes. That is what the SYN offered, ${syn.segment.window}, rounded up to whole units: a window ` +
      'that was offered is not taken back.',
    'zh-CN':
      `SYN 里的窗口以字节计，之后每个报文段的窗口以 2^wscale 字节为单位：${ack.segment.window} x 2^${scale} = ${window} 字节。` +
      `这就是 SYN 里给出的 ${syn.segment.window}，向上取整到单位：给出的窗口不会收回。`,
  })

  teller.heading({ en: 'Why not two', 'zh-CN': '为什么不是两次' })
  teller.say({
    en:
      'After two segments the client knows everything. The server does not know whether anybody has heard it: the SYN ' +
      'may be forged, or a late copy of an old one. It would hold a connection for nobody: synlab run two-way-handshake.',
    'zh-CN':
      '两个报文段之后，客户端什么都知道了。服务器却不知道有没有人听到它：SYN 可能是伪造的，也可能是旧 SYN 迟到的副本。' +
      '它会替不存在的人守着一个连接：见 synlab run two-way-handshake。',
  })
  teller.heading({ en: 'Why not four', 'zh-CN': '为什么不是四次' })
  teller.say({
    en:
      'Four things have to be said: my number, I have yours, my number, I have yours. The second and third go from the ' +
      'server to the client at the same moment, and one segment carries both.',
    'zh-CN':
      '要说的有四件事：我的序号，收到你的，我的序号，收到你的。第二件和第三件在同一时刻由服务器发给客户端，一个报文段就能带上。',
  })
  claims(teller, stage.sightings, tcb.srtt)
  const accepted: Words = { en: '{states}, {count} accepted', 'zh-CN': '{states}，accept 了 {count} 个' }
  const outcome = (states: string, count: number): string => teller.speak(accepted, { states, count })
  const client = app.established ? (STATE_NAMES[tcb.state] ?? '-') : '-'
  teller.claimEqual(
    {
      en: 'both sides ESTABLISHED, and the server program has the connection',
      'zh-CN': '双方都是 ESTABLISHED，服务器的程序拿到了连接',
    },
    outcome('ESTABLISHED, ESTABLISHED', 1),
    outcome(`${client}, ${serverState(stage)}`, stage.accepted.length),
  )
  teller.claimEqual(
    { en: 'window of the ACK in bytes', 'zh-CN': 'ACK 的窗口，字节' },
    Math.ceil(syn.segment.window / 2 ** scale) * 2 ** scale,
    window,
  )
}

function serverState({ accepted }: Stage): string {
  const [connection] = accepted
  return STATE_NAMES[connection?.tcb.state ?? -1] ?? '-'
}

function claims(teller: Storyteller, sightings: readonly Sighting[], roundTrip: number): void {
  const [syn, synAck, ack] = sightings.map(({ segment }) => segment)
  if (syn === undefined || synAck === undefined || ack === undefined) throw new Error('a handshake has three segments')
  teller.claimEqual({ en: 'segments exchanged', 'zh-CN': '交换的报文段' }, 3, sightings.length)
  teller.claimEqual(
    { en: 'the three are', 'zh-CN': '这三个是' },
    'SYN, SYN-ACK, ACK',
    [syn, synAck, ack].map(kindOf).join(', '),
  )
  teller.claimEqual(
    { en: "SYN-ACK acknowledges the client's ISN + 1", 'zh-CN': 'SYN-ACK 确认的是客户端的 ISN + 1' },
    unsigned(syn.seq + 1),
    unsigned(synAck.ack),
  )
  teller.claimEqual(
    { en: "ACK acknowledges the server's ISN + 1", 'zh-CN': 'ACK 确认的是服务器的 ISN + 1' },
    unsigned(synAck.seq + 1),
    unsigned(ack.ack),
  )
  teller.claimEqual(
    { en: 'the ACK has the first number after the SYN', 'zh-CN': 'ACK 的序号是 SYN 之后的第一个' },
    unsigned(syn.seq + 1),
    unsigned(ack.seq),
  )
  const [, , last] = sightings
  const seconds = (time: number): string => `${time / SECOND} s`
  teller.claimEqual(
    { en: 'the client may send after one round trip', 'zh-CN': '一个往返之后客户端可以发送' },
    seconds(2 * DEFAULT_LATENCY),
    seconds(last?.at ?? 0),
  )
  teller.claimEqual(
    { en: 'the server may send after one and a half', 'zh-CN': '一个半往返之后服务器可以发送' },
    seconds(3 * DEFAULT_LATENCY),
    seconds(last?.arrivedAt ?? 0),
  )
  teller.claimEqual(
    { en: 'round trip as the client measured it', 'zh-CN': '客户端测得的往返时间' },
    seconds(2 * DEFAULT_LATENCY),
    seconds(roundTrip),
  )
}

/** What people call a segment with these flags. */
function kindOf({ flags }: { readonly flags: number }): string {
  const names = [
    [SYN, 'SYN'],
    [SYN | ACK, 'SYN-ACK'],
    [ACK, 'ACK'],
  ] as const
  return names.find(([bits]) => bits === flags)?.[1] ?? `flags ${flags}`
}

const ABSOLUTE: Words = { en: '{numbers} (absolute)', 'zh-CN': '{numbers}（绝对值）' }
const MOMENT: Words = { en: '{side}: {state}, at {ms} ms', 'zh-CN': '{side}：{state}，第 {ms} 毫秒' }

function describe(teller: Storyteller, sighting: Sighting, all: readonly Sighting[], note: Words): void {
  const { absolute, options, at, arrivedAt = 0, receiver } = sighting
  const [from, to] = sighting.from === 'server' ? ['server', 'client'] : ['client', 'server']
  const moment = (side: string, state: string, time: number): string =>
    teller.speak(MOMENT, { side, state, ms: (time / SECOND) * 1000 })
  teller.put(`${String(sighting.number).padStart(3)}  ${direction(sighting)}  ${sighting.relative}`)
  teller.put(' '.repeat(NOTE_INDENT) + teller.speak(ABSOLUTE, { numbers: absolute }))
  if (options !== '') teller.note(options)
  teller.note(moment(from, describeSender(sighting, all), at))
  if (receiver !== undefined) teller.note(moment(to, describeChange(receiver), arrivedAt))
  teller.note(teller.speak(note))
  teller.put('')
}

function direction(sighting: Sighting): string {
  return sighting.from === 'server' ? 'client < server' : 'client > server'
}

function unsigned(seq: number): number {
  return seq >>> 0
}
