/**
 * What is told of one connection that is being followed, segment by segment. Types only.
 */
import type { EndView } from '../../tcpip/host/end-view.ts'

export interface TapRequest {
  /** The next connection of an honest client, the next one of an attack, or one that is named. */
  readonly follow: 'honest' | 'hostile' | { readonly peer: string }
}

export type TapEvent = { readonly at: number; readonly tap: number } & (
  | { readonly kind: 'started'; readonly client: string; readonly server: string; readonly isHonest: boolean }
  | { readonly kind: 'segment'; readonly segment: TapSegment; readonly ends: TapEnds }
  /** A state or a timer changed without a segment. */
  | { readonly kind: 'ends'; readonly ends: TapEnds }
  | { readonly kind: 'ended'; readonly reason: 'closed' | 'idle' | 'replaced' | 'stopped' | 'limit' }
)

/** A segment as it passed the server's link. Numbers as on the wire, unsigned. */
export interface TapSegment {
  readonly direction: 'to-server' | 'to-client'
  /** In the order of RFC 9293's letters: any of CWR ECE URG ACK PSH RST SYN FIN. */
  readonly flags: readonly string[]
  readonly seq: number
  readonly ack: number
  readonly window: number
  readonly payloadBytes: number
  readonly options: {
    readonly mss?: number
    readonly windowScale?: number
    readonly sackPermitted?: true
    readonly timestamps?: readonly [value: number, echo: number]
    readonly sack?: readonly (readonly [number, number])[]
  }
  /** The number of a SYN,ACK is a SYN cookie. */
  readonly isCookie?: true
  /** The same segment was seen before. */
  readonly isRepeat?: true
  /** Why the server dropped it, by the name of the metric; absent when it was taken. */
  readonly dropped?: string
}

/** What both ends think: the client's only as far as it is known, and it has none if nobody has its address. */
export interface TapEnds {
  readonly client?: TapEnd
  readonly server: TapEnd
}

/** One end as it is now. */
export type TapEnd = EndView
