/**
 * Story: a server program that forgets to close. CLOSE-WAIT has no timer (RFC 9293 3.10.4): what is leaked stays, and the
 * number grows as fast as the leak. TIME-WAIT, which people fear more, ends by itself and settles at rate x 60 s.
 */
import type { ListenerConfig } from '../../server/listener/listener-config.ts'
import { bytesOf } from '../../tcpip/base/bytes.ts'
import { STATE_NAMES, State } from '../../tcpip/base/states.ts'
import type { Tcb } from '../../tcpip/connection/tcb.ts'
import type { Words } from '../checks/language.ts'
import type { Stage } from './stage.ts'
import type { Story } from './story.ts'
import type { Storyteller } from './storyteller.ts'

export const CLOSE_WAIT_LEAK: Story = {
  name: 'close-wait-leak',
  summary: {
    en: 'A server that never closes after the peer did: CLOSE-WAIT grows as long as it runs, and closing is the cure.',
    'zh-CN': '对端关闭后服务器不关闭：CLOSE-WAIT 只要程序在跑就一直增长，关闭才是解药。',
  },
  wireshark: [
    {
      filter: 'frame.interface_name == "bigger-backlog" && tcp.flags.fin == 1',
      shows: 'FINs of the leaking server: half of those of the clients are never returned',
    },
    { filter: 'frame.interface_name == "fixed" && tcp.flags.fin == 1', shows: 'with the fix: two FINs each' },
  ],
  tell,
}

/** Connections per second, and every how many of them the program forgets. */
const RATE = 5
const LEAK_EVERY = 2
const LEAK_RATE = RATE / LEAK_EVERY
/** Seconds of traffic, and between two samples. */
const LENGTH = 180
const SAMPLE = 5
const HOURS = 6
/** Seconds for which one forgotten connection is looked at. */
const ALONE = 300
const REQUEST = bytesOf('GET / HTTP/1.1\r\nHost: lab\r\n\r\n')

type Behaviour = 'leaks' | 'closes' | 'closes first'

interface Sample {
  readonly second: number
  readonly closeWait: number
  readonly timeWait: number
}

interface Run {
  readonly stage: Stage
  readonly samples: readonly Sample[]
  /** Connections that the program forgot. */
  readonly leaked: readonly Tcb[]
}

function tell(teller: Storyteller): void {
  teller.say({
    en:
      `${RATE} clients a second connect, send a request and close. The program at the server reads the end of the stream and ` +
      `forgets to close one connection in ${LEAK_EVERY}: it leaks ${LEAK_RATE} a second.`,
    'zh-CN':
      `每秒有 ${RATE} 个客户端连接、发请求、关闭。服务器的程序读到流的结尾，但每 ${LEAK_EVERY} 个连接忘记关闭一个：` +
      `每秒泄漏 ${LEAK_RATE} 个。`,
  })
  teller.explainNotation()
  forgotten(teller)
  const leak = play(teller, 'leak', 'leaks')
  const wider = play(teller, 'bigger-backlog', 'leaks', { backlog: 4096, synCookies: 2 })
  const fixed = play(teller, 'fixed', 'closes')
  const first = play(teller, 'server-first', 'closes first')

  teller.heading({ en: 'Sockets at the server', 'zh-CN': '服务器上的套接字' })
  const right = (title: Words, group?: string) => ({
    title: teller.speak(title),
    align: 'right' as const,
    ...(group ? { group } : {}),
  })
  const columns = [
    right({ en: 's', 'zh-CN': '秒' }),
    right({ en: 'leaking', 'zh-CN': '泄漏' }, 'CLOSE-WAIT'),
    right({ en: 'backlog+cookies', 'zh-CN': 'backlog+cookie' }, 'CLOSE-WAIT'),
    right({ en: 'fixed', 'zh-CN': '修好' }, 'CLOSE-WAIT'),
    right({ en: 'server closes first', 'zh-CN': '服务器先关闭' }, 'TIME-WAIT'),
  ]
  const rows = leak.samples
    .filter(({ second }) => second % 20 === 0)
    .map(({ second, closeWait }) => {
      const others = [wider, fixed].map(({ samples }) => sampleAt(samples, second).closeWait)
      return [second, closeWait, ...others, sampleAt(first.samples, second).timeWait].map(String)
    })
  teller.table(columns, rows)
  teller.paragraph({
    en:
      'leaking: as described. backlog+cookies: the same program behind a backlog of 4096, with a SYN cookie for every SYN. ' +
      'fixed: it closes every connection. server closes first: as soon as it has accepted.',
    'zh-CN':
      '泄漏：如上所述。backlog+cookie：同一个程序，backlog 为 4096，并且每个 SYN 都用 SYN cookie 应答。' +
      '修好：每个连接都关闭。服务器先关闭：一 accept 就关闭。',
  })
  slopes(teller, leak, wider, fixed)
  plateau(teller, first)
  patience(teller, leak)
}

