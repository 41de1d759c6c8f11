/** The state map in English. */
import type { EdgeLabels } from './state-map.ts'

export interface StatesText {
  readonly title: string
  readonly about: string
  readonly edges: EdgeLabels
  perSecond(rate: string): string
  /** Of the ways that no line is drawn for. */
  gone(rate: string): string
  /** What a way's figure is, for who asks. */
  way(from: string, to: string, total: string): string
  readonly ages: string
  readonly timeWaitAges: string
  readonly closeWaitAges: string
  agesTwin(state: string, count: string, oldest: string): string
  readonly noAges: string
  readonly sockets: string
  readonly table: string
  readonly all: string
  shown(shown: string, total: string): string
  readonly filter: string
  readonly columns: {
    readonly state: string
    readonly recvQ: string
    readonly sendQ: string
    readonly local: string
    readonly peer: string
    readonly timer: string
    readonly age: string
  }
  timer(kind: string, left: string, retries: string): string
}

export const STATES_EN: StatesText = {
  title: 'Every socket and its state',
  about:
    'RFC 9293 as the server goes through it: the sockets in each state, and how many a second go which way. × goes straight to CLOSED.',
  edges: {
    syn: 'SYN stored',
    ack: 'ACK',
    cookie: 'valid cookie',
    expired: 'expired or reset',
    close: 'close()',
    fin: 'FIN',
    timeout: '60 s are over',
    gone: 'reset, abort, timeout',
  },
  perSecond: (rate) => `${rate}/s`,
  gone: (rate) => `× ${rate}/s`,
  way: (from, to, total) => `${from} → ${to}: ${total} since the server began`,
  ages: 'How long they have been there',
  timeWaitAges: 'TIME-WAIT: leaves after 60 s',
  closeWaitAges: 'CLOSE-WAIT: leaves when the program closes',
  agesTwin: (state, count, oldest) => `${count} sockets in ${state}, the oldest for ${oldest}.`,
  noAges: 'none',
  sockets: 'Sockets',
  table: 'Table of sockets',
  all: 'all',
  shown: (shown, total) => `${shown} of ${total}`,
  filter: 'State',
  columns: {
    state: 'State',
    recvQ: 'Recv-Q',
    sendQ: 'Send-Q',
    local: 'Local',
    peer: 'Peer',
    timer: 'Timer',
    age: 'Age',
  },
  timer: (kind, left, retries) => `${kind} ${left}, ${retries}`,
}
