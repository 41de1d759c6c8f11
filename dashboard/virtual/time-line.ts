/**
 * The moments of a run that can be gone back to: mementos, closer together the younger they are. Going anywhere is
 * restoring the last memento before it and playing on from there.
 */
import { Memento } from '../../lab/world/memento.ts'

/** Mementos kept at a time; their unchanged pages are shared. */
const KEPT_MAX = 48

/** Bytes of pages that the kept ones have of their own, at most: the further apart they are, the less they share. */
const KEPT_BYTES_MAX = 32 * 1_048_576

/** So few are kept, however large they are. */
const KEPT_MIN = 6

interface Moment {
  /** Microseconds of virtual time. */
  readonly at: number
  readonly memento: Memento
}

export class TimeLine {
  private readonly root: object
  /** In the order of their times; the first one is the beginning. */
  private moments: Moment[]

  /** `root`: everything that plays, at its beginning, `at` microseconds. It must not hold the time line. */
  constructor(root: object, at: number) {
    this.root = root
    this.moments = [{ at, memento: new Memento(root) }]
  }

  /** When the last memento was taken, microseconds. */
  get last(): number {
    return this.lastMoment().at
  }

  /** Remembers the present moment, which is `at`, microseconds: not before the last one. */
  remember(at: number): void {
    this.moments.push({ at, memento: new Memento(this.root, this.lastMoment().memento) })
    if (this.moments.length > KEPT_MAX || (this.moments.length > KEPT_MIN && this.bytes > KEPT_BYTES_MAX)) this.thin()
  }

  /** Restores the last moment that is not after `at`, and forgets those after it. Returns when it is, microseconds. */
  restore(at: number): number {
    let last = this.moments.length - 1
    while (last > 0 && (this.moments[last] as Moment).at > at) last--
    this.moments = this.moments.slice(0, last + 1)
    const moment = this.lastMoment()
    moment.memento.restore()
    return moment.at
  }

  /** But for the first, which is the whole world. */
  private get bytes(): number {
    return this.moments.slice(1).reduce((sum, { memento }) => sum + memento.ownBytes, 0)
  }

  private lastMoment(): Moment {
    return this.moments[this.moments.length - 1] as Moment
  }

  /** Forgets every other memento of the older half, but never the beginning. */
  private thin(): void {
    const half = this.moments.length >> 1
    this.moments = this.moments.filter((_, index) => index === 0 || index > half || index % 2 === 0)
  }
}
