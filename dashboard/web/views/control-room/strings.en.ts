/** The control room in English. */

import type { Mark } from '../../../contract/stream.ts'
import type { ChartKey, SeriesKey } from '../../charts/series.ts'
import type { Format } from '../../i18n/format.ts'

type MarkOf<Kind extends Mark['kind']> = Extract<Mark, { kind: Kind }>

export interface ControlRoomText {
  readonly sentence: string
  pinned(clock: string, ago: string): string
  readonly synQueue: string
  readonly synQueueAbout: string
  readonly acceptQueue: string
  readonly acceptQueueAbout: string
  of(limit: string): string
  readonly free: string
  honest(count: string): string
  hostile(count: string): string
  readonly hostileAbout: string
  readonly notches: string
  readonly densityAbout: string
  readonly noFrame: string
  readonly waits: string
  readonly waitsAbout: string
  readonly gaveUp: string
  untold(count: string): string
  readonly charts: Readonly<Record<ChartKey, string>>
  readonly series: Readonly<Record<SeriesKey, string>>
  /** In place of the processor's figures where the lab has no processes of its own. */
  readonly noProcesses: string
  readonly more: string
  readonly fewer: string
  readonly source: string
  readonly log: string
  readonly emptyLog: string
  readonly time: string
  readonly pause: string
  readonly resume: string
  readonly stepBack: string
  readonly stepOn: string
  readonly scrubber: string
  readonly table: string
  readonly second: string
  readonly marks: {
    config(mark: MarkOf<'config'>): string
    threshold(mark: MarkOf<'threshold'>, f: Format): string
    flood(mark: MarkOf<'flood'>): string
    attack(mark: MarkOf<'attack'>, kind: string, f: Format): string
    clients(mark: MarkOf<'clients'>, f: Format): string
    reset(mark: MarkOf<'reset'>): string
    presence(mark: MarkOf<'presence'>): string
  }
  twinQueue(length: string, limit: string, honest: string, hostile: string): string
  twinWaits(served: string, failed: string, median: string): string
}

const who = (name: string): string => (name === 'server' ? 'The server' : `Attacker ${name}`)

export const CONTROL_ROOM_EN: ControlRoomText = {
  sentence: 'What happens',
  pinned: (clock, ago) => `${clock}, ${ago} ago`,
  synQueue: 'SYN queue',
  synQueueAbout: 'each square a half-open entry',
  acceptQueue: 'Accept queue',
  acceptQueueAbout: 'finished handshakes that wait for the program',
  of: (limit) => `of ${limit}`,
  free: 'free',
  honest: (count) => `honest ${count}`,
  hostile: (count) => `hostile ${count}`,
  hostileAbout: 'Only the lab can know: by its own address plan. A real server cannot tell.',
  notches: 'notch: SYN-ACK sent again',
  densityAbout: 'each cell stands for many places',
  noFrame: 'The places of this moment are not known.',
  waits: 'How long each honest client waited',
  waitsAbout: 'by the moment it started',
  gaveUp: 'gave up',
  untold: (count) => `${count} more were too many to tell`,
  charts: {
    syns: 'SYNs per second',
    cookies: 'Cookies per second',
    queues: 'Queues and their limit',
    success: 'Honest success, 10 s',
    connect: 'Time to connect, 10 s',
    states: 'Connections by state',
    resets: 'Ends per second',
    memory: 'SYN queue memory',
    cpu: 'CPU, share of a core',
  },
  series: {
    received: 'received',
    accepted: 'taken up',
    sent: 'sent',
    valid: 'valid',
    failed: 'failed',
    synQueue: 'SYN',
    acceptQueue: 'accept',
    limit: 'limit',
    served: 'served',
    median: 'median',
    slowest: '99 %',
    established: 'established',
    closeWait: 'CLOSE-WAIT',
    timeWait: 'TIME-WAIT',
    rstsSent: 'RST sent',
    halfOpenReset: 'half-open reset',
    expired: 'expired',
    queueBytes: 'bytes',
    serverCpu: 'server',
    attackersCpu: 'attackers',
  },
  noProcesses: 'This lab runs inside the page: it has no processes whose time could be told.',
  more: 'More charts',
  fewer: 'First charts',
  source: 'Counted as',
  log: 'What happened',
  emptyLog: 'Nothing was switched yet.',
  time: 'Time',
  pause: 'Stand still',
  resume: 'Back to now',
  stepBack: 'One second back',
  stepOn: 'One second on',
  scrubber: 'Moment within the last ten minutes',
  table: 'Last ten values',
  second: 'Time',
  marks: {
    config: ({ changes }) =>
      Object.entries(changes)
        .map(([name, [before, after]]) => `${name} ${String(before)} → ${String(after)}`)
        .join(', '),
    threshold: ({ queue, isFull, length, limit }, f) =>
      `${queue === 'syn_queue' ? 'SYN queue' : 'Accept queue'} ${isFull ? 'full' : 'no longer full'} (${f.of(length, limit)})`,
    flood: ({ sendingCookies }) =>
      `Server: possible SYN flooding. ${sendingCookies ? 'Sending cookies.' : 'Dropping requests.'}`,
    attack: ({ state, rate }, kind, f) =>
      state === 'started' ? `${kind} started, ${f.rate(rate)}/s` : `${kind} ended`,
    clients: ({ rate }, f) => `Honest clients: ${f.rate(rate)}/s`,
    reset: (mark) => `${who(mark.who)} was reset`,
    presence: (mark) => `${who(mark.who)} ${mark.isThere ? 'is there' : 'is gone'}`,
  },
  twinQueue: (length, limit, honest, hostile) =>
    `${length} of ${limit} places are taken: ${honest} by honest clients, ${hostile} by the attack.`,
  twinWaits: (served, failed, median) =>
    `In the last ten seconds ${served} honest clients were served, half of them within ${median}; ${failed} gave up.`,
}
