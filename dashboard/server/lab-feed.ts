/**
 * The whole lab as one stream of messages: the server and every attacker, joined. It hears what happens at all times; the
 * rest only while somebody looks.
 */
import type { AttackerEvents } from '../../attacker/contract.ts'
import type { ServerEvents } from '../../server/contract.ts'
import { epochMilliseconds, monotonicMicroseconds } from '../../tcpip/io/monotonic-clock.ts'
import type { AttackerId, Mark, PresenceMessage, StreamMessage } from '../contract/stream.ts'
import { type AttackerPlace, findAttackers } from './attacker-names.ts'
import { MarkLog } from './mark-log.ts'
import { ATTACKER_LOUD, ATTACKER_QUIET, attackerMessage, SERVER_LOUD, SERVER_QUIET, serverMessage } from './messages.ts'
import { ProcessFeed } from './process-feed.ts'
import { TapEnds } from './tap-ends.ts'

/** Between two look-ups of the attackers' names, milliseconds. */
const NAMES_INTERVAL_MS = 2_000

type Who = PresenceMessage['who']

export interface LabFeedOptions {
  readonly serverUrl: URL
  readonly attackerUrls: readonly URL[]
  readonly tell: (message: StreamMessage) => void
}

export class LabFeed {
  private readonly options: LabFeedOptions
  private readonly marks = new MarkLog()
  private readonly tapEnds: TapEnds
  private readonly server: ProcessFeed<ServerEvents>
  /** In the order of their URLs. */
  private attackers = new Map<AttackerId, { readonly url: string; readonly feed: ProcessFeed<AttackerEvents> }>()
  private readonly timer: NodeJS.Timeout
  private isLooking = false
  private isClosed = false

  constructor(options: LabFeedOptions) {
    this.options = options
    const { serverUrl, tell } = options
    this.tapEnds = new TapEnds(
      () => this.attackerPlaces(),
      (event) => tell({ type: 'tap', event }),
    )
    this.server = new ProcessFeed<ServerEvents>({
      url: serverUrl.origin,
      quiet: SERVER_QUIET,
      loud: SERVER_LOUD,
      onEvent: (event) => {
        if (event.event === 'tap') this.tapEnds.onServer(event.data)
        else this.tell(serverMessage(event))
      },
      onPresence: (isThere, detail) => this.tellPresence('server', isThere, detail),
      onGap: (from, to) => tell({ type: 'gap', at: to, from, to, who: 'server' }),
    })
    void this.findAttackers()
    this.timer = setInterval(() => void this.findAttackers(), NAMES_INTERVAL_MS)
    this.timer.unref()
  }

  /** Somebody begins to look, or nobody does any more. */
  look(isLooking: boolean): void {
    this.isLooking = isLooking
    this.server.look(isLooking)
    for (const { feed } of this.attackers.values()) feed.look(isLooking)
  }

  /** Marks of the last ten minutes, oldest first. */
  recentMarks(): readonly Mark[] {
    return this.marks.recent(now())
  }

  /** Which processes are there. */
  presence(): PresenceMessage[] {
    const at = now()
    const all: [Who, ProcessFeed<ServerEvents> | ProcessFeed<AttackerEvents>][] = [['server', this.server]]
    for (const [id, { feed }] of this.attackers) all.push([id, feed])
    return all.map(([who, feed]) => ({ type: 'presence', at, who, ...feed.presence }))
  }

  /** The attackers that are known, there or not, the first one first. */
  attackerPlaces(): AttackerPlace[] {
    return [...this.attackers].map(([id, { url }]) => ({ id, url }))
  }

  close(): void {
    this.isClosed = true
    clearInterval(this.timer)
    this.server.close()
    for (const { feed } of this.attackers.values()) feed.close()
  }

  private async findAttackers(): Promise<void> {
    const places = await findAttackers(this.options.attackerUrls)
    if (this.isClosed) return
    const known = this.attackers
    const found = new Map(places.map((place) => [place.id, known.get(place.id) ?? this.openAttacker(place)]))
    for (const [id, attacker] of known) {
      if (found.has(id)) continue
      // One whose name is gone stays as long as it answers: names fail, too.
      if (attacker.feed.presence.isThere) found.set(id, attacker)
      else attacker.feed.close()
    }
    this.attackers = found
  }

  private openAttacker({ id, url }: AttackerPlace): { url: string; feed: ProcessFeed<AttackerEvents> } {
    const feed = new ProcessFeed<AttackerEvents>({
      url,
      quiet: ATTACKER_QUIET,
      loud: ATTACKER_LOUD,
      onEvent: (event) => {
        if (event.event === 'end') this.tapEnds.onClient(event.data)
        else this.tell(attackerMessage(id, event))
      },
      onPresence: (isThere, detail) => this.tellPresence(id, isThere, detail),
      onGap: (from, to) => this.options.tell({ type: 'gap', at: to, from, to, who: id }),
    })
    feed.look(this.isLooking)
    return { url, feed }
  }

  private tell(message: StreamMessage | undefined): void {
    if (message === undefined) return
    if (message.type === 'mark') this.marks.add(message.mark)
    this.options.tell(message)
  }

  private tellPresence(who: Who, isThere: boolean, detail: string): void {
    const at = now()
    this.tell({ type: 'presence', at, who, isThere, detail })
    this.tell({ type: 'mark', mark: { at, kind: 'presence', who, isThere } })
  }
}

/** Milliseconds since the epoch, on the clock of the processes. */
function now(): number {
  return epochMilliseconds(monotonicMicroseconds())
}
