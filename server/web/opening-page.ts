/**
 * The page that tells its visitor how they got in: when their SYN came, how long the handshake took, and what it cost if it
 * went by a SYN cookie. Whatever the server cannot know, it says so.
 */
import { MILLISECOND } from '../../tcpip/base/time.ts'
import type { Opening } from '../../tcpip/host/opening.ts'

/** `momentOf`: milliseconds since the Unix epoch at a time of the connection's host. */
export function openingPage(opening: Opening | undefined, momentOf: (now: number) => number): string {
  const facts = opening === undefined ? [] : factsOf(opening, momentOf)
  const rows = facts.map(([name, value]) => `<dt>${name}</dt><dd>${value}</dd>\n`).join('')
  return `${HEAD}<h1>You are in.</h1>\n<p>This page came through the TCP under attack.</p>\n<dl>\n${rows}</dl>\n`
}

const HEAD =
  '<!doctype html>\n<html lang="en">\n<meta charset="utf-8">\n<title>synlab</title>\n' +
  '<style>body{font:1.2em/1.5 system-ui;max-width:34em;margin:2em auto;padding:0 1em}dt{font-weight:600}</style>\n'

function factsOf(opening: Opening, momentOf: (now: number) => number): [name: string, value: string][] {
  const { isFromCookie, answeredAt, precision, establishedAt } = opening
  const spread = isFromCookie
    ? ` (known to ${precision / MILLISECOND} ms: the rest of the timestamp carried options)`
    : ''
  const unknown = 'unknown: the server kept nothing, and the cookie came back without a timestamp'
  const milliseconds = answeredAt === undefined ? 0 : (establishedAt - answeredAt) / MILLISECOND
  return [
    ['Your SYN came', answeredAt === undefined ? unknown : `${new Date(momentOf(answeredAt)).toISOString()}${spread}`],
    [
      'The handshake took',
      answeredAt === undefined ? unknown : `${isFromCookie ? 'at most ' : ''}${milliseconds.toFixed(1)} ms`,
    ],
    ['Its SYN-ACK was sent again', repeatsText(opening)],
    [
      'Until then you were',
      isFromCookie
        ? 'nowhere: remade from a SYN cookie, a number that your ACK brought back'
        : 'in the SYN queue, stored',
    ],
    [isFromCookie ? 'What the cookie left you' : 'What you agreed on', agreementText(opening)],
  ]
}

function repeatsText({ repeats }: Opening): string {
  if (repeats === undefined)
    return 'unknown: the server keeps no timer for a cookie, and never sends it again by itself'
  return repeats === 1 ? 'once' : `${repeats} times`
}

function agreementText({ isFromCookie, mss, windowScale, sackPermitted }: Opening): string {
  const rounded = isFromCookie ? ', rounded down to one of the four that a cookie can hold' : ''
  const scale = windowScale < 0 ? 'no window scaling' : `window scale ${windowScale}`
  return `MSS ${mss} bytes${rounded}; ${scale}; ${sackPermitted ? 'SACK' : 'no SACK'}`
}
