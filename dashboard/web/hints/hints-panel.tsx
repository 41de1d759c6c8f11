/** The hints that apply at the moment that is looked at, and the calculator of the hold rate. */
import { useState } from 'preact/hooks'
import { useFormat, useLab, useMoment, useText } from '../app/lab-context.ts'
import { NumberField } from '../controls/number-field.tsx'
import { CONTROLS } from '../controls/strings.ts'
import { situationAt } from '../store/situation.ts'
import { calculateHoldRate, findHints } from './hints.ts'
import { HINTS } from './strings.ts'

/** Hints that are shown at once: the first are the most likely. */
const SHOWN = 2

export function HintsPanel() {
  const { store } = useLab()
  const text = useText(CONTROLS)
  const words = useText(HINTS)
  const format = useFormat()
  const moment = useMoment()
  const config = store.server.value?.state.config
  const [first] = store.attackers.value.values()
  const hints = moment === undefined ? [] : findHints(situationAt(store, moment), config, first?.state.clients)
  return (
    <section class="panel controls" aria-labelledby="hints">
      <h2 class="panel-title" id="hints">
        {text.hintsTitle}
      </h2>
      {hints.length === 0 && <p class="quiet hint">{text.noHints}</p>}
      {hints.slice(0, SHOWN).map(({ key, values }) => (
        <p key={key} class="hint" data-hint={key}>
          {words[key](values, format)}
        </p>
      ))}
      <HoldRateCalculator />
    </section>
  )
}

/** Starts with the server's own settings; what is typed here changes nothing there. */
function HoldRateCalculator() {
  const { store } = useLab()
  const text = useText(CONTROLS)
  const format = useFormat()
  const server = store.server.value?.state
  const [backlog, setBacklog] = useState<number | undefined>(undefined)
  const [retries, setRetries] = useState<number | undefined>(undefined)
  const places = backlog ?? server?.synQueue.limit ?? 128
  const repeats = retries ?? server?.config.synAckRetries ?? 5
  const result = calculateHoldRate(places, repeats)
  return (
    <details>
      <summary>{text.calculatorTitle}</summary>
      <div class="row">
        <label for="calculator-backlog">{text.knobs.backlog.label}</label>
        <NumberField id="calculator-backlog" value={places} min={0} max={4_194_304} isWhole onSet={setBacklog} />
      </div>
      <div class="row">
        <label for="calculator-retries">{text.knobs.synAckRetries.label}</label>
        <NumberField id="calculator-retries" value={repeats} min={0} max={5} isWhole onSet={setRetries} />
      </div>
      {result !== undefined && (
        <p class="hint" role="status">
          {text.calculator(format.count(places + 1), format.duration(result.lifetime * 1000), format.rate(result.rate))}
        </p>
      )}
    </details>
  )
}
