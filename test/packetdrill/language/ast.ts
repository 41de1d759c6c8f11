/**
 * A packetdrill script as data: what the parser makes and the runner executes. Times are microseconds.
 */

/** When an event happens, or a packet is expected. Relative times count from the end of the event before. */
export type Time =
  | { readonly kind: 'at'; readonly usecs: number }
  | { readonly kind: 'after'; readonly usecs: number }
  | { readonly kind: 'between'; readonly from: number; readonly to: number; readonly relative: boolean }
  | { readonly kind: 'any' }

export type TcpOption =
  | { readonly kind: 'nop' | 'eol' | 'sackOK' }
  | { readonly kind: 'mss' | 'wscale'; readonly value: number }
  | { readonly kind: 'TS'; readonly val: number; readonly ecr: number }
  | { readonly kind: 'sack'; readonly blocks: readonly (readonly [left: number, right: number])[] }
  /** MD5 digest and Fast Open cookie, in hexadecimal. */
  | { readonly kind: 'md5' | 'FO' | 'FOEXP'; readonly hex: string }
  /** An option of a packet from the stack that has no notation. */
  | { readonly kind: 'other'; readonly number: number; readonly hex: string }

/** IP-level properties: the TOS byte or its ECN bits. `ect01` is either of the two ECT codepoints. */
export type Tos =
  | { readonly kind: 'ecn'; readonly bits: number }
  | { readonly kind: 'ect01' }
  | { readonly kind: 'tos'; readonly byte: number }

/** Peers `first` to `last` each send, or are each sent, the packet (an extension: see README.md). */
export interface PeerRange {
  readonly first: number
  readonly last: number
  /** Port of theirs, 0 for the usual one. */
  readonly port: number
}

export interface PacketAction {
  readonly kind: 'packet'
  /** `<` injects, `>` expects. */
  readonly direction: 'inbound' | 'outbound'
  readonly peers: PeerRange | undefined
  readonly tos: Tos | undefined
  readonly ttl: number | undefined
  /** Ports in place of the connection's own, 0 for unchanged. */
  readonly sourcePort: number
  readonly destinationPort: number
  /** Control bits as `FLAG_LETTERS` numbers them. */
  readonly flags: number
  readonly seq: number
  readonly length: number
  readonly ack: number | undefined
  readonly window: number | undefined
  readonly urgent: number | undefined
  /** `any` is `<...>`. */
  readonly options: readonly TcpOption[] | 'any'
}

/** An ICMP error about a segment that the stack sent. */
export interface IcmpAction {
  readonly kind: 'icmp'
  readonly direction: 'inbound' | 'outbound'
  readonly peers: PeerRange | undefined
  readonly type: number
  readonly code: number
  /** Of frag_needed, 0 otherwise. */
  readonly mtu: number
  /** Sequence number of the segment that the error is about. */
  readonly seq: number
}

export type Expression =
  | { readonly kind: 'ellipsis' }
  | { readonly kind: 'integer'; readonly value: number }
  | { readonly kind: 'word'; readonly name: string }
  | { readonly kind: 'string'; readonly text: string }
  /** `A|B|...` */
  | { readonly kind: 'or'; readonly terms: readonly Expression[] }
  /** `[a, b]` */
  | { readonly kind: 'list'; readonly items: readonly Expression[] }
  /** `{name = value, ...}`; a field without name has its position as name. */
  | { readonly kind: 'struct'; readonly fields: ReadonlyMap<string, Expression> }
  /** `htons(8080)`, `inet_addr("1.2.3.4")` */
  | { readonly kind: 'call'; readonly name: string; readonly argument: Expression }

export interface SyscallAction {
  readonly kind: 'syscall'
  readonly name: string
  readonly args: readonly Expression[]
  readonly result: Expression
  /** Name of the expected error, for results of -1. */
  readonly errno: string | undefined
  /** For a call that blocks: when it returns, in the same terms as the event's own time. */
  readonly endUsecs: number | undefined
}

export interface CommandAction {
  readonly kind: 'command'
  readonly text: string
}

export interface CodeAction {
  readonly kind: 'code'
  readonly text: string
}

export type Action = PacketAction | IcmpAction | SyscallAction | CommandAction | CodeAction

export interface ScriptEvent {
  readonly line: number
  readonly time: Time
  readonly action: Action
}

export interface ScriptOption {
  readonly line: number
  readonly name: string
  readonly value: string | undefined
}

export interface ScriptCommand {
  readonly line: number
  readonly text: string
}

export interface Script {
  readonly options: readonly ScriptOption[]
  /** Shell commands before the first event and after the last. */
  readonly setup: readonly ScriptCommand[]
  readonly events: readonly ScriptEvent[]
  readonly cleanup: readonly ScriptCommand[]
}

/** Control bits by letter: the TCP header's, with `.` for ACK, `W` or `C` for CWR and `A` for AE (bit 8). */
export const FLAG_LETTERS: Readonly<Record<string, number>> = {
  F: 0x01,
  S: 0x02,
  R: 0x04,
  P: 0x08,
  '.': 0x10,
  U: 0x20,
  E: 0x40,
  W: 0x80,
  C: 0x80,
  A: 0x100,
}
