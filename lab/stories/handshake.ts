/**
 * Story: three segments open a connection (RFC 9293 3.5). Why not two, why not four.
 */

import { SECOND } from '../../tcpip/base/time.ts'
import { STATE_NAMES } from '../../tcpip/connection/states.ts'
import { QUEUE_BYTES } from '../../tcpip/connection/tcb.ts'
import { ACK, SYN } from '../../tcpip/wire/segment.ts'
import { claimEqual } from './claim.ts'
import type { Sighting } from './sighting.ts'
import { DEFAULT_LATENCY, type Stage } from './stage.ts'
import type { Story } from './story.ts'
import { describeChange, describeSender, NOTE_INDENT, type Storyteller } from './storyteller.ts'

export const HANDSHAKE: Story = {
  name: 'handshake',
  summary: 'Three segments open a connection: what every number in them is, and the state of each side.',
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
  teller.say(
    'Each side of a connection numbers its bytes from an initial sequence number (ISN) of its own choice. Opening ' +
      'a connection means: each side tells its number, and each hears that the other has got it.',
  )
  const stage = teller.scene('handshake')
  const { tcb, app } = stage.open()
  stage.pass(1)
  const [syn, synAck, ack] = stage.sightings as [Sighting, Sighting, Sighting]

  teller.heading('The segments')
  teller.lines.push('')
  for (const [sighting, note] of [
    [
      syn,
      `The client chooses its ISN, ${unsigned(syn.segment.seq)}, and asks to begin. A SYN takes one number, so that it can be acknowledged like a byte.`,
    ],
    [
      synAck,
      `Two segments in one: "I have your ${unsigned(syn.segment.seq)}, the next I expect is ${unsigned(synAck.segment.ack)}" and the server's own ISN, ${unsigned(synAck.segment.seq)}.`,
    ],
    [
      ack,
      `The client shows that it is there and has the server's number: the next it expects is ${unsigned(ack.segment.ack)}. It takes no number of its own: a bare ACK is never acknowledged.`,
    ],
  ] as const) {
    describe(teller, sighting, stage.sightings, note)
  }
  teller.say(
    'Notation of packetdrill: flags (S is SYN, a dot is ACK), first:next(bytes), ack, window, <options>. The upper line ' +
      "counts from either side's ISN, the lower one has the numbers as they are in the segment.",
  )
  const scale = Math.max(0, syn.segment.windowScale)
  const window = ack.segment.window << scale
  teller.paragraph(
    `The window of a SYN counts bytes and that of every later segment units of 2^wscale bytes: ${ack.segment.window} x ` +
      `2^${scale} = ${window} bytes, the whole receive queue of a lab host. Linux offers less at first (502, its ` +
      `${syn.segment.window} rounded up to whole units) and opens the window as data comes.`,
  )

  teller.heading('Why not two')
  teller.say(
    'After two segments the client knows everything. The server does not know whether anybody has heard it: the SYN ' +
      'may be forged, or a late copy of an old one. It would hold a connection for nobody: synlab run two-way-handshake.',
  )
  teller.heading('Why not four')
  teller.say(
    'Four things have to be said: my number, I have yours, my number, I have yours. The second and third go from the ' +
      'server to the client at the same moment, and one segment carries both.',
  )
  claims(teller, stage.sightings, tcb.srtt)
  teller.claim(
    claimEqual(
      'both sides ESTABLISHED, and the server program has the connection',
      'ESTABLISHED, ESTABLISHED, 1 accepted',
      `${app.established ? STATE_NAMES[tcb.state] : 'nothing told'}, ${serverState(stage)}, ${stage.accepted.length} accepted`,
    ),
  )
  teller.claim(claimEqual('window of the ACK in bytes', QUEUE_BYTES, window))
}

function serverState({ accepted }: Stage): string {
  const [connection] = accepted
  return connection === undefined ? 'none' : (STATE_NAMES[connection.tcb.state] ?? 'none')
}

function claims(teller: Storyteller, sightings: readonly Sighting[], roundTrip: number): void {
  const [syn, synAck, ack] = sightings.map(({ segment }) => segment)
  if (syn === undefined || synAck === undefined || ack === undefined) throw new Error('a handshake has three segments')
  teller.claim(claimEqual('segments exchanged', 3, sightings.length))
  teller.claim(claimEqual('the three are', 'SYN, SYN-ACK, ACK', [syn, synAck, ack].map(kindOf).join(', ')))
  teller.claim(claimEqual("SYN-ACK acknowledges the client's ISN + 1", unsigned(syn.seq + 1), unsigned(synAck.ack)))
  teller.claim(claimEqual("ACK acknowledges the server's ISN + 1", unsigned(synAck.seq + 1), unsigned(ack.ack)))
  teller.claim(claimEqual('the ACK has the first number after the SYN', unsigned(syn.seq + 1), unsigned(ack.seq)))
  const [, , last] = sightings
  const seconds = (time: number): string => `${time / SECOND} s`
  teller.claim(
    claimEqual('the client may send after one round trip', seconds(2 * DEFAULT_LATENCY), seconds(last?.at ?? 0)),
  )
  teller.claim(
    claimEqual('the server may send after one and a half', seconds(3 * DEFAULT_LATENCY), seconds(last?.arrivedAt ?? 0)),
  )
  teller.claim(claimEqual('round trip as the client measured it', seconds(2 * DEFAULT_LATENCY), seconds(roundTrip)))
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

function describe(teller: Storyteller, sighting: Sighting, all: readonly Sighting[], note: string): void {
  const indent = ' '.repeat(NOTE_INDENT)
  teller.lines.push(`${String(sighting.number).padStart(3)}  ${direction(sighting)}  ${sighting.relative}`)
  teller.lines.push(`${indent}${sighting.absolute} (absolute)`)
  if (sighting.options !== '') teller.say(sighting.options, NOTE_INDENT)
  const [from, to] = sighting.from === 'server' ? ['server', 'client'] : ['client', 'server']
  const { at, arrivedAt = 0, receiver } = sighting
  teller.say(`${from}: ${describeSender(sighting, all)}, ${milliseconds(at)}`, NOTE_INDENT)
  if (receiver !== undefined) teller.say(`${to}: ${describeChange(receiver)}, ${milliseconds(arrivedAt)}`, NOTE_INDENT)
  teller.say(note, NOTE_INDENT)
  teller.lines.push('')
}

function direction(sighting: Sighting): string {
  return sighting.from === 'server' ? 'client < server' : 'client > server'
}

function milliseconds(time: number): string {
  return `at ${(time / SECOND) * 1000} ms`
}

function unsigned(seq: number): number {
  return seq >>> 0
}
