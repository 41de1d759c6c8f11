/**
 * Who was attacked in a recording: the host that gets most SYNs, or most SYN-ACKs that it never asked for (a reflection:
 * servers answer SYNs that carried its address), or most segments of connections that nobody opened (floods of ACKs, RSTs,
 * FINs); where there is nothing of all that, most segments.
 */
import { parseAddress } from '../../tcpip/wire/address.ts'
import { ACK, FIN, RST, SYN } from '../../tcpip/wire/segment.ts'
import type { FoundBy, Victim } from './account.ts'
import { type Recording, TraceScan } from './scan.ts'
import { SeenFlows } from './seen-flows.ts'

/** Hosts that are counted at a time. */
const COUNTED_MAX = 65_536

/** Hosts that are looked at more closely: those with most SYN-ACKs and strays, which busy clients get as well. */
const CANDIDATES = 64

const PORT_MAX = 65_535

/** A victim that was found, and by what. */
export interface FoundVictim {
  readonly victim: Victim
  readonly foundBy: FoundBy
  /** Hosts of which the same can be said, this one included. */
  readonly equals: number
}

/** The victim that a text names: an address, or address:port. Undefined when it names none. */
export function parseVictim(text: string): Victim | undefined {
  const [addressText = '', portText, ...rest] = text.split(':')
  const address = parseAddress(addressText)
  if (address === undefined || rest.length > 0) return undefined
  if (portText === undefined) return { address, port: undefined }
  const port = /^\d{1,5}$/.test(portText) ? Number(portText) : 0
  return port >= 1 && port <= PORT_MAX ? { address, port } : undefined
}

/** The victim of a recording; undefined when there is no segment in it. */
export function findVictim(recording: Recording): FoundVictim | undefined {
  const scan = new TraceScan(recording)
  const seen = new SeenFlows()
  const syns = new Tally()
  const synAcks = new Tally()
  const strays = new Tally()
  const asked = new Tally()
  const segments = new Tally()
  while (scan.next()) {
    const { destination, source } = scan
    segments.add(destination)
    const isFirst = seen.add(source, scan.sourcePort, destination, scan.destinationPort)
    const kind = scan.flags & (SYN | ACK | RST | FIN)
    if (kind === SYN) {
      syns.add(destination)
      asked.add(source)
    } else if (kind === (SYN | ACK)) {
      synAcks.add(destination)
    } else if (isFirst) {
      strays.add(destination)
    }
  }
  const unasked = (tally: Tally): Counted[] =>
    tally.largest(CANDIDATES).map(({ address, count }) => ({ address, count: count - asked.count(address) }))
  const flooded = most(syns.largest(), 'syn')
  const attacked = [most(unasked(synAcks), 'syn_ack'), most(unasked(strays), 'stray')].reduce(
    (best, next) => (next !== undefined && next.count > (best?.count ?? 0) ? next : best),
    flooded,
  )
  // Without a connection that was opened before one's eyes, every one is a stray.
  const isTold = flooded !== undefined || attacked?.found.foundBy === 'syn_ack'
  return (isTold ? attacked : most(segments.largest(), 'segment'))?.found
}

/** The first of those that have most; undefined when nobody has any. */
function most(counted: readonly Counted[], foundBy: FoundBy): { count: number; found: FoundVictim } | undefined {
  const count = counted.reduce((most, next) => Math.max(most, next.count), 0)
  const equals = counted.filter((each) => each.count === count)
  const [first] = equals
  if (count === 0 || first === undefined) return undefined
  const found = { victim: { address: first.address, port: undefined }, foundBy, equals: equals.length }
  return { count, found }
}

interface Counted {
  readonly address: number
  readonly count: number
}

/**
 * Counts by address in bounded memory (Misra and Gries, "Finding repeated elements", 1982): exact up to COUNTED_MAX
 * addresses; beyond that, any with more than one in COUNTED_MAX of all that is counted is still found, and its count is
 * too small by at most that share.
 */
class Tally {
  private readonly counts = new Map<number, number>()

  add(address: number): void {
    const { counts } = this
    const count = counts.get(address)
    if (count !== undefined) counts.set(address, count + 1)
    else if (counts.size < COUNTED_MAX) counts.set(address, 1)
    else this.thin()
  }

  count(address: number): number {
    return this.counts.get(address) ?? 0
  }

  /** The `n` with most, default all, largest first; those with equally many in the order in which they appeared. */
  largest(n: number = COUNTED_MAX): Counted[] {
    return [...this.counts]
      .map(([address, count]) => ({ address, count }))
      .sort((a, b) => b.count - a.count)
      .slice(0, n)
  }

  /** The new one, and one of each other, cancel out. */
  private thin(): void {
    for (const [address, count] of this.counts) {
      if (count === 1) this.counts.delete(address)
      else this.counts.set(address, count - 1)
    }
  }
}

/** Why the segment at which `scan` stands is none that was sent to `victim`; undefined when it is one. */
export function reasonNotFor(
  { destination, destinationPort, source }: TraceScan,
  victim: Victim,
): 'from_victim' | 'other_host' | 'other_port' | undefined {
  if (destination !== victim.address) return source === victim.address ? 'from_victim' : 'other_host'
  return victim.port === undefined || destinationPort === victim.port ? undefined : 'other_port'
}