/** What the leak is made of, segment by segment; the scenes after it are of thousands, which are counted. */
function forgotten(teller: Storyteller): void {
  teller.heading({ en: 'One connection that is forgotten', 'zh-CN': '被忘记的一个连接' })
  const stage = teller.scene('one-connection')
  const { tcb } = stage.open()
  stage.pass(0.1)
  stage.act('client', () => stage.client.write(tcb, REQUEST, 0, REQUEST.length, stage.now))
  stage.act('client', () => stage.client.close(tcb, stage.now))
  stage.pass(ALONE)
  teller.trace(stage)
  teller.paragraph({
    en: `Then nothing, for ${ALONE} s. The client waited 60 s in FIN-WAIT-2 and is gone; the server stays where it is.`,
    'zh-CN': `之后 ${ALONE} 秒里什么也没有。客户端在 FIN-WAIT-2 等了 60 秒就走了；服务器停在原处。`,
  })
  const [connection] = stage.accepted
  teller.claimEqual(
    { en: `the forgotten connection after ${ALONE} s: the server`, 'zh-CN': `被忘记的连接，${ALONE} 秒后：服务器` },
    'CLOSE-WAIT',
    STATE_NAMES[connection?.tcb.state ?? -1] ?? '-',
  )
  teller.claimEqual(
    {
      en: `the forgotten connection after ${ALONE} s: the client has`,
      'zh-CN': `被忘记的连接，${ALONE} 秒后：客户端还有`,
    },
    0,
    stage.client.tcbs.size,
  )
}

function slopes(teller: Storyteller, leak: Run, wider: Run, fixed: Run): void {
  const slope = (run: Run): number =>
    regression(
      run.samples.map(({ second }) => second),
      run.samples.map(({ closeWait }) => closeWait),
    )
  teller.heading({ en: 'The slope is the leak', 'zh-CN': '斜率就是泄漏的速度' })
  const [leaking, helped, closing] = [slope(leak), slope(wider), slope(fixed)]
  const [forgets, fitted, wide, cured] = [LEAK_RATE, leaking, helped, closing].map((value) => value.toFixed(3))
  teller.put(
    teller.speak({
      en: `the program forgets:          ${forgets} leaked per second`,
      'zh-CN': `程序忘记关闭：每秒泄漏 ${forgets} 个`,
    }),
    teller.speak({
      en: `CLOSE-WAIT, fitted line:      ${fitted} per second`,
      'zh-CN': `CLOSE-WAIT，拟合直线：每秒 ${fitted} 个`,
    }),
    teller.speak({
      en: `with backlog 4096 + cookies:  ${wide} per second`,
      'zh-CN': `backlog 4096 加 cookie：每秒 ${wide} 个`,
    }),
    teller.speak({
      en: `with the program fixed:       ${cured} per second`,
      'zh-CN': `程序修好之后：每秒 ${cured} 个`,
    }),
  )
  teller.claimNear({ en: 'slope of CLOSE-WAIT (1/s)', 'zh-CN': 'CLOSE-WAIT 的斜率（1/秒）' }, LEAK_RATE, leaking, 0.02)
  teller.claimNear(
    { en: 'slope with a bigger backlog and cookies (1/s)', 'zh-CN': '加大 backlog 并用 cookie 时的斜率（1/秒）' },
    LEAK_RATE,
    helped,
    0.02,
  )
  teller.claimEqual({ en: 'slope with the program fixed (1/s)', 'zh-CN': '程序修好之后的斜率（1/秒）' }, 0, closing)
  teller.claimEqual(
    { en: 'CLOSE-WAIT at the end, fixed', 'zh-CN': '结束时的 CLOSE-WAIT，修好之后' },
    0,
    fixed.samples.at(-1)?.closeWait ?? -1,
  )
  teller.claimEqual(
    { en: 'CLOSE-WAIT at the end = connections forgotten', 'zh-CN': '结束时的 CLOSE-WAIT = 忘记关闭的连接' },
    leak.leaked.length,
    leak.samples.at(-1)?.closeWait ?? 0,
  )
}

function plateau(teller: Storyteller, first: Run): void {
  const settled = first.samples.filter(({ second }) => second >= 80).map(({ timeWait }) => timeWait)
  const mean = settled.reduce((sum, count) => sum + count, 0) / settled.length
  const [least, most] = [Math.min(...settled), Math.max(...settled)]
  teller.heading({ en: 'TIME-WAIT settles', 'zh-CN': 'TIME-WAIT 会稳定下来' })
  teller.say({
    en:
      `When the server closes first, each of its ${RATE} connections a second waits 60 s: ${RATE} x 60 = ${RATE * 60}. ` +
      `Counted from second 80 on: at least ${least}, at most ${most}.`,
    'zh-CN': `服务器先关闭时，每秒 ${RATE} 个连接各等 60 秒：${RATE} x 60 = ${RATE * 60}。从第 80 秒起数：最少 ${least}，最多 ${most}。`,
  })
  teller.claimNear(
    { en: 'TIME-WAIT plateau = rate x 60 s', 'zh-CN': 'TIME-WAIT 的平台 = 速率 x 60 秒' },
    RATE * 60,
    mean,
    0.02,
  )
}

