/** The first screen: what happens, why, both queues, every honest client, four charts, and everything that can be done. */
import { useEffect, useState } from 'preact/hooks'
import type { AttackKinds } from '../../../contract/attacker.ts'
import type { Knobs } from '../../../contract/server.ts'
import { useLab } from '../../app/lab-context.ts'
import { AttackForm } from '../../controls/attack-form.tsx'
import { Defenses } from '../../controls/defenses.tsx'
import { LabPanel } from '../../controls/lab-panel.tsx'
import { PresetBar } from '../../controls/preset-bar.tsx'
import '../../controls/controls.css'
import { HintsPanel } from '../../hints/hints-panel.tsx'
import './control-room.css'
import { Headline } from './headline.tsx'
import { LogPanel } from './log-panel.tsx'
import { QueuePanel } from './queue-panel.tsx'
import { SmallCharts } from './small-charts.tsx'
import { WaitsPanel } from './waits-panel.tsx'

export function ControlRoom() {
  const { ui } = useLab()
  const { knobs, kinds } = useCatalogues()
  return (
    <div class={ui.isPresenting.value ? 'room presenting' : 'room'}>
      <Headline />
      <div class="heroes">
        <QueuePanel />
        <WaitsPanel />
      </div>
      {!ui.isPresenting.value && (
        <aside class="rail">
          <PresetBar knobs={knobs} />
          <AttackForm kinds={kinds} />
          <Defenses knobs={knobs} />
          <HintsPanel />
          <LabPanel />
        </aside>
      )}
      <SmallCharts />
      {!ui.isPresenting.value && <LogPanel />}
    </div>
  )
}

/** The catalogues that controls are made of: asked for until they are there, also after the lab was away. */
function useCatalogues(): { knobs: Knobs | undefined; kinds: AttackKinds | undefined } {
  const { source, store } = useLab()
  const [knobs, setKnobs] = useState<Knobs | undefined>(undefined)
  const [kinds, setKinds] = useState<AttackKinds | undefined>(undefined)
  const isServerThere = store.server.value !== undefined
  const isAttackerThere = store.attackers.value.size > 0
  useEffect(() => {
    if (isServerThere && knobs === undefined) source.knobs().then(setKnobs, () => undefined)
    if (isAttackerThere && kinds === undefined) source.attackKinds().then(setKinds, () => undefined)
  }, [source, isServerThere, isAttackerThere, knobs, kinds])
  return { knobs, kinds }
}
