/**
 * Story: one SYN, and nobody answers. How long a half-open entry lives (Linux reqsk_timer_handler(),
 * tcp_synack_retries), and how few SYNs keep a queue full.
 */
import { LISTENER_DEFAULTS } from '../../server/listener/listener-config.ts'
import { LINUX } from '../../server/listener/profile.ts'
import { Mib } from '../../tcpip/base/counters.ts'
import { SECOND } from '../../tcpip/base/time.ts'
import { SERVER_ADDRESS, SERVER_PORT } from '../../tcpip/wire/address-plan.ts'
import { makeSegment, type Segment, SYN } from '../../tcpip/wire/segment.ts'
import type { Words } from '../checks/language.ts'
import type { Stage } from './stage.ts'
import type { Story } from './story.ts'
import type { Storyteller } from './storyteller.ts'

export const SYN_TIMEOUT: Story = {
  name: 'syn-timeout',
  summary: {
    en: 'One SYN and nobody answers: SYN-ACKs at 0, 1, 3, 7, 15, 31 s, and the entry is gone at 63 s.',
    'zh-CN': '一个 SYN，没有人回答：第 0、1、3、7、15、31 秒发出 SYN-ACK，第 63 秒删除这一项。',
  },
  wireshark: [
    {
      filter: 'frame.interface_name == "retries-5"',
      shows: 'one SYN and six SYN-ACKs; the time between two of them doubles',
    },
    { filter: 'tcp.analysis.retransmission', shows: 'the repeated SYN-ACKs, which Wireshark recognizes by itself' },
  ],
  tell,
}

const RETRIES = [0, 1, 2, 3, 4, 5]

/** A SYN from a source that no host has, from one of the scene's ports; `index` makes it another one. */
export function spoofedSyn({ firstPort }: Stage, index: number, source = (0xc612_0001 + index) | 0): Segment {
  return makeSegment({
    source,
    sourcePort: firstPort + (index & 1023),
    destination: SERVER_ADDRESS,
    destinationPort: SERVER_PORT,
    seq: Math.imul(index + 1, 0x9e37_79b1),
    flags: SYN,
    window: 64_240,
    mss: 1460,
  })
}

interface Life {
  /** Seconds at which SYN-ACKs left. */
  readonly synAcks: readonly number[]
  /** Second at which the entry was gone. */
  readonly gone: number
}

/** Sends one SYN that nobody stands behind, and waits until the request is gone. */
function live(stage: Stage): Life {
  stage.inject(spoofedSyn(stage, 0))
  stage.pass(0.5)
  while (stage.halfOpen > 0) {
    stage.now = Math.max(stage.now, stage.server.nextDeadline())
    stage.pass(0)
  }
  // The SYN was one delay under way: times count from its arrival.
  const arrival = stage.sightings[0]?.arrivedAt ?? 0
  const round = (time: number): number => Math.round((time - arrival) / SECOND)
  return {
    synAcks: stage.sightings.filter(({ from }) => from === 'server').map(({ at }) => round(at)),
    gone: round(stage.now),
  }
}

