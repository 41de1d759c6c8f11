/** The page around whichever arm is looked at: header, scenario, time, and a view. */
import { useEffect } from 'preact/hooks'
import { LabContext } from '../app/lab-context.ts'
import { Shell } from '../app/shell.tsx'
import { watchKeys } from '../keys/keys.ts'
import { watchAddress } from '../links/address-bar.ts'
import { CompareView } from './compare-view.tsx'
import { RunBar } from './run-bar.tsx'
import { ScenarioEditor } from './scenario-editor.tsx'
import { useSession } from './session-context.ts'
import { TimeBar } from './time-bar.tsx'
import { pressTime } from './time-keys.ts'

let madeLabs = 0
const LAB_KEYS = new WeakMap<object, number>()

export function App() {
  const session = useSession()
  const { lab } = session
  useEffect(() => {
    if (lab === undefined) return
    const stops = [
      watchKeys(lab, (key, isShift) => pressTime(session.time, key, isShift)),
      watchAddress(lab, (at) => session.time.walkTo(at)),
    ]
    return () => {
      for (const stop of stops) stop()
    }
  }, [session, lab])
  if (lab === undefined) return null
  return (
    <LabContext.Provider value={lab}>
      <Shell
        key={keyOf(lab)}
        bar={
          <div class="lab-bar">
            <RunBar />
            <TimeBar />
          </div>
        }
      >
        {session.isComparing.value ? <CompareView /> : undefined}
      </Shell>
      {session.draft.value !== undefined && <ScenarioEditor />}
    </LabContext.Provider>
  )
}

/** Another lab is another page: nothing of a view outlives its lab. */
function keyOf(lab: object): number {
  const key = LAB_KEYS.get(lab) ?? ++madeLabs
  LAB_KEYS.set(lab, key)
  return key
}
