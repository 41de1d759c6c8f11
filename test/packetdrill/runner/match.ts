/**
 * Compares a packet that the stack sent with the line that expects it, field by field, as packetdrill does.
 */
import { FLAG_LETTERS, type PacketAction, type TcpOption, type Tos } from '../language/ast.ts'
import { formatFlags, formatOption } from './notation.ts'
import type { Packet } from './packet.ts'
import { firstWrongByte } from './pattern.ts'
import type { Settings } from './settings.ts'

const ECN_MASK = 0x03

/**
 * What is wrong with `actual`, whose numbers are the script's already; an empty list when nothing is. `ports` are those
 * that the line means, `streamOffset` is the position of the payload in the stack's stream, and `isRepeat` says that it was sent before.
 */
export function differences(
  expected: PacketAction,
  actual: Packet,
  ports: { readonly local: number; readonly remote: number },
  streamOffset: number,
  isRepeat: boolean,
  settings: Settings,
): string[] {
  const wrong: string[] = []
  const field = (name: string, want: number | string, got: number | string): void => {
    if (want !== got) wrong.push(`${name} is ${got}, expected ${want}`)
  }
  field('source port', ports.local, actual.sourcePort)
  field('destination port', ports.remote, actual.destinationPort)
  const ignored = isRepeat && !settings.comparesRepeatedPush ? FLAG_LETTERS.P : 0
  field('flags', formatFlags(expected.flags & ~ignored), formatFlags(actual.flags & ~ignored))
  field('sequence number', expected.seq, actual.seq)
  field('payload length', expected.length, actual.payload.length)
  // Without ACK flag the field is there all the same, and 0.
  field('acknowledgment number', expected.ack ?? 0, actual.ack)
  if (expected.window !== undefined) field('window', expected.window, actual.window)
  field('urgent pointer', expected.urgent ?? 0, actual.urgent)
  if (expected.ttl !== undefined) field('ttl', expected.ttl, actual.ttl)
  if (expected.tos !== undefined && !tosMatches(expected.tos, actual.tos)) wrong.push(`TOS byte is ${actual.tos}`)
  if (expected.options !== 'any') wrong.push(...optionDifferences(expected.options, actual.options, settings))
  if (wrong.length === 0) {
    const index = firstWrongByte(actual.payload, streamOffset)
    if (index >= 0)
      wrong.push(`payload byte ${index} is not the byte at position ${streamOffset + index} of the stream`)
  }
  return wrong
}

function tosMatches(expected: Tos, actual: number): boolean {
  if (expected.kind === 'tos') return actual === expected.byte
  const bits = actual & ECN_MASK
  return expected.kind === 'ecn' ? bits === expected.bits : bits === 1 || bits === 2
}

function optionDifferences(expected: readonly TcpOption[], actual: readonly TcpOption[], settings: Settings): string[] {
  const same =
    expected.length === actual.length && expected.every((option, i) => optionMatches(option, actual[i], settings))
  if (same) return []
  const list = (options: readonly TcpOption[]): string => `<${options.map(formatOption).join(',')}>`
  return [`options are ${list(actual)}, expected ${list(expected)}`]
}

function optionMatches(expected: TcpOption, actual: TcpOption, settings: Settings): boolean {
  if (expected.kind !== 'TS' || actual.kind !== 'TS') return formatOption(expected) === formatOption(actual)
  if (expected.ecr !== actual.ecr) return false
  const offBy = Math.abs((actual.val - expected.val) | 0) * settings.tsTickUsecs
  return settings.tsTickUsecs === 0 || offBy <= settings.toleranceUsecs
}
