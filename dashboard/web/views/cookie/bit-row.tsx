/** Bits of a number as cells, the highest first; buttons where they can be flipped. */
import { useText } from '../../app/lab-context.ts'
import { bitOf } from './bits.ts'
import { COOKIE } from './strings.ts'

interface BitRowProps {
  readonly label: string
  readonly note?: string
  readonly value: number
  readonly bits: number
  /** Bits that are not as they were. */
  readonly changed?: number
  readonly onFlip?: (place: number) => void
}

export function BitRow({ label, note, value, bits, changed = 0, onFlip }: BitRowProps) {
  const text = useText(COOKIE)
  const places = Array.from({ length: bits }, (_, i) => bits - 1 - i)
  return (
    <div class="bit-row">
      <p>
        <strong>{label}</strong> {note !== undefined && <span class="quiet">{note}</span>}
      </p>
      <div class={onFlip === undefined ? 'bits' : 'bits buttons'}>
        {places.map((place) => {
          const bit = bitOf(value, place)
          const name = `bit${bit === 1 ? ' one' : ''}${bitOf(changed, place) === 1 ? ' changed' : ''}`
          return onFlip === undefined ? (
            <span key={place} class={name}>
              {bit}
            </span>
          ) : (
            <button
              key={place}
              type="button"
              class={name}
              aria-label={text.bit(String(place), String(bit))}
              onClick={() => onFlip(place)}
            >
              {bit}
            </button>
          )
        })}
      </div>
    </div>
  )
}
