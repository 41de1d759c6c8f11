/**
 * What became of a segment, in the words of a story: a drop reason says why it was not used, and a reader wants to know
 * what the receiver did then.
 */
import { DROP_REASON_NAMES, DropReason } from '../../tcpip/base/drop-reason.ts'

/** By the name of the drop reason; of the others, the name itself is what there is to say. */
const WORDS = new Map<string, string>([
  [nameOf(DropReason.NO_SOCKET), 'no such connection: answered with RST'],
  [nameOf(DropReason.LISTEN_STRAY_ACK), 'an ACK that belongs to no connection: answered with RST'],
  [nameOf(DropReason.SYN_IN_CONNECTION), 'a SYN in an open connection: challenged with an ACK'],
  [nameOf(DropReason.SYN_SENT_UNACCEPTABLE), 'an ACK without the SYN that SYN-SENT waits for: ignored'],
  [nameOf(DropReason.OUT_OF_WINDOW), 'outside the receive window: ignored'],
  [nameOf(DropReason.OUT_OF_ORDER), 'ahead of what is missing: kept until that comes'],
  [nameOf(DropReason.PAWS), 'its timestamp is too old: refused (PAWS)'],
  [nameOf(DropReason.TIME_WAIT), 'nothing new: answered with the last ACK'],
])

function nameOf(reason: DropReason): string {
  return DROP_REASON_NAMES[reason] ?? ''
}

/** Whether the receiver made use of the segment: there is nothing to add then. */
export function isUsed(fate: string): boolean {
  return fate === nameOf(DropReason.ACCEPTED)
}

/** A sighting's fate as the end of a line. */
export function describeFate(fate: string): string {
  return WORDS.get(fate) ?? fate.replaceAll('_', ' ')
}
