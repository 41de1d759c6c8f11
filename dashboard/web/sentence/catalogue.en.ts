/** The sentences in English: what happens, why (with the counter that says so), and what to try. */
import type { Format } from '../i18n/format.ts'
import { cookie, honest, hostile, type Phrase, phrase } from '../i18n/phrase.ts'
import type { SentenceKey, SentenceValues } from './sentence.ts'

/** Suggestions that are a click away. */
export type SuggestionAction = 'cookiesOn' | 'cookiesWhenFull' | 'flood' | 'stopAttacks' | 'acceptAtOnce' | 'states'

export interface SentenceText {
  headline(values: SentenceValues, format: Format): Phrase
  why(values: SentenceValues, format: Format): string
  /** What to try, if there is something. */
  readonly suggestion?: string
  readonly action?: SuggestionAction
}

export interface SentenceCatalogue extends Readonly<Record<SentenceKey, SentenceText>> {
  readonly connecting: { readonly headline: string; readonly why: string }
  readonly silent: { headline(seconds: string): string; readonly why: string }
  readonly serverGone: { readonly headline: string; readonly why: string }
  readonly attackerGone: { readonly headline: string; readonly why: string }
  readonly unknown: { readonly headline: string; readonly why: string }
}

const served = ({ honest: { ok, ended } }: SentenceValues, f: Format): string => f.of(ok, ended)
const places = ({ server: { synLength, synLimit } }: SentenceValues, f: Format): string => f.of(synLength, synLimit)
const syns = ({ server: { rates } }: SentenceValues, f: Format): string => `${f.rate(rates.syn)}\u00a0SYN/s`

