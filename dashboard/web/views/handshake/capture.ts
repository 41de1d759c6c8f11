/**
 * Reads a capture file in the browser, with the lab's own reader, into the TCP connections that are in it. Pure; whatever
 * the file is, nothing is thrown. A capture does not hold what the ends thought: states are those that RFC 9293 gives to an
 * end that has seen these segments.
 */
import { TraceScan } from '../../../../attacker/trace/scan.ts'
import { describeTapSegment } from '../../../../server/app/tap-segment.ts'
import { formatAddress } from '../../../../tcpip/wire/address.ts'
import { parseOptions } from '../../../../tcpip/wire/options.ts'
import { ACK, Segment, SYN } from '../../../../tcpip/wire/segment.ts'
import { TCP_ACK, TCP_HEADER_BYTES, TCP_SEQ } from '../../../../tcpip/wire/tcp.ts'
import { type Exchange, STEPS_MAX } from './exchange.ts'
import { StateGuess } from './state-guess.ts'

export interface CaptureFlows {
  readonly flows: readonly Exchange[]
  /** Connections beyond the limit, which are not kept. */
  readonly moreFlows: number
  /** What ended the reading before the end of the file, and where. */
  readonly problem: { readonly reason: string; readonly offset: number } | undefined
  /** Packets that are no TCP over IPv4, or not whole. */
  readonly skipped: number
}

/** Connections that are kept: a capture of a flood holds a hundred thousand. */
const FLOWS_MAX = 200

/** Offset of the window field in a TCP header (RFC 9293 3.1). */
const WINDOW_AT = 14

interface Flow {
  client: string
  server: string
  readonly steps: Exchange['steps'][number][]
  readonly guess: StateGuess
  dropped: number
}

export function readFlows(file: Uint8Array): CaptureFlows {
  const scan = new TraceScan(file)
  const flows = new Map<string, Flow>()
  let moreFlows = 0
  const segment = new Segment()
  while (scan.next()) {
    fill(segment, scan)
    const source = `${formatAddress(scan.source)}:${scan.sourcePort}`
    const destination = `${formatAddress(scan.destination)}:${scan.destinationPort}`
    const known = flows.get(`${source} ${destination}`) ?? flows.get(`${destination} ${source}`)
    // A new SYN on an old pair of addresses is another connection: only the first one is told.
    let flow = known
    if (flow === undefined) {
      if (flows.size >= FLOWS_MAX) {
        moreFlows++
        continue
      }
      const isAnswer = (segment.flags & (SYN | ACK)) === (SYN | ACK)
      const [client, server] = isAnswer ? [destination, source] : [source, destination]
      flow = { client, server, steps: [], guess: new StateGuess(), dropped: 0 }
      flows.set(`${client} ${server}`, flow)
    }
    const told = describeTapSegment(segment, source === flow.client ? 'to-server' : 'to-client')
    if (flow.steps.length >= STEPS_MAX) flow.dropped++
    else flow.steps.push({ at: scan.time / 1000, segment: told, ends: flow.guess.after(told), concluded: 'both' })
  }
  return {
    flows: [...flows.values()].map(({ client, server, steps, dropped }) => ({
      client,
      server,
      steps,
      dropped,
      isHonest: undefined,
      ended: 'capture',
    })),
    moreFlows,
    problem: scan.problem,
    skipped: Object.values(scan.leftOut).reduce((sum, count) => sum + count, 0),
  }
}

function fill(segment: Segment, scan: TraceScan): void {
  const { view, tcp, capturedOptionBytes } = scan
  const options = tcp + TCP_HEADER_BYTES
  segment.flags = scan.flags
  segment.seq = view.getInt32(tcp + TCP_SEQ)
  segment.ack = view.getInt32(tcp + TCP_ACK)
  segment.window = view.getUint16(tcp + WINDOW_AT)
  segment.payloadLength = scan.payloadLength
  segment.clearOptions()
  parseOptions(view, options, options + capturedOptionBytes, segment)
}
