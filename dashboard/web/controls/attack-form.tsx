/** Starts attacks: any kind of the attackers' catalogue with its own parameters, several at once if wanted. */
import { useState } from 'preact/hooks'
import type { AttackKinds, AttackRequest } from '../../contract/attacker.ts'
import { useFormat, useLab, useText } from '../app/lab-context.ts'
import { Asked } from './asked.tsx'
import { NumberField } from './number-field.tsx'
import { ParameterRow } from './parameter-row.tsx'
import { FLOOD } from './presets.ts'
import { RunningAttacks, StopAllButton } from './running-attacks.tsx'
import { CONTROLS } from './strings.ts'

type Kind = keyof AttackKinds

const DURATION_MAX = 3600

export function AttackForm({ kinds }: { kinds: AttackKinds | undefined }) {
  const { source, asks } = useLab()
  const text = useText(CONTROLS)
  const format = useFormat()
  const [kind, setKind] = useState<Kind>('syn-flood')
  const [rate, setRate] = useState(Number(FLOOD.rate))
  const [duration, setDuration] = useState(Number(FLOOD.duration))
  const [chosen, setChosen] = useState<Readonly<Record<string, unknown>>>({})
  const entry = kinds?.[kind]

  const start = (): void => {
    const paced = entry?.pace === 'given' ? { rate: Math.min(rate, entry.rateMax) } : {}
    const lasting = entry?.pace === 'trace' ? {} : { duration }
    const request: AttackRequest = { ...chosen, ...paced, ...lasting, kind }
    void asks.ask('attack', text.kinds[kind].label, () => source.controls.startAttack(request))
  }
  const parameters = Object.entries(entry?.parameters ?? {}).filter(([, { onlyWith }]) => {
    if (onlyWith === undefined) return true
    const other = entry?.parameters[onlyWith.parameter]
    const value = chosen[onlyWith.parameter] ?? (other !== undefined && 'default' in other ? other.default : undefined)
    return onlyWith.values.includes(String(value))
  })
  return (
    <section class="panel controls" aria-labelledby="attack">
      <div class="panel-title">
        <h2 id="attack">{text.attackTitle}</h2>
        <StopAllButton />
      </div>
      <div class="row">
        <label for="attack-kind">{text.kind}</label>
        <select
          id="attack-kind"
          value={kind}
          title={text.kinds[kind].about ?? entry?.about ?? ''}
          onChange={(event) => {
            setKind(event.currentTarget.value as Kind)
            setChosen({})
          }}
        >
          {Object.keys(kinds ?? { 'syn-flood': 0 }).map((name) => (
            <option key={name} value={name}>
              {text.kinds[name as Kind]?.label ?? name}
            </option>
          ))}
        </select>
      </div>
      <div class="row">
        <label for="attack-rate">
          {text.parameters.rate} <small>{text.perSecond[entry?.acts ?? 'packets']}</small>
        </label>
        {entry === undefined || entry.pace === 'given' ? (
          <NumberField id="attack-rate" value={rate} min={0.001} max={entry?.rateMax} onSet={setRate} />
        ) : (
          <output id="attack-rate" class="quiet">
            {entry.pace === 'trace' ? text.tracePace : text.holdRatePace}
          </output>
        )}
      </div>
      {entry?.pace !== 'trace' && (
        <div class="row">
          <label for="attack-duration">
            {text.parameters.duration} <small>{text.seconds}</small>
          </label>
          <NumberField id="attack-duration" value={duration} min={1} max={DURATION_MAX} onSet={setDuration} />
        </div>
      )}
      {parameters.length > 0 && (
        <details>
          <summary>{text.moreParameters}</summary>
          {parameters.map(([name, parameter]) => (
            <ParameterRow
              key={`${kind}.${name}`}
              name={name}
              parameter={parameter}
              value={chosen[name]}
              onSet={(value) => setChosen({ ...chosen, [name]: value })}
            />
          ))}
        </details>
      )}
      <button type="button" class="button strong" disabled={kinds === undefined} onClick={start}>
        {text.start}: {text.kinds[kind].label}
        {entry?.pace === 'given' && `, ${format.count(rate)}/s`}
      </button>
      <Asked name="attack" />
      <RunningAttacks />
      <Asked name="stop" />
    </section>
  )
}
