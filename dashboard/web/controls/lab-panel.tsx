/** The lab as a whole: how many honest clients come, and beginning anew. */
import { useLab, useText } from '../app/lab-context.ts'
import { Asked } from './asked.tsx'
import { NumberField } from './number-field.tsx'
import { CONTROLS } from './strings.ts'

export function LabPanel() {
  const { source, store, asks } = useLab()
  const text = useText(CONTROLS)
  const [first] = store.attackers.value.values()
  const { rate, connectTimeout } = first?.state.clients ?? {}
  return (
    <section class="panel controls lab" aria-label={text.clientsTitle}>
      <div class="row">
        <label for="clients-rate">{text.clientsRate}</label>
        <NumberField
          id="clients-rate"
          value={rate ?? 0}
          min={0}
          max={1000}
          onSet={(wanted) => {
            const request = { rate: wanted, ...(connectTimeout === undefined ? {} : { connectTimeout }) }
            void asks.ask('clients', String(wanted), () => source.controls.setClients(request))
          }}
        />
        <button
          type="button"
          class="button"
          title={text.resetAbout}
          onClick={() => void asks.ask('reset', text.reset, () => source.controls.reset())}
        >
          {text.reset}
        </button>
        <Asked name="clients" />
        <Asked name="reset" />
      </div>
    </section>
  )
}
