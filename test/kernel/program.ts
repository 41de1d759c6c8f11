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
  /** On the connection that was accepted as number `connection`, from 0. */
  | { readonly kind: 'read' | 'write'; readonly connection: number; readonly length: number }
  | { readonly kind: 'close' | 'shutdown' | 'linger'; readonly connection: number }
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
  readonly backlog: number
  readonly sysctls: Readonly<Record<string, string>>
  /** TCP_DEFER_ACCEPT, seconds; 0 for none. */
  readonly deferAccept: number
  readonly steps: readonly Step[]
}

/** The first timestamp of the stack, as programs write it. */
export const FIRST_TIMESTAMP = 1000

/** The events before the first step. */
export function printSetup({ sysctls, backlog, deferAccept }: Program): string[] {
  const settings = Object.entries(sysctls).map(([name, value]) => `\`sysctl -q ${name}=${value}\``)
  const defer = `  +0 setsockopt(3, IPPROTO_TCP, TCP_DEFER_ACCEPT, [${deferAccept}], 4) = 0`
  return [
    '--tcp_ts_ecr_scaled',
    ...settings,
    '   0 socket(..., SOCK_STREAM|SOCK_NONBLOCK, IPPROTO_TCP) = 3',
    '  +0 bind(3, ..., ...) = 0',
    ...(deferAccept > 0 ? [defer] : []),
    `  +0 listen(3, ${backlog}) = 0`,
  ]
}

/** A step as a line of a script; `outcome` is what the call gave: a number, or the name of an error. */
export function printStep(step: Step, outcome: string): string {
  const result = /^\d*$/.test(outcome) ? outcome : `-1 ${outcome}`
  const time = `+${step.wait / 1e6}`
  switch (step.kind) {
    case 'segment':
      return `${time} < [peer ${step.peer}] ${printSegment(step)}`
    case 'icmp':
      return `${time} < [peer ${step.peer}] icmp type ${step.type} code ${step.code} [${step.seq}]`
    case 'accept':
      return `${time} accept(3, ..., ...) = ${result}`
    case 'read':
    case 'write':
      return `${time} ${step.kind}(${step.connection + 4}, ..., ${step.length}) = ${result}`
    case 'close':
      return `${time} close(${step.connection + 4}) = ${result}`
    case 'shutdown':
      return `${time} shutdown(${step.connection + 4}, SHUT_WR) = ${result}`
    case 'linger':
      return `${time} setsockopt(${step.connection + 4}, SOL_SOCKET, SO_LINGER, {onoff=1, linger=0}, 8) = ${result}`
    case 'listen':
      return `${time} listen(3, ${step.backlog}) = ${result}`
    case 'close-listener':
      return `${time} close(3) = ${result}`
  }
}

function printSegment({ flags, seq, length, ack, window, options }: PeerSegment): string {
  const acknowledges = formatFlags(flags).includes('.') ? ` ack ${ack}` : ''
  const list = options.length === 0 ? '' : ` <${options.map(formatOption).join(',')}>`
  return `${formatFlags(flags)} ${seq}:${seq + length}(${length})${acknowledges} win ${window}${list}`
}