function tell(teller: Storyteller): void {
  teller.say({
    en:
      'A SYN whose source does not answer costs the attacker one packet. The server stores a request, answers, and ' +
      'repeats the answer with doubled waits (tcp_synack_retries = 5), because a lost SYN-ACK looks the same.',
    'zh-CN':
      '源地址不回答的 SYN，攻击者只花一个包。服务器存下一个请求，作出应答，并且每次等待加倍地重发应答（tcp_synack_retries = 5），因为 SYN-ACK 丢失看起来也是这样。',
  })
  teller.explainNotation()
  teller.heading({ en: 'One SYN', 'zh-CN': '一个 SYN' })
  const stage = teller.scene('retries-5')
  const life = live(stage)
  teller.trace(stage)
  teller.put(
    teller.speak(
      {
        en: '     entry gone {gone} s after the SYN came, {count} SYN-ACKs for one SYN',
        'zh-CN': '     SYN 到达 {gone} 秒后这一项消失，一个 SYN 换来 {count} 个 SYN-ACK',
      },
      { gone: life.gone, count: life.synAcks.length },
    ),
  )
  teller.claimEqual(
    { en: 'SYN-ACKs leave at (s after the SYN)', 'zh-CN': 'SYN-ACK 发出的时刻（SYN 之后的秒数）' },
    [0, 1, 3, 7, 15, 31],
    life.synAcks,
  )
  teller.claimEqual({ en: 'the entry is gone at (s)', 'zh-CN': '这一项消失的时刻（秒）' }, 63, life.gone)
  const expired = stage.server.counters.mib[Mib.HalfOpenExpired] ?? 0
  teller.claimEqual({ en: 'requests expired', 'zh-CN': '超时的请求' }, 1, expired)

  teller.heading({ en: 'tcp_synack_retries, each measured', 'zh-CN': 'tcp_synack_retries，逐个测量' })
  const slots = LISTENER_DEFAULTS.backlog + 1
  const lives = RETRIES.map((synAckRetries) =>
    synAckRetries === 5 ? life : live(teller.scene(`retries-${synAckRetries}`, { config: { synAckRetries } })),
  )
  const rows = lives.map(({ synAcks, gone }, retries) => [
    String(retries),
    synAcks.join(', '),
    String(gone),
    (slots / gone).toFixed(2),
  ])
  const column = (title: Words, align: 'left' | 'right') => ({ title: teller.speak(title), align })
  const columns = [
    column({ en: 'retries', 'zh-CN': '重发次数' }, 'right'),
    column({ en: 'SYN-ACKs at, s', 'zh-CN': 'SYN-ACK 时刻，秒' }, 'left'),
    column({ en: 'gone at, s', 'zh-CN': '消失，秒' }, 'right'),
    column({ en: `SYN/s that hold ${slots}`, 'zh-CN': `占住 ${slots} 个所需 SYN/s` }, 'right'),
  ]
  teller.table(columns, rows)
  teller.paragraph({
    en:
      `A queue of backlog ${LISTENER_DEFAULTS.backlog} holds ${slots} requests. What stays for T seconds is kept full by ` +
      `${slots} / T arrivals per second: fewer than three packets a second with the default. (Linux gives old ` +
      'requests fewer tries while its queue is more than half full, which raises the price; see below.)',
    'zh-CN':
      `backlog 为 ${LISTENER_DEFAULTS.backlog} 的队列容纳 ${slots} 个请求。每个停留 T 秒，每秒到来 ${slots} / T 个就能让它一直满着：` +
      '默认设置下每秒不到三个包。（队列过半时 Linux 会减少旧请求的重发次数，代价因此变高，见下文。）',
  })
  lives.forEach(({ gone, synAcks }, retries) => {
    teller.claimEqual(
      { en: `retries ${retries}: gone at 2^(n+1) - 1 s`, 'zh-CN': `重发 ${retries} 次：在 2^(n+1) - 1 秒消失` },
      2 ** (retries + 1) - 1,
      gone,
    )
    teller.claimEqual(
      { en: `retries ${retries}: SYN-ACKs sent`, 'zh-CN': `重发 ${retries} 次：发出的 SYN-ACK` },
      retries + 1,
      synAcks.length,
    )
  })
  holdRate(teller, slots, life.gone)
}

/** Floods at the computed rate, with and without Linux's aging of old requests. */
function holdRate(teller: Storyteller, slots: number, life: number): void {
  const rate = slots / life
  teller.heading({
    en: `The hold rate, tried: ${rate.toFixed(2)} SYN/s for 300 s`,
    'zh-CN': `占位速率，试一试：${rate.toFixed(2)} SYN/s，300 秒`,
  })
  const plain = flood(teller.scene('hold', { annotated: false, profile: { ...LINUX, prunesOldEntries: false } }), rate)
  const aging = flood(teller.scene('hold-aging', { annotated: false }), rate)
  teller.say({
    en: 'Places taken, counted just before each SYN (one has just become free), mean from second 100 on:',
    'zh-CN': '被占的位置，在每个 SYN 到来之前数（刚有一个空出来），从第 100 秒起取平均：',
  })
  const [all, fewer] = [plain, aging].map((taken) => taken.toFixed(1).padStart(5))
  teller.put(
    teller.speak({
      en: `  ${`every request lives ${life} s:`.padEnd(41)}${all} of ${slots}`,
      'zh-CN': `  每个请求停留 ${life} 秒：${slots} 个里占了${all} 个`,
    }),
    teller.speak({
      en: `  fewer tries for old requests, as Linux:  ${fewer} of ${slots}`,
      'zh-CN': `  像 Linux 那样减少旧请求的重发：${slots} 个里占了${fewer} 个`,
    }),
  )
  teller.claimNear(
    { en: 'places taken at the hold rate, without aging', 'zh-CN': '占位速率下被占的位置，不减少重发' },
    slots,
    plain,
    0.02,
  )
  teller.claimEqual(
    { en: 'fewer when old requests get fewer tries', 'zh-CN': '旧请求减少重发时更少' },
    true,
    aging < plain,
  )
}

/** Mean length of the SYN queue under `rate` SYN/s, from second 100 to second 300. */
function flood(stage: Stage, rate: number): number {
  let sum = 0
  let samples = 0
  for (let index = 0; index / rate < 300; index++) {
    stage.runUntil(index / rate)
    if (index / rate >= 100) {
      sum += stage.halfOpen
      samples++
    }
    stage.inject(spoofedSyn(stage, index))
  }
  return sum / samples
}
