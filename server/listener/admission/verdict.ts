/**
 * How a listener decides on a new SYN: stages, one after the other, of which the first that has an opinion gives the
 * verdict. Verdicts are values; what they say is done by listener.ts. To ignore a SYN is to drop it with a
 * reason, too. An order of stages is written as `first(...) || second(...) || TAKE`: `NEXT` is the one verdict that is
 * falsy.
 */
import type { DropReason } from '../../../tcpip/base/drop-reason.ts'
import type { Segment } from '../../../tcpip/wire/segment.ts'
import type { ListenerCore } from '../core.ts'

/** No opinion: the next stage decides. */
export const NEXT = 0
/** An entry is stored and answered. */
export const TAKE = -1
/** Answered with a cookie; nothing is stored. */
export const COOKIE = -2
/** Stored in the place of another entry, the victim, which is forgotten without a word. */
export const EVICT = -3

/** Why a SYN is dropped. Whoever drops it has counted it. */
type Drop = Exclude<DropReason, typeof DropReason.ACCEPTED>

/** What a stage says. */
export type Opinion = typeof NEXT | Verdict

export type Verdict = typeof TAKE | typeof COOKIE | typeof EVICT | Drop

/** What the stages tell one another about the SYN that is being decided on; one record serves all SYNs of a listener. */
export interface NewSyn {
  /** It ends a TIME-WAIT, which has chosen its ISN: the SYN queue's limits are not for it (Linux `isn`). */
  isReopening: boolean
  /** The host's keyed hash of its 4-tuple. */
  flowHash: number
  /** There is no place for it but in a cookie (Linux `want_cookie`). */
  wantsCookie: boolean
  /** The entry that makes room for it, where the verdict is `EVICT`. */
  victim: number
}

/** An order of stages. `now` is microseconds. */
export type Admission = (core: ListenerCore, syn: Segment, state: NewSyn, now: number) => Verdict
