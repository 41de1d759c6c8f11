/**
 * A program of a differential run: what peers send and the application calls, step by step, as data. Printed, it is the
 * inbound half of a packetdrill script.
 */
import type { TcpOption } from '../packetdrill/language/ast.ts'
import { formatFlags, formatOption } from '../packetdrill/runner/notation.ts'

/** What happens; `wait` is the time since the step before, microseconds. */
export type Step = { readonly wait: number } & Action

export type Action =
  | PeerSegment
  | { readonly kind: 'icmp'; readonly peer: number; readonly type: number; readonly code: number; readonly seq: number }
  | { readonly kind: 'accept' }
  /** On the connection that was accepted as number `connection`, from 0; the only one, number 0, where there is no listener. */
  | { readonly kind: 'read' | 'write'; readonly connection: number; readonly length: number }
  /** `error` asks for SO_ERROR. */
  | { readonly kind: 'close' | 'shutdown' | 'linger' | 'error'; readonly connection: number }
  | { readonly kind: 'connect'; readonly connection: number; readonly peer: number }
  | { readonly kind: 'listen'; readonly backlog: number }
  | { readonly kind: 'close-listener' }

/** Numbers are relative, as scripts write them: the first byte of either stream is 1, and so is the stack's first timestamp. */
export interface PeerSegment {
  readonly kind: 'segment'
  readonly peer: number
  readonly flags: number
  readonly seq: number
  readonly length: number
  readonly ack: number
  readonly window: number
  readonly options: readonly TcpOption[]
}

export interface Program {
  /** Undefined where the program has one socket, which connects to peer 0. */
  readonly listener: ListenerSetup | undefined
  readonly sysctls: Readonly<Record<string, string>>
  readonly steps: readonly Step[]
}

export interface ListenerSetup {
  readonly backlog: number
  /** TCP_DEFER_ACCEPT, seconds; 0 for none. */
  readonly deferAccept: number
}

/** The first timestamp of the stack, as programs write it. */
export const FIRST_TIMESTAMP = 1000

/** Stands for the newest timestamp of the stack in what a peer echoes. Which that is, is known only when the program is played. */
export const NEWEST_TIMESTAMP = -1

/** The events before the first step. */
export function printSetup({ sysctls, listener }: Program): string[] {
  return [
    '--tcp_ts_ecr_scaled',
    `// ecr ${NEWEST_TIMESTAMP}: the newest timestamp of the stack`,
    ...Object.entries(sysctls).map(([name, value]) => `\`sysctl -q ${name}=${value}\``),
    '   0 socket(..., SOCK_STREAM|SOCK_NONBLOCK, IPPROTO_TCP) = 3',
    ...(listener === undefined ? [] : printListener(listener)),
  ]
}

function printListener({ backlog, deferAccept }: ListenerSetup): string[] {
  const defer = `  +0 setsockopt(3, IPPROTO_TCP, TCP_DEFER_ACCEPT, [${deferAccept}], 4) = 0`
  return ['  +0 bind(3, ..., ...) = 0', ...(deferAccept > 0 ? [defer] : []), `  +0 listen(3, ${backlog}) = 0`]
}

/** Step number `index` as a line of a script; `outcome` is what the call gave: a number, or the name of an error. */
export function printStep({ listener, steps }: Program, index: number, outcome: string): string {
  const step = steps[index]
  const result = /^\d*$/.test(outcome) ? outcome : `-1 ${outcome}`
  const time = `+${step.wait / 1e6}`
  const descriptor = 'connection' in step ? step.connection + (listener === undefined ? 3 : 4) : 3
  switch (step.kind) {
    case 'segment':
      return `${time} < ${printPeer(step.peer)}${printSegment(step)}`
    case 'icmp':
      return `${time} < ${printPeer(step.peer)}icmp type ${step.type} code ${step.code} [${step.seq}]`
    case 'accept':
    case 'connect':
      return `${time} ${step.kind}(${descriptor}, ..., ...) = ${result}`
    case 'read':
    case 'write':
      return `${time} ${step.kind}(${descriptor}, ..., ${step.length}) = ${result}`
    case 'close':
      return `${time} close(${descriptor}) = ${result}`
    case 'shutdown':
      return `${time} shutdown(${descriptor}, SHUT_WR) = ${result}`
    case 'linger':
      return `${time} setsockopt(${descriptor}, SOL_SOCKET, SO_LINGER, {onoff=1, linger=0}, 8) = ${result}`
    case 'error':
      return `${time} getsockopt(${descriptor}, SOL_SOCKET, SO_ERROR, [${outcome}], [4]) = 0`
    case 'listen':
      return `${time} listen(${descriptor}, ${step.backlog}) = ${result}`
    case 'close-listener':
      return `${time} close(${descriptor}) = ${result}`
  }
}

/** A peer as lines of scripts begin; that of the only socket has no number. */
export function printPeer(peer: number): string {
  return peer === 0 ? '' : `[peer ${peer}] `
}

function printSegment({ flags, seq, length, ack, window, options }: PeerSegment): string {
  const acknowledges = formatFlags(flags).includes('.') ? ` ack ${ack}` : ''
  const list = options.length === 0 ? '' : ` <${options.map(formatOption).join(',')}>`
  return `${formatFlags(flags)} ${seq}:${seq + length}(${length})${acknowledges} win ${window}${list}`
}
