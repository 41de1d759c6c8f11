/**
 * Why a connection over a bad network may be given up although both programs are orderly: what became of the repeats of one
 * end's oldest segment and of the answers to them, since that end last got on. Judges the give-up of a lost cause; whatever
 * it does not explain is a fault. Read first: RFC 9293 3.8.3, Linux tcp_write_timeout() and tcp_acceptable_seq().
 */
import type { Tcb } from '../../../tcpip/connection/tcb.ts'
import { RST, type Segment, segmentLength } from '../../../tcpip/wire/segment.ts'
import { seqAdd, seqDiff, seqLess } from '../../../tcpip/wire/seq.ts'

/** What may excuse an end that gives up. */
export type Excuse =
  | 'every repeat or its answer lost'
  | 'windows taken back on both sides'
  | 'window shut before one whose program has closed'

/** Least times that a segment goes out before its connection is given up: a SYN and its six repeats (tcp_syn_retries). */
const LEAST_TRIES = 7

export class ExchangeLedger {
  /** The end as it was after the last event, for when it is gone. */
  private sndUna = 0
  private sndNxt = 0
  private windowEnd = 0
  private lastAckSent = 0
  private isOrphan = false
  /** Since SND.UNA last moved: copies of the segment there that were sent, those that the network carried, and of these the answered. */
  private tries = 0
  private triesArrived = 0
  private triesAnswered = 0
  /** Answers: heard, with an old number that must be refused, and such as only say that the window is shut. */
  private answersHeard = 0
  private answersOld = 0
  private refusals = 0
  /** Where the answers end that arrived in this turn. */
  private readonly arrived: number[] = []

  /** Notes the end's state after an event. */
  observe(tcb: Tcb): void {
    if (tcb.sndUna !== this.sndUna) {
      this.tries = this.triesArrived = this.triesAnswered = 0
      this.answersHeard = this.answersOld = this.refusals = 0
    } else for (const end of this.arrived) seqLess(end, tcb.lastAckSent) ? this.answersOld++ : this.answersHeard++
    this.arrived.length = 0
    this.sndUna = tcb.sndUna
    this.sndNxt = tcb.sndNxt
    this.windowEnd = seqAdd(tcb.sndUna, tcb.sndWnd)
    this.lastAckSent = tcb.lastAckSent
    this.isOrphan = tcb.owner === undefined
  }

  /** The end has sent a segment. */
  onSent(segment: Segment, isLost: boolean): void {
    if (segment.seq !== this.sndUna || segmentLength(segment) === 0) return
    this.tries++
    if (!isLost) this.triesArrived++
  }

  /**
   * A segment leaves the peer for the end, or is lost at once. Returns whether it acknowledges more than the end knows, or
   * resets; a probe does neither, its number is old on purpose.
   */
  onComing(segment: Segment, peer: ExchangeLedger): boolean {
    const isReset = (segment.flags & RST) !== 0
    const acknowledges = isReset || seqLess(this.sndUna, segment.ack)
    const refuses = !isReset && segment.ack === this.sndUna && segment.window === 0
    const isProbe = segment.seq === seqAdd(peer.sndUna, -1)
    if (isProbe || !(acknowledges || refuses)) return false
    if (this.triesAnswered < this.triesArrived) this.triesAnswered++
    if (refuses) this.refusals++
    return acknowledges
  }

  /** One of those arrives; what it was to the end shows when the turn is over. */
  onAnswer(segment: Segment): void {
    const isReset = (segment.flags & RST) !== 0
    if (isReset || seqLess(this.sndUna, segment.ack)) this.arrived.push(seqAdd(segment.seq, segmentLength(segment)))
  }

  /**
   * The end has given up; undefined when nothing excuses it. Every try was lost, or its answer. Or what the answers said was
   * only that the window is shut, and no program is left that could wait for it (Linux tcp_retransmit_timer, SOCK_DEAD). Or
   * a middlebox has taken both windows back, while both ends had several segments in flight that arrived: each end's ACKs
   * and repeats carry numbers that the other has done with, so that neither ever hears what the other has.
   */
  excuse(peer: ExchangeLedger): Excuse | undefined {
    if (this.tries < LEAST_TRIES || this.answersHeard > 0 || this.triesAnswered < this.triesArrived) return undefined
    if (this.answersOld > 0)
      return this.isMute(peer) && peer.isMute(this) ? 'windows taken back on both sides' : undefined
    if (this.refusals === 0) return 'every repeat or its answer lost'
    return this.isOrphan ? 'window shut before one whose program has closed' : undefined
  }

  /** Whether the ACKs of this end carry a number that the peer has done with. */
  private isMute(peer: ExchangeLedger): boolean {
    return seqLess(this.windowEnd, this.sndNxt) && seqLess(this.windowEnd, peer.lastAckSent)
  }

  /** For the message of a failure. */
  describe(): string {
    const { tries, triesArrived, triesAnswered, answersHeard, answersOld, refusals, isOrphan } = this
    const inFlight = seqDiff(this.sndNxt, this.sndUna)
    return JSON.stringify({
      inFlight,
      tries,
      triesArrived,
      triesAnswered,
      answersHeard,
      answersOld,
      refusals,
      isOrphan,
    })
  }
}
