/** What each lesson says, in English: one idea a paragraph. */
import type { LessonName } from './lesson.ts'

export interface LessonText {
  readonly title: string
  readonly read: readonly string[]
  /** Asks for the number. */
  readonly predict: string
  /** One for each step of the lesson. */
  readonly steps: readonly string[]
  /** What to look at while it runs. */
  readonly look: string
}

export type LessonTexts = Readonly<Record<LessonName, LessonText>>

export const LESSON_TEXTS_EN: LessonTexts = {
  handshake: {
    title: 'The handshake, and why not two or four',
    read: [
      'Every byte of a TCP connection has a number. Each side chooses where its own numbers begin, at random, and tells the other in a SYN.',
      'Each side wants to see its number come back, plus one. Only then does it know that its SYN was heard, and by whom.',
      'A SYN may be very old, or forged. A server that trusts the first segment opens connections that nobody asked for.',
    ],
    predict: 'How many segments pass until both sides may send? Count those in both directions.',
    steps: ['Follow the next client that connects.'],
    look: 'Compare the number in the SYN with the acknowledgment of the segment below it.',
  },
  'syn-timeout': {
    title: 'Half open: the SYN timeout',
    read: [
      'The server answers a SYN with SYN,ACK and keeps a request in its SYN queue until the last ACK comes.',
      'If no ACK comes, it repeats the SYN,ACK: after 1 s, then after 2 s more, then 4 s. Each wait is twice the one before.',
      'Here it repeats twice (tcp_synack_retries = 2; the default of Linux is 5). After the last repeat it waits once more, then gives up.',
    ],
    predict: 'One SYN comes from an address that nobody has. How many seconds does it hold its place?',
    steps: ['Send one SYN from an address that nobody has.'],
    look: 'One packet came in. Count what went out for it, and watch the timer on the right.',
  },
  flood: {
    title: 'The flood and its hold rate',
    read: [
      'The SYN queue has room for 129 requests here: the backlog of 128, and one more. A SYN that finds no room is dropped, and nobody is told.',
      'As in the lesson before, a request that nobody completes holds its place for 7 s.',
      'The flood of this lesson sends 500 SYN/s. Most of them find no place: they are waste. What counts is how fast places become free.',
    ],
    predict: 'How many SYNs per second are enough to take every place again as soon as it is free?',
    steps: ['Start the flood.'],
    look: 'Watch who holds the places, and how many honest clients still get one. The number shows when each place was freed once.',
  },
  cookies: {
    title: 'SYN cookies and their price',
    read: [
      'The flood is running, and cookies are off: hardly anybody gets in.',
      'With SYN cookies a server whose queue is full keeps nothing. It hides what it must know in the number of its SYN,ACK, and remakes the request from the ACK that brings it back.',
      'The price: the MSS is rounded down to one of four values, window scale and SACK are lost unless the client sends timestamps, and a lost SYN,ACK is not repeated.',
    ],
    predict: 'The queue stays full of the flood. What percent of the honest clients get in with cookies on?',
    steps: ['Switch SYN cookies to 1: when the queue is full.'],
    look: 'The SYN queue is as full as before. Look at the clients that started after the switch.',
  },
  'two-queues': {
    title: 'The two queues',
    read: [
      'A server has two queues. The SYN queue holds requests that wait for the last ACK. The accept queue holds finished connections that wait for the program to call accept().',
      'Nobody attacks in this lesson. 20 clients come each second, and soon the program will take only five of them.',
      'The backlog is 64. Linux calls a queue full when it holds more than its limit.',
    ],
    predict: 'How many connections will the accept queue hold at most?',
    steps: ['Let the program accept only every 200 ms.'],
    look: 'SYN cookies are allowed the whole time. See whether one is sent.',
  },
  'four-way-close': {
    title: 'Four segments to close, or three',
    read: [
      'Each direction of a connection is closed by itself: a FIN says “I have nothing more to send”, and the other side acknowledges it.',
      'Two directions, a FIN and an ACK each: that makes four. Between them the other side may go on sending as long as it likes.',
      'The clients here close as soon as they have their answer, and the server has nothing left to say.',
    ],
    predict: 'How many segments close a connection between these two?',
    steps: ['Follow the next client to the end.'],
    look: 'Look for FIN, and for what else stands in the same segment.',
  },
  'time-wait': {
    title: 'TIME-WAIT',
    read: [
      'Who closes first sends the last ACK and cannot know whether it arrived. So it stays a while, to repeat it if need be.',
      'It also waits for old segments to die, so that none of them falls into the next connection between the same ports.',
      'Here five connections a second are opened that say nothing. A server that is tired of waiting for a request is the one that closes first.',
    ],
    predict: 'For how many seconds does a socket of the server stay in TIME-WAIT?',
    steps: ['Let the server wait only 1 s for a request.'],
    look: 'Sockets gather in TIME-WAIT: each waits for its own time to pass. The strip shows their ages.',
  },
  'close-wait': {
    title: 'CLOSE-WAIT',
    read: [
      'The other side has closed: the socket is in CLOSE-WAIT. Now it is the turn of the program to call close().',
      'If the program never gets to it, the socket stays. The peer may be gone long since.',
      'Here the program will be stuck: it accepts one connection a minute. Clients come, wait a second for their answer, and close.',
    ],
    predict: 'The clients then go home. Of the sockets in CLOSE-WAIT, how many are gone after five quiet seconds?',
    steps: [
      'Let the program accept only every 60,000 ms, and wait until a few sockets are in CLOSE-WAIT.',
      'Then send the clients home, and wait.',
    ],
    look: 'The count on CLOSE-WAIT, and the ages of its sockets: the strip has no end.',
  },
}
