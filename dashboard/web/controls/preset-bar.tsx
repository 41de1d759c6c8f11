/** One click each: what a lecture shows first. */
import type { Knobs } from '../../contract/server.ts'
import { useLab, useText } from '../app/lab-context.ts'
import { Asked } from './asked.tsx'
import { PRESETS, type PresetName, runPreset } from './presets.ts'
import { CONTROLS } from './strings.ts'

export function PresetBar({ knobs }: { knobs: Knobs | undefined }) {
  const { source, store, asks } = useLab()
  const text = useText(CONTROLS)
  const config = store.server.value?.state.config
  const run = (name: PresetName): void => {
    if (config === undefined) return
    void asks.ask('preset', text.presets[name].label, () => runPreset(name, source.controls, config, knobs))
  }
  return (
    <section class="presets" aria-label={text.presetsTitle}>
      {PRESETS.map((name) => (
        <button
          key={name}
          type="button"
          class="button"
          title={text.presets[name].about ?? ''}
          disabled={config === undefined}
          data-preset={name}
          onClick={() => run(name)}
        >
          {text.presets[name].label}
        </button>
      ))}
      <Asked name="preset" />
    </section>
  )
}
