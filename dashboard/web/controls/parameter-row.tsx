/** One parameter of an attack, as its kind's catalogue describes it. */
import { useId } from 'preact/hooks'
import type { AttackKindEntry } from '../../../attacker/traffic/attack-catalogue.ts'
import { useText } from '../app/lab-context.ts'
import type { AttackParameter } from './catalogue-words.ts'
import { NumberField } from './number-field.tsx'
import { CONTROLS } from './strings.ts'

interface ParameterRowProps {
  readonly name: string
  readonly parameter: AttackKindEntry['parameters'][string]
  /** What was chosen; undefined for the default. */
  readonly value: unknown
  onSet(value: unknown): void
}

export function ParameterRow({ name, parameter, value, onSet }: ParameterRowProps) {
  const text = useText(CONTROLS)
  const id = useId()
  const label = text.parameters[name as AttackParameter] ?? name
  return (
    <div class="row" title={parameter.about}>
      <label for={id}>{label}</label>
      <Field id={id} parameter={parameter} value={value} onSet={onSet} />
    </div>
  )
}

function Field({ id, parameter, value, onSet }: Omit<ParameterRowProps, 'name'> & { id: string }) {
  switch (parameter.type) {
    case 'choice':
      return (
        <select
          id={id}
          value={String(value ?? parameter.default)}
          onChange={(event) => onSet(event.currentTarget.value)}
        >
          {parameter.choices.map((choice) => (
            <option key={choice} value={choice}>
              {choice}
            </option>
          ))}
        </select>
      )
    case 'number':
    case 'integer':
      return (
        <NumberField
          id={id}
          value={Number(value ?? parameter.default)}
          min={parameter.min}
          max={parameter.max}
          isWhole={parameter.type === 'integer'}
          onSet={onSet}
        />
      )
    default:
      return (
        <input
          id={id}
          type="text"
          value={String(value ?? ('default' in parameter ? parameter.default : ''))}
          onChange={(event) => onSet(event.currentTarget.value)}
        />
      )
  }
}
