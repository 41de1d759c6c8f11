/** A queue frame of the stream, decoded: who holds how many places. */
import { type Cell, decodeCell, decodePlace, HONEST } from '../../../server/app/slot-frame.ts'
import type { QueueFrame } from '../../contract/stream.ts'

export type DecodedFrame =
  | { readonly kind: 'places'; readonly places: Uint8Array }
  | { readonly kind: 'density'; readonly cells: readonly Cell[]; readonly placesPerCell: number }

export interface Holders {
  readonly honest: number
  readonly hostile: number
}

export function decodeFrame(frame: QueueFrame): DecodedFrame {
  if (frame.kind === 'places') return { kind: 'places', places: fromBase64(frame.places) }
  const counts = fromBase64(frame.counts)
  const cells = Array.from({ length: frame.cells }, (_, i) => decodeCell(counts, i))
  return { kind: 'density', cells, placesPerCell: frame.placesPerCell }
}

export function countHolders(frame: DecodedFrame): Holders {
  let honest = 0
  let hostile = 0
  if (frame.kind === 'density') {
    for (const cell of frame.cells) {
      honest += cell.honest
      hostile += cell.hostile
    }
    return { honest, hostile }
  }
  for (const byte of frame.places) {
    const place = decodePlace(byte)
    if (place === undefined) continue
    if (place.holder === HONEST) honest++
    else hostile++
  }
  return { honest, hostile }
}

function fromBase64(text: string): Uint8Array {
  const characters = atob(text)
  const bytes = new Uint8Array(characters.length)
  for (let i = 0; i < bytes.length; i++) bytes[i] = characters.charCodeAt(i)
  return bytes
}
