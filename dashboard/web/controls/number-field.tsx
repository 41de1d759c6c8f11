/**
 * A number that is sent when it is finished: on Enter, or when the field is left. While somebody types, what comes from the
 * lab does not disturb them; Escape brings the lab's value back.
 */
import { useEffect, useRef, useState } from 'preact/hooks'

interface NumberFieldProps {
  readonly id?: string
  readonly label?: string
  readonly value: number | undefined
  readonly min?: number | undefined
  readonly max?: number | undefined
  readonly isWhole?: boolean
  onSet(value: number): void
}

export function NumberField({ id, label, value, min, max, isWhole = false, onSet }: NumberFieldProps) {
  const shown = value === undefined ? '' : String(value)
  const [text, setText] = useState(shown)
  const isEditing = useRef(false)
  useEffect(() => {
    if (!isEditing.current) setText(shown)
  }, [shown])

  const commit = (): void => {
    isEditing.current = false
    const typed = Number(text)
    // The value that holds is shown until another is confirmed; a refused one would be asked for again at the next Enter.
    setText(shown)
    if (text.trim() !== '' && !Number.isNaN(typed) && typed !== value) onSet(typed)
  }
  return (
    <input
      {...(id === undefined ? {} : { id })}
      {...(label === undefined ? {} : { 'aria-label': label })}
      type="number"
      {...(min === undefined ? {} : { min })}
      {...(max === undefined ? {} : { max })}
      step={isWhole ? 1 : 'any'}
      value={text}
      onInput={(event) => {
        isEditing.current = true
        setText(event.currentTarget.value)
      }}
      onBlur={commit}
      onKeyDown={(event) => {
        if (event.key === 'Enter') commit()
        if (event.key === 'Escape') {
          isEditing.current = false
          setText(shown)
        }
      }}
    />
  )
}
