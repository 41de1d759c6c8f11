/** One knob of the server: its name, what it stands for in Linux, and the value that the server confirmed. */
import { useId } from 'preact/hooks'
import type { Knob, ServerConfig } from '../../contract/server.ts'
import { useLab, useText } from '../app/lab-context.ts'
import { Asked } from './asked.tsx'
import { NumberField } from './number-field.tsx'
import { Segments } from './segments.tsx'
import type { ControlsText } from './strings.en.ts'
import { CONTROLS } from './strings.ts'

/** A range of so few values is a choice. */
const CHOICES_MAX = 3

type KnobValue = number | boolean | string

export function KnobRow({ knob }: { knob: Knob }) {
  const { source, store, asks } = useLab()
  const text = useText(CONTROLS)
  const id = useId()
  const name = knob.name as keyof ServerConfig
  const value = store.server.value?.state.config[name]
  // A lab that is newer than the page may have a knob that the page has no word for.
  const { label, about } = text.knobs[name] ?? { label: knob.name }
  const ask = `knob.${name}`

  const set = (wanted: KnobValue): void => {
    void asks.ask(ask, valueName(wanted, text), () => source.controls.configure({ [name]: wanted }))
  }
  const choices = choicesOf(knob)
  return (
    <div class="row" data-knob={name}>
      <div class="row-name" title={about ?? knob.about}>
        {choices === undefined ? <label for={id}>{label}</label> : <span>{label}</span>}
        <small>{breakable(knob.linux ?? unitName(knob, text) ?? name)}</small>
      </div>
      {choices === undefined ? (
        <NumberField id={id} value={value as number | undefined} {...rangeOf(knob)} isWhole onSet={set} />
      ) : (
        <Segments
          label={label}
          values={choices}
          value={value}
          name={(choice) => valueName(choice, text)}
          onChoose={set}
        />
      )}
      <Asked name={ask} />
    </div>
  )
}

function rangeOf(knob: Knob): { min?: number; max?: number } {
  return knob.type === 'integer' ? { min: knob.min, max: knob.max } : {}
}

function choicesOf(knob: Knob): readonly KnobValue[] | undefined {
  if (knob.type === 'boolean') return [false, true]
  if (knob.type === 'choice') return knob.choices
  const { min, max } = knob
  return max - min >= CHOICES_MAX ? undefined : Array.from({ length: max - min + 1 }, (_, i) => min + i)
}

/** In the page's language; a unit that the page has no word for as the lab writes it. */
function unitName(knob: Knob, { units }: ControlsText): string | undefined {
  const unit = knob.type === 'integer' ? knob.unit : undefined
  return unit === undefined ? undefined : (units[unit as keyof typeof units] ?? unit)
}

function valueName(value: KnobValue, { on, off }: { on: string; off: string }): string {
  return typeof value === 'boolean' ? (value ? on : off) : String(value)
}

/** A name such as net.ipv4.tcp_syncookies may break after a dot or an underscore, where there is no room for it on one line. */
function breakable(name: string) {
  return name.split(/(?<=[._])/).flatMap((part, i) => (i === 0 ? [part] : [<wbr key={i} />, part]))
}
