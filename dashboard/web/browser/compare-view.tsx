/** All arms of a scenario side by side, at the same moment, on the same scales. */
import { LabContext, useText } from '../app/lab-context.ts'
import { FIRST_CHARTS } from '../charts/series.ts'
import { Headline } from '../views/control-room/headline.tsx'
import { QueuePanel } from '../views/control-room/queue-panel.tsx'
import { SmallChart } from '../views/control-room/small-charts.tsx'
import { WaitsPanel } from '../views/control-room/waits-panel.tsx'
import '../controls/controls.css'
import '../views/control-room/control-room.css'
import { useSession } from './session-context.ts'
import { BROWSER } from './strings.ts'

/** The charts of the first screen but for the queues', which the squares show. */
const CHARTS = FIRST_CHARTS.filter(({ key }) => key !== 'queues')

export function CompareView() {
  const session = useSession()
  const text = useText(BROWSER)
  const open = session.open.value
  if (open === undefined) return null
  const stores = open.labs.map(({ store }) => store)
  return (
    <div class="lab-compare">
      {open.labs.map((lab, arm) => {
        const name = open.opened.arms[arm] ?? ''
        return (
          <LabContext.Provider key={name} value={{ ...lab, peers: stores }}>
            <section aria-labelledby={`arm-${arm}`}>
              <h2 id={`arm-${arm}`}>
                <button
                  type="button"
                  class="button"
                  title={text.lookAtArm(name)}
                  onClick={() => {
                    session.isComparing.value = false
                    session.arm.value = arm
                  }}
                >
                  {name}
                </button>
              </h2>
              <Headline />
              <QueuePanel />
              <WaitsPanel />
              {CHARTS.map((chart) => (
                <SmallChart key={chart.key} chart={chart} />
              ))}
            </section>
          </LabContext.Provider>
        )
      })}
    </div>
  )
}
