/** How long each honest client waited, by the moment it started. */
import { SpokenTwin, TableTwin } from '../../a11y/twin.tsx'
import { useFormat, useLab, useMoment, useText } from '../../app/lab-context.ts'
import { WaitPlot } from '../../charts/wait-plot.tsx'
import { QuestionsHere } from '../../questions/questions-here.tsx'
import { OK } from '../../store/connections.ts'
import { situationAt } from '../../store/situation.ts'
import { CONTROL_ROOM } from './strings.ts'

const LAST = 10

export function WaitsPanel() {
  const { store } = useLab()
  const text = useText(CONTROL_ROOM)
  const format = useFormat()
  const moment = useMoment()
  const honest = moment === undefined ? undefined : situationAt(store, moment).honest
  const { connections } = store
  const rows = (): readonly (readonly string[])[] => {
    const first = Math.max(connections.first, connections.pushed - LAST)
    return Array.from({ length: connections.pushed - first }, (_, i) => connections.pushed - 1 - i).map((index) => [
      format.clock(connections.startedAt(index)),
      connections.outcome(index) === OK ? format.duration(connections.connect(index)) : text.gaveUp,
    ])
  }
  return (
    <figure class="panel waits-panel" aria-labelledby="waits">
      <div class="panel-title">
        <h2 id="waits">{text.waits}</h2>
        <QuestionsHere place="waits" />
        <span>
          {text.waitsAbout}
          {store.untold.value > 0 && `; ${text.untold(format.count(store.untold.value))}`}
          <TableTwin summary={text.table} columns={[text.second, text.waits]} rows={rows} />
        </span>
      </div>
      <WaitPlot text={text} />
      {honest !== undefined && (
        <SpokenTwin
          text={text.twinWaits(
            format.count(honest.ok),
            format.count(honest.ended - honest.ok),
            format.duration(honest.connectP50),
          )}
        />
      )}
    </figure>
  )
}
