/** Counts the segments that opened a connection, and those that closed it, in what the tap has told of it. Pure. */
import type { TapSegment } from '../../../contract/stream.ts'
import type { Exchange } from '../handshake/exchange.ts'

export { type Exchange, withTapEvent } from '../handshake/exchange.ts'

/** Segments up to the one that made the server ESTABLISHED, without repeats. */
export function countHandshake({ steps }: Exchange): { readonly segments: number; readonly isEstablished: boolean } {
  let segments = 0
  for (const { segment, ends } of steps) {
    if (segment !== undefined && segment.isRepeat !== true) segments++
    if (ends.server.state === 'ESTABLISHED') return { segments, isEstablished: true }
  }
  return { segments, isEstablished: false }
}

/** Segments that carry a FIN, or that are the first to acknowledge one, without repeats. Closed: both FINs are acknowledged. */
export function countClose({ steps }: Exchange): { readonly segments: number; readonly isClosed: boolean } {
  /** The number that acknowledges the FIN of a direction; undefined before it was sent. */
  const fins: Partial<Record<TapSegment['direction'], number>> = {}
  const acknowledged = new Set<TapSegment['direction']>()
  let segments = 0
  for (const { segment } of steps) {
    if (segment === undefined || segment.isRepeat === true) continue
    const { direction, flags, seq, ack, payloadBytes } = segment
    const other = direction === 'to-server' ? 'to-client' : 'to-server'
    const isFin = flags.includes('FIN') && fins[direction] === undefined
    const isAck = flags.includes('ACK') && fins[other] === ack && !acknowledged.has(other)
    if (isFin) fins[direction] = (seq + payloadBytes + 1) >>> 0
    if (isAck) acknowledged.add(other)
    if (isFin || isAck) segments++
  }
  return { segments, isClosed: acknowledged.size === 2 }
}
