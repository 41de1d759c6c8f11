/**
 * Story: a server program that forgets to close. CLOSE-WAIT has no timer (RFC 9293 3.10.4): what is leaked stays, and the
 * number grows as fast as the leak. TIME-WAIT, which people fear more, ends by itself and settles at rate x 60 s.
 */
import type { ListenerConfig } from '../../server/listener/listener-config.ts'
import { bytesOf } from '../../tcpip/base/bytes.ts'
import { State } from '../../tcpip/connection/states.ts'
import type { Tcb } from '../../tcpip/connection/tcb.ts'
import { formatTable } from '../report/text-table.ts'
import { claimEqual, claimNear } from './claim.ts'
import type { Stage } from './stage.ts'
import type { Story } from './story.ts'
import type { Storyteller } from './storyteller.ts'

export const CLOSE_WAIT_LEAK: Story = {
  name: 'close-wait-leak',
  summary:
    'A server that never closes after the peer did: CLOSE-WAIT grows as long as it runs, and closing is the cure.',
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
  teller.say(
    `${RATE} clients a second connect, send a request and close. The program at the server reads the end of the stream and ` +
      `forgets to close one connection in ${LEAK_EVERY}: it leaks ${LEAK_RATE} a second.`,
  )
  const leak = play(teller, 'leak', 'leaks')
  const wider = play(teller, 'bigger-backlog', 'leaks', { backlog: 4096, synCookies: 2 })
  const fixed = play(teller, 'fixed', 'closes')
  const first = play(teller, 'server-first', 'closes first')

  teller.heading('Sockets at the server')
  const right = (title: string, group?: string) => ({ title, align: 'right' as const, ...(group ? { group } : {}) })
  const columns = [
    right('s'),
    right('leaking', 'CLOSE-WAIT'),
    right('backlog+cookies', 'CLOSE-WAIT'),
    right('fixed', 'CLOSE-WAIT'),
    right('server closes first', 'TIME-WAIT'),
  ]
  const rows = leak.samples
    .filter(({ second }) => second % 20 === 0)
    .map(({ second, closeWait }) => {
      const others = [wider, fixed].map(({ samples }) => sampleAt(samples, second).closeWait)
      return [second, closeWait, ...others, sampleAt(first.samples, second).timeWait].map(String)
    })
  teller.table(formatTable(columns, rows))
  teller.paragraph(
    'leaking: as described. backlog+cookies: the same program behind a backlog of 4096, with a SYN cookie for every SYN. ' +
      'fixed: it closes every connection. server closes first: as soon as it has accepted.',
  )
  slopes(teller, leak, wider, fixed)
  plateau(teller, first)
  patience(teller, leak)
}

function slopes(teller: Storyteller, leak: Run, wider: Run, fixed: Run): void {
  const slope = (run: Run): number =>
    regression(
      run.samples.map(({ second }) => second),
      run.samples.map(({ closeWait }) => closeWait),
    )
  teller.heading('The slope is the leak')
  const [leaking, helped, closing] = [slope(leak), slope(wider), slope(fixed)]
  teller.say(`the program forgets:          ${LEAK_RATE.toFixed(3)} leaked per second`)
  teller.say(`CLOSE-WAIT, fitted line:      ${leaking.toFixed(3)} per second`)
  teller.say(`with backlog 4096 + cookies:  ${helped.toFixed(3)} per second`)
  teller.say(`with the program fixed:       ${closing.toFixed(3)} per second`)
  teller.claim(claimNear('slope of CLOSE-WAIT (1/s)', LEAK_RATE, leaking, 0.02))
  teller.claim(claimNear('slope with a bigger backlog and cookies (1/s)', LEAK_RATE, helped, 0.02))
  teller.claim(claimEqual('slope with the program fixed (1/s)', 0, closing))
  teller.claim(claimEqual('CLOSE-WAIT at the end, fixed', 0, fixed.samples.at(-1)?.closeWait ?? -1))
  teller.claim(
    claimEqual(
      'CLOSE-WAIT at the end = connections forgotten',
      leak.leaked.length,
      leak.samples.at(-1)?.closeWait ?? 0,
    ),
  )
}

function plateau(teller: Storyteller, first: Run): void {
  const settled = first.samples.filter(({ second }) => second >= 80).map(({ timeWait }) => timeWait)
  const mean = settled.reduce((sum, count) => sum + count, 0) / settled.length
  teller.heading('TIME-WAIT settles')
  teller.say(
    `When the server closes first, each of its ${RATE} connections a second waits 60 s: ${RATE} x 60 = ${RATE * 60}. ` +
      `Counted from second 80 on: at least ${Math.min(...settled)}, at most ${Math.max(...settled)}.`,
  )
  teller.claim(claimNear('TIME-WAIT plateau = rate x 60 s', RATE * 60, mean, 0.02))
}

/** What waiting does, and what closing does. */
function patience(teller: Storyteller, { stage, leaked }: Run): void {
  const count = (): number => stage.server.tcbs.counts[State.CLOSE_WAIT] ?? 0
  const before = count()
  const packets = stage.packets
  stage.pass(HOURS * 3600)
  const after = count()
  teller.heading('What does not help, and what does')
  teller.say(
    `clients stop, ${HOURS} hours pass:   ${before} -> ${after}, ${stage.packets - packets} packets on the wire`,
  )
  teller.claim(claimEqual(`CLOSE-WAIT after ${HOURS} hours without traffic`, before, after))
  for (const tcb of leaked) stage.act('server', () => stage.server.close(tcb, stage.now))
  stage.pass(120)
  teller.say(`the program closes them:      ${after} -> ${count()}`)
  teller.claim(claimEqual('CLOSE-WAIT after the program closed what it had forgotten', 0, count()))
  teller.claim(claimEqual('connections left at the server', 0, stage.server.tcbs.size))
  teller.paragraph(
    'The kernel has done its part: it acknowledged the FIN and told the program. CLOSE-WAIT waits for the program, and ' +
      'a larger backlog or cookies change nothing. Look for the missing close(): it is missing as many times a second as the ' +
      'slope says. Keepalive, off by default, would notice after two hours (tcp_keepalive_time) that the client is gone; ' +
      'the end of the process closes everything.',
  )
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
  const request = bytesOf('GET / HTTP/1.1\r\nHost: lab\r\n\r\n')
  const samples: Sample[] = []
  for (let index = 0; index < LENGTH * RATE; index++) {
    stage.runUntil(index / RATE)
    if (index % (SAMPLE * RATE) === 0) samples.push(sample(stage))
    const { tcb } = stage.open()
    stage.pass(0.1)
    if (behaviour !== 'closes first') {
      stage.act('client', () => stage.client.write(tcb, request, 0, request.length, stage.now))
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