/** What waiting does, and what closing does. */
function patience(teller: Storyteller, { stage, leaked }: Run): void {
  const count = (): number => stage.server.tcbs.counts[State.CLOSE_WAIT] ?? 0
  const before = count()
  const packets = stage.packets
  stage.pass(HOURS * 3600)
  const after = count()
  const quiet = stage.packets - packets
  teller.heading({ en: 'What does not help, and what does', 'zh-CN': '什么没用，什么有用' })
  teller.put(
    teller.speak({
      en: `clients stop, ${HOURS} hours pass:   ${before} -> ${after}, ${quiet} packets on the wire`,
      'zh-CN': `客户端停止，过 ${HOURS} 小时：${before} -> ${after}，线路上 ${quiet} 个包`,
    }),
  )
  teller.claimEqual(
    {
      en: `CLOSE-WAIT after ${HOURS} hours without traffic`,
      'zh-CN': `${HOURS} 小时没有流量之后的 CLOSE-WAIT`,
    },
    before,
    after,
  )
  for (const tcb of leaked) stage.act('server', () => stage.server.close(tcb, stage.now))
  stage.pass(120)
  teller.put(
    teller.speak({
      en: `the program closes them:      ${after} -> ${count()}`,
      'zh-CN': `程序把它们关闭：${after} -> ${count()}`,
    }),
  )
  teller.claimEqual(
    {
      en: 'CLOSE-WAIT after the program closed what it had forgotten',
      'zh-CN': '程序补上 close() 之后的 CLOSE-WAIT',
    },
    0,
    count(),
  )
  teller.claimEqual({ en: 'connections left at the server', 'zh-CN': '服务器上剩下的连接' }, 0, stage.server.tcbs.size)
  teller.paragraph({
    en:
      'The kernel has done its part: it acknowledged the FIN and told the program. CLOSE-WAIT waits for the program, and ' +
      'a larger backlog or cookies change nothing. Look for the missing close(): it is missing as many times a second as the ' +
      'slope says. Keepalive, off by default, would notice after two hours (tcp_keepalive_time) that the client is gone; ' +
      'the end of the process closes everything.',
    'zh-CN':
      '内核已经做完自己的事：确认了 FIN，也通知了程序。CLOSE-WAIT 等的是程序，加大 backlog 或用 cookie 都无济于事。' +
      '要找的是漏掉的 close()：斜率是多少，每秒就漏掉多少次。keepalive（默认关闭）要两小时后（tcp_keepalive_time）' +
      '才发现客户端不在了；进程结束会关闭一切。',
  })
}

/** Traffic for `LENGTH` seconds, sampled. */
function play(teller: Storyteller, name: string, behaviour: Behaviour, config: Partial<ListenerConfig> = {}): Run {
  const stage = teller.scene(name, { annotated: false, config })
  const leaked: Tcb[] = []
  let accepted = 0
  stage.onAccept = (app, tcb) => {
    const forgets = behaviour === 'leaks' && accepted++ % LEAK_EVERY === 0
    app.onPeerClosed = (connection, now) => {
      if (forgets) leaked.push(connection)
      else stage.server.close(connection, now)
    }
    if (behaviour === 'closes first') stage.server.close(tcb, stage.now)
  }
  const samples: Sample[] = []
  for (let index = 0; index < LENGTH * RATE; index++) {
    stage.runUntil(index / RATE)
    if (index % (SAMPLE * RATE) === 0) samples.push(sample(stage))
    const { tcb } = stage.open()
    stage.pass(0.1)
    if (behaviour !== 'closes first') {
      stage.act('client', () => stage.client.write(tcb, REQUEST, 0, REQUEST.length, stage.now))
    }
    stage.act('client', () => stage.client.close(tcb, stage.now))
  }
  stage.runUntil(LENGTH)
  samples.push(sample(stage))
  return { stage, samples, leaked }
}

function sample({ now, server }: Stage): Sample {
  const { counts } = server.tcbs
  return {
    second: Math.round(now / 1e6),
    closeWait: counts[State.CLOSE_WAIT] ?? 0,
    timeWait: counts[State.TIME_WAIT] ?? 0,
  }
}

function sampleAt(samples: readonly Sample[], second: number): Sample {
  return samples.find((one) => one.second === second) as Sample
}

/** Slope of the line of least squares through the points. */
function regression(xs: readonly number[], ys: readonly number[]): number {
  const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length
  const [mx, my] = [mean(xs), mean(ys)]
  let numerator = 0
  let denominator = 0
  xs.forEach((x, index) => {
    numerator += (x - mx) * ((ys[index] ?? 0) - my)
    denominator += (x - mx) ** 2
  })
  return numerator / denominator
}
