/**
 * What the server's control API says, as types: its state, configuration, sockets and events as they look in JSON. The
 * server makes them, clients and the page read them; no code of Node is behind this file.
 */
import type { Stamped } from '../control/stamped.ts'
import type { PeerChange } from '../tcpip/udp-link/hub-sessions.ts'
import type { ServerConfig } from './app/server-config.ts'
import type { SlotFrame } from './app/slot-frame.ts'
import type { TransitionCounts } from './app/socket-transitions.ts'
import type { TapEvent } from './app/tap-event.ts'
import type { KnobView } from './knobs/knob-catalogue.ts'
import type { CookieVerdict } from './listener/cookie-anatomy.ts'

export type { ServerConfig } from './app/server-config.ts'
export type { SocketList, SocketRow, SocketTimer, StateSummary } from './app/socket-rows.ts'
export type { SocketState } from './app/socket-state.ts'
export type { TapEnd, TapEnds, TapEvent, TapRequest, TapSegment } from './app/tap-event.ts'
export type { KnobGroup, KnobName, KnobView } from './knobs/knob-catalogue.ts'

/** Answer of GET /api/state, and what a `snapshot` event carries. */
export interface ServerState {
  readonly pid: number
  readonly uptimeSeconds: number
  /** Processor time of the process since it began, of all threads, user and system, seconds; null where there is no process. */
  readonly cpuSeconds: number | null
  /** Where the simulated server listens, inside the lab's packets. */
  readonly address: string
  readonly port: number
  readonly config: ServerConfig
  /** A queue is full when it is longer than its limit. `young`: half-open entries that never timed out. */
  readonly synQueue: {
    readonly length: number
    readonly young: number
    readonly limit: number
    readonly bytes: number
  }
  readonly acceptQueue: { readonly length: number; readonly limit: number }
  /** Connections by state, `syn_recv` being the half-open ones. */
  readonly connections: Readonly<Record<string, number>>
  /** Sockets that went from one state to another, by the state they left and the one they entered. */
  readonly transitions: TransitionCounts
  readonly counters: Readonly<Record<string, number>>
  /** in = accepted + the sum of `drops`. */
  readonly packets: { readonly in: number; readonly accepted: number; readonly out: number }
  readonly drops: Readonly<Record<string, number>>
  readonly link: LinkState
}

export interface LinkState {
  /** Where the UDP link is bound. */
  readonly address: string
  readonly port: number
  readonly peers: readonly LinkPeer[]
  /** Datagrams that arrived and packets either way, by what became of them. */
  readonly datagramsIn: Readonly<Record<string, number>>
  readonly packetsIn: Readonly<Record<string, number>>
  readonly packetsOut: Readonly<Record<string, number>>
  /** Packets that a peer sent and that have not arrived: lost between two sockets. */
  readonly packetsMissing: number
}

/** A process on the other end of the link. */
export interface LinkPeer {
  readonly address: string
  readonly port: number
  /** The sources it may use, as `a.b.c.d/n`. */
  readonly prefixes: readonly string[]
  readonly packetsIn: number
  readonly packetsOut: number
  /** Packets that it sent and that never arrived. */
  readonly packetsMissing: number
}

/** Body of POST /api/cookie. */
export interface CookieRequest {
  /** An unsigned 32-bit number to judge in place of the real cookie. */
  readonly cookie?: number
}

/**
 * One SYN cookie of this server, and what the server would say to the ACK that brings it back (Linux secure_tcp_syn_cookie(),
 * check_tcp_syn_cookie()). cookie = hash1 + clientIsn + count * 2^24 + ((hash2 + mssIndex) mod 2^24), all mod 2^32. It is
 * one that was sent, at most a second older than the last one; before the first, one for a client that might come.
 */
export interface CookieAnatomy {
  readonly at: number
  /** It was really sent, at `sentAt`. */
  readonly wasSent: boolean
  readonly sentAt: number
  /** Address and port. */
  readonly client: string
  readonly server: string
  /** The number that is judged. */
  readonly cookie: number
  /** The one that the server made for this SYN. */
  readonly real: number
  readonly clientIsn: number
  readonly hash1: number
  /** Of 24 bits. */
  readonly hash2: number
  /** Steps of 60 s that the server counts, the low 8 bits of which a cookie carries. */
  readonly count: number
  readonly mssIndex: number
  readonly mssTable: readonly number[]
  /** What the timestamp carries; absent when the SYN had none, and then only the MSS survives. */
  readonly timestamp?: {
    /** TSval, the connection's offset taken off: the options are its low 6 bits. */
    readonly value: number
    /** -1 for no scaling. */
    readonly windowScale: number
    readonly sack: boolean
  }
  /** When the server stops taking the real one; null when it takes none, because it has sent none lately. */
  readonly expiresAt: number | null
  readonly verdict: CookieVerdict & {
    /** The MIB counter that such an ACK moves, or, for `gate`, the reason under which it is dropped. */
    readonly counter: string
  }
}

/** Answer of GET /api/knobs. */
export interface Knobs {
  readonly knobs: readonly KnobView[]
}

/** What the engine tells by itself, by name. */
export type ServerEngineEvents = {
  /** The configuration was changed; `changed` names the keys. */
  config: {
    readonly config: ServerConfig
    readonly before: ServerConfig
    readonly changed: readonly (keyof ServerConfig)[]
  }
  /** A queue became full, or has been well below its limit for a second. */
  threshold: {
    readonly queue: 'syn_queue' | 'accept_queue'
    readonly isFull: boolean
    readonly length: number
    readonly limit: number
  }
  /** The kernel would now log `line`: once in a listener's life. */
  flood: { readonly sendingCookies: boolean; readonly line: string }
  /** A process joined the link, or left it. */
  peer: { readonly change: PeerChange; readonly peer: LinkPeer }
  /** Everything was thrown away and started anew. */
  reset: { readonly config: ServerConfig }
  /** Something has happened on the connection that is being followed. Told to those alone who ask for it. */
  tap: TapEvent
}

/** One queue at one moment, as server/app/slot-frame.ts encodes it, bytes in base64. */
export type QueueFrame = SlotFrame<string>

/**
 * Events of GET /api/events by name, with what each carries. `slots` and `tap` are told to those alone who ask for
 * them by `?events=`.
 */
export type ServerEvents = Stamped<
  ServerEngineEvents & {
    /** The whole state: first of all, and twice a second. */
    snapshot: ServerState
    /** Both queues place by place, ten times a second; rarer when they are very long. */
    slots: { readonly syn: QueueFrame; readonly accept: QueueFrame }
  }
>
