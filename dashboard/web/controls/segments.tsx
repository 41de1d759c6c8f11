/** A choice among a few values, as a group of radio buttons that look like one. */
import { useId } from 'preact/hooks'

interface SegmentsProps<Value extends string | number | boolean> {
  readonly label: string
  readonly values: readonly Value[]
  /** What is confirmed; undefined while nothing is known. */
  readonly value: Value | undefined
  name(value: Value): string
  onChoose(value: Value): void
}

export function Segments<Value extends string | number | boolean>(props: SegmentsProps<Value>) {
  const { label, values, value, name, onChoose } = props
  const group = useId()
  return (
    <fieldset class="segments">
      <legend class="unseen">{label}</legend>
      {values.map((candidate) => (
        <label key={String(candidate)}>
          <input
            type="radio"
            name={group}
            checked={candidate === value}
            onChange={(event) => {
              // The lab decides: the button goes back until it has confirmed.
              event.currentTarget.checked = candidate === value
              onChoose(candidate)
            }}
          />
          {name(candidate)}
        </label>
      ))}
    </fieldset>
  )
}
