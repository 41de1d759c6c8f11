/** The cookie inspector in English. */
import type { CookieAnatomy } from '../../../contract/server.ts'

export interface CookieText {
  readonly title: string
  about(client: string): string
  readonly example: string
  readonly take: string
  readonly restore: string
  readonly cookie: string
  readonly minus: string
  readonly hash1: string
  readonly clientIsn: string
  readonly count: string
  readonly low: string
  readonly hash2: string
  readonly index: string
  readonly onWire: string
  bit(place: string, value: string): string
  readonly verdicts: Readonly<Record<CookieAnatomy['verdict']['reason'], string>>
  counter(name: string): string
  mss(bytes: string): string
  readonly lifetime: string
  left(time: string): string
  readonly expired: string
  readonly never: string
  readonly timestamp: string
  readonly noTimestamp: string
  options(scale: string, sack: string): string
  readonly noScale: string
  readonly yes: string
  readonly no: string
  readonly odds: string
  oddsAbout(guesses: string): string
  oddsRate(rate: string, time: string): string
  readonly oddsNone: string
  readonly waiting: string
  days(count: string): string
}

export const COOKIE_EN: CookieText = {
  title: 'A SYN cookie, bit by bit',
  about: (client) => `The number of the SYN-ACK that went to ${client}`,
  example: 'The server has sent no cookie yet; this is the one it would make for a client that might come.',
  take: 'Take the newest cookie',
  restore: 'Put the bits back',
  cookie: 'Cookie',
  minus: '−',
  hash1: 'hash 1: of addresses, ports and a secret',
  clientIsn: 'the client’s own sequence number',
  count: 'minute (8 bits)',
  low: 'hash 2 + index (24 bits)',
  hash2: 'hash 2: of the same, and the minute',
  index: 'index into the MSS table',
  onWire: 'As on the wire. Each bit is a button: flip it and see what the server would say.',
  bit: (place, value) => `Bit ${place}: ${value}`,
  verdicts: {
    valid: 'Taken: the request is remade from this number.',
    count: 'Refused: its minute is too old, or has not come yet.',
    hash: 'Refused: without hash 2 no index of the MSS table is left.',
    gate: 'Refused unseen: the server has sent no cookies lately and so looks at none.',
  },
  counter: (name) => `Counted as ${name}.`,
  mss: (bytes) => `The connection gets an MSS of ${bytes} bytes.`,
  lifetime: 'Time left',
  left: (time) => `taken for another ${time}`,
  expired: 'no longer taken',
  never: 'not taken: no cookies were sent lately',
  timestamp: 'In the timestamp',
  noTimestamp: 'The SYN had no timestamps: window scale and SACK are lost.',
  options: (scale, sack) => `Its low 6 bits carry window scale ${scale} and SACK ${sack}.`,
  noScale: 'none',
  yes: 'yes',
  no: 'no',
  odds: 'Odds of a guess',
  oddsAbout: (guesses) => `One guess in ${guesses} is taken: 2 minutes × 4 indexes of 2³² numbers.`,
  oddsRate: (rate, time) => `At the present ${rate} forged cookies/s that is one connection in ${time}.`,
  oddsNone: 'Nobody is guessing at the moment.',
  waiting: 'Waiting for the server’s cookie.',
  days: (count) => `${count} days`,
}
