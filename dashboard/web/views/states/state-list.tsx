/** The diagram as a list, for a screen on which its words would be too small: each state, and below it the ways out. */
import { useFormat, useText } from '../../app/lab-context.ts'
import { EDGES, EXITS, NODES, nodeOf, type StateName } from './state-map.ts'
import type { StateFigures } from './state-rates.ts'
import { STATES } from './strings.ts'

interface StateListProps {
  readonly figures: StateFigures
  readonly chosen: StateName | undefined
  onChoose(state: StateName | undefined): void
}

export function StateList({ figures, chosen, onChoose }: StateListProps) {
  const text = useText(STATES)
  const format = useFormat()
  return (
    <ol class="states-list">
      {NODES.map(({ state, label }) => (
        <li key={state}>
          <button
            type="button"
            class={`state-name${figures.count(state) > 0 ? ' taken' : ''}`}
            aria-pressed={state === chosen}
            onClick={() => onChoose(state === chosen ? undefined : state)}
          >
            <span>{label}</span> <b>{format.count(figures.count(state))}</b>
          </button>
          <ul>
            {[...EDGES, ...EXITS]
              .filter(({ from }) => from === state)
              .map((way) => (
                <li key={way.to} class={`${way.label}${figures.rate(way) > 0 ? ' busy' : ''}`}>
                  <span>→ {nodeOf(way.to).label}</span>
                  <span>{text.edges[way.label]}</span>
                  <b>{text.perSecond(format.rate(figures.rate(way)))}</b>
                </li>
              ))}
          </ul>
        </li>
      ))}
    </ol>
  )
}