export const SENTENCES_EN: SentenceCatalogue = {
  connecting: { headline: 'Waiting for the lab.', why: 'The page is connecting to its server.' },
  silent: {
    headline: (seconds) => `The page’s server has been silent for ${seconds}.`,
    why: 'Nothing below is newer than that. The page keeps its history and goes on by itself.',
  },
  serverGone: {
    headline: 'The server under attack is gone.',
    why: 'Its process has ended or does not answer. What is shown is the past; it goes on by itself when the server is back.',
  },
  attackerGone: {
    headline: 'The server listens, but nobody speaks to it.',
    why: 'No attacker process is connected, and with it no honest clients.',
  },
  unknown: {
    headline: 'Nothing is known of this moment.',
    why: 'The page was not told of it: it began later, or there is a gap.',
  },
  acceptFull: {
    headline: (v, f) =>
      phrase`Handshakes succeed and still nobody is served: ${honest(f.of(v.server.acceptLength, v.server.acceptLimit))} wait for accept().`,
    why: (v, f) =>
      `The accept queue is full, so final ACKs and new SYNs are dropped (ListenOverflows +${f.rate(v.server.rates.overflows)}/s). Cookies are no help here: the program is slow.`,
    suggestion: 'Let the program accept at once',
    action: 'acceptAtOnce',
  },
  acceptSlow: {
    headline: (v, f) =>
      phrase`Handshakes succeed, but the program is slow: ${honest(f.count(v.server.acceptLength))} wait for accept(), ${honest(served(v, f))} were served in 10\u00a0s.`,
    why: (v, f) =>
      `The accept queue holds ${f.of(v.server.acceptLength, v.server.acceptLimit)}. Whoever waits longer there than their patience gives up, with a finished handshake. Cookies are no help here.`,
    suggestion: 'Let the program accept at once',
    action: 'acceptAtOnce',
  },
  drowned: {
    headline: (v, f) =>
      v.honest.ok === 0
        ? phrase`Nobody new gets in: ${honest(served(v, f))} honest connections in 10\u00a0s, while ${hostile(syns(v, f))} hold ${places(v, f)} places.`
        : phrase`Most are kept out: ${honest(served(v, f))} honest connections in 10\u00a0s, while ${hostile(syns(v, f))} hold ${places(v, f)} places.`,
    why: (v, f) =>
      `The SYN queue is full and cookies are off, so new SYNs are dropped (TCPReqQFullDrop +${f.rate(v.server.rates.dropped)}/s). A place comes free after ${f.duration(v.lifetime * 1000)} and is gone at once.`,
    suggestion: 'Switch SYN cookies on',
    action: 'cookiesOn',
  },
  pressed: {
    headline: (v, f) =>
      phrase`The SYN queue is full: ${hostile(places(v, f))} places. ${honest(served(v, f))} connections still got in within 10\u00a0s.`,
    why: (v, f) =>
      `Every new SYN is dropped (TCPReqQFullDrop +${f.rate(v.server.rates.dropped)}/s). Clients that just started are still repeating theirs and have not given up yet.`,
    suggestion: 'Switch SYN cookies on',
    action: 'cookiesOn',
  },
  saved: {
    headline: (v, f) =>
      phrase`The queue is full, and ${v.honest.ok === v.honest.ended ? 'everybody' : 'nearly everybody'} gets in: ${honest(served(v, f))} in 10\u00a0s, by ${cookie(`${f.rate(v.server.rates.cookiesSent)} cookies/s`)} against ${hostile(syns(v, f))}.`,
    why: (v, f) =>
      `Without a place to store it, the server puts the request into the number of its SYN-ACK (SyncookiesSent +${f.rate(v.server.rates.cookiesSent)}/s) and remakes it when that number comes back (SyncookiesRecv +${f.rate(v.server.rates.cookiesValid)}/s).`,
  },
  rescuing: {
    headline: (v, f) =>
      phrase`Cookies open the door: ${cookie(`${f.rate(v.server.rates.cookiesValid)} a second`)} come back valid. Of the connections that ended in 10\u00a0s, ${honest(served(v, f))} were served.`,
    why: (v, f) =>
      `The queue is still full, but ${f.rate(v.server.rates.cookiesSent)} cookies leave per second (SyncookiesSent). Some of the failures began earlier: a client gives up only after seconds.`,
  },
  evicting: {
    headline: (v, f) =>
      phrase`Each new SYN takes the place of another: ${honest(served(v, f))} honest connections in 10\u00a0s were served, against ${hostile(syns(v, f))}.`,
    why: (v, f) =>
      `Nobody is refused, but ${f.rate(v.server.rates.evicted)} half-open entries are put out per second (HalfOpenEvicted). Who is put out before the last ACK is there is reset.`,
    suggestion: 'Switch SYN cookies on',
    action: 'cookiesOn',
  },
  crowd: {
    headline: (v, f) =>
      phrase`A crowd, not a flood: ${cookie(f.percent(v.returned))} of the cookies come back, ${honest(served(v, f))} honest connections in 10\u00a0s were served.`,
    why: (v, f) =>
      `A flood never answers its cookies. Here SyncookiesRecv (+${f.rate(v.server.rates.cookiesValid)}/s) keeps up with SyncookiesSent (+${f.rate(v.server.rates.cookiesSent)}/s).`,
  },
  forged: {
    headline: (v, f) =>
      phrase`${hostile(`${f.rate(v.server.rates.cookiesFailed)} forged cookies/s`)}, and ${honest(served(v, f))} honest connections in 10\u00a0s do not notice.`,
    why: (v, f) =>
      `Each guess fails the hash and is answered by RST (SyncookiesFailed +${f.rate(v.server.rates.cookiesFailed)}/s). One in 2^29 would open a connection.`,
  },
  cookiesOnly: {
    headline: (v, f) =>
      phrase`Nothing is stored: every SYN gets a cookie, ${cookie(`${f.rate(v.server.rates.cookiesSent)} a second`)}, and ${honest(served(v, f))} connections in 10\u00a0s were served.`,
    why: () =>
      'tcp_syncookies is 2. The price: the MSS is rounded down, and without timestamps window scale and SACK are lost.',
    suggestion: 'Only when the queue is full: cookies 1',
    action: 'cookiesWhenFull',
  },
  outOfPlaces: {
    headline: (v, f) =>
      phrase`All ${f.count(v.server.workers)} workers are taken: ${hostile(f.count(v.server.established))} connections are open, ${honest(served(v, f))} were served in 10\u00a0s.`,
    why: (v, f) =>
      `${f.count(v.server.acceptLength)} finished handshakes wait for accept(). The SYN queue holds ${places(v, f)}: it is not what runs out.`,
  },
  filling: {
    headline: (v, f) =>
      phrase`The SYN queue is filling: ${hostile(places(v, f))} places, full in ${f.duration(Math.max(v.fullIn, 0.1) * 1000)}.`,
    why: (v, f) =>
      `${f.rate(v.server.rates.stored)} half-open entries are stored per second and wait for an ACK that nobody sends. ${f.rate(v.holdRate)} SYN/s would be enough to keep it full.`,
  },
  belowHold: {
    headline: (v, f) =>
      phrase`Too slow to hurt: ${hostile(syns(v, f))} hold ${hostile(places(v, f))} places, and ${honest(served(v, f))} honest connections in 10\u00a0s were served.`,
    why: (v, f) =>
      `A half-open entry that nobody answers lives for a while and expires. It takes ${f.rate(v.holdRate)} SYN/s to keep ${f.count(v.server.synLimit + 1)} places full.`,
  },
  shrugged: {
    headline: (v, f) =>
      phrase`${hostile(syns(v, f))} arrive and ${v.honest.ok === v.honest.ended ? 'nobody suffers' : 'hardly anybody suffers'}: ${honest(served(v, f))} honest connections in 10\u00a0s, ${places(v, f)} places taken.`,
    why: (v, f) =>
      `What this attack sends does not stay in the SYN queue: ${f.rate(v.server.rates.stored)} half-open entries stored, ${f.rate(v.server.rates.expired)} expired, ${f.rate(v.server.rates.embryonicResets)} reset per second.`,
  },
  closeWait: {
    headline: (v, f) =>
      phrase`${hostile(f.count(v.server.closeWait))} connections are in CLOSE-WAIT: the program has forgotten to close them.`,
    why: (v, f) =>
      `The clients have closed, the server’s program has not, and no timer of TCP ever will. Honest connections in 10\u00a0s: ${served(v, f)}.`,
    suggestion: 'Look at the sockets',
    action: 'states',
  },
  timeWait: {
    headline: (v, f) =>
      phrase`${f.count(v.server.timeWait)} sockets are in TIME-WAIT, and ${honest(served(v, f))} connections in 10\u00a0s were served.`,
    why: () => 'The side that closes first waits 60 s, so that nothing late of the old connection can reach a new one.',
    suggestion: 'Look at the sockets',
    action: 'states',
  },
  draining: {
    headline: (v, f) =>
      phrase`The attack is over, and the queue empties: ${hostile(places(v, f))} places are still held.`,
    why: (v, f) =>
      `Each half-open entry waits for its last SYN-ACK to time out: ${f.rate(v.server.rates.expired)} expire per second. Honest connections in 10\u00a0s: ${served(v, f)}.`,
  },
  failing: {
    headline: (v, f) =>
      phrase`Only ${honest(served(v, f))} honest connections in 10\u00a0s were served, though the queue is not full.`,
    why: (v, f) =>
      `The SYN queue holds ${places(v, f)}, the accept queue ${f.of(v.server.acceptLength, v.server.acceptLimit)}. Some of the failures began earlier: a client gives up only after seconds.`,
  },
  noClients: {
    headline: (v, f) => phrase`The server listens, and no honest client asks: ${places(v, f)} places taken.`,
    why: () => 'No honest clients are told to connect, so nobody can say how the service feels.',
  },
  calm: {
    headline: (v, f) =>
      phrase`All is calm: ${honest(served(v, f))} honest connections in 10\u00a0s were served, half of them within ${honest(f.duration(v.honest.connectP50))}.`,
    why: (v, f) =>
      `The SYN queue holds ${places(v, f)}: an entry stays only until its ACK is back. ${syns(v, f)} arrive (SynReceived).`,
    suggestion: 'Start a flood',
    action: 'flood',
  },
}
