/**
 * Packets in packetdrill's own notation, for messages: what a script expects and what the stack sent look the same.
 */
import { FLAG_LETTERS, type PacketAction, type TcpOption, type Time } from '../language/ast.ts'
import type { Packet } from './packet.ts'

/** Letters in the order in which people write them. */
const LETTER_ORDER = 'FSRPUEWA.'

export function formatFlags(flags: number): string {
  const letters = [...LETTER_ORDER].filter((letter) => (flags & FLAG_LETTERS[letter]) !== 0)
  return letters.length === 0 ? '-' : letters.join('')
}

export function formatOption(option: TcpOption): string {
  switch (option.kind) {
    case 'mss':
    case 'wscale':
      return `${option.kind} ${option.value}`
    case 'TS':
      return `TS val ${option.val} ecr ${option.ecr}`
    case 'sack':
      return `sack ${option.blocks.map(([left, right]) => `${left}:${right}`).join(' ')}`
    case 'md5':
    case 'FO':
    case 'FOEXP':
      return option.hex === '' ? option.kind : `${option.kind} ${option.hex}`
    case 'other':
      return `option ${option.number}${option.hex && ` ${option.hex}`}`
    default:
      return option.kind
  }
}

function formatOptions(options: readonly TcpOption[] | 'any'): string {
  if (options === 'any') return ' <...>'
  return options.length === 0 ? '' : ` <${options.map(formatOption).join(',')}>`
}

function formatRest(seq: number, length: number, ack: number | undefined, window: number | undefined): string {
  const end = (seq + length) % 0x1_0000_0000
  const ackPart = ack === undefined ? '' : ` ack ${ack}`
  return `${seq}:${end}(${length})${ackPart}${window === undefined ? '' : ` win ${window}`}`
}

/** The packet a script expects; `peer` is the one peer of a range that is meant. */
export function formatExpected(action: PacketAction, peer: number | undefined): string {
  const { flags, seq, length, ack, window, options } = action
  return `> ${formatPeer(peer)}${formatFlags(flags)} ${formatRest(seq, length, ack, window)}${formatOptions(options)}`
}

/** A packet that the stack sent, its numbers already in the terms of the script. */
export function formatActual(packet: Packet, peer: number | undefined): string {
  const ack = (packet.flags & FLAG_LETTERS['.']) === 0 ? undefined : packet.ack
  const rest = formatRest(packet.seq, packet.payload.length, ack, packet.window)
  return `> ${formatPeer(peer)}${formatFlags(packet.flags)} ${rest}${formatOptions(packet.options)}`
}

function formatPeer(peer: number | undefined): string {
  return peer === undefined ? '' : `[peer ${peer}] `
}

/** Microseconds as seconds. */
export function formatTime(usecs: number): string {
  return `${(usecs / 1e6).toFixed(6)} s`
}

/** The time of an event as scripts write it. */
export function formatEventTime(time: Time): string {
  const seconds = (usecs: number): string => String(usecs / 1e6)
  switch (time.kind) {
    case 'any':
      return '*'
    case 'at':
      return seconds(time.usecs)
    case 'after':
      return `+${seconds(time.usecs)}`
    case 'between': {
      const sign = time.relative ? '+' : ''
      return `${sign}${seconds(time.from)}~${sign}${seconds(time.to)}`
    }
  }
}
