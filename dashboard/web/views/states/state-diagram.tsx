/** The diagram: a node for each state with its sockets, a line for each way with its rate. */
import { useFormat, useLab, useMoment, useText } from '../../app/lab-context.ts'
import { RATE_MS } from '../../store/situation.ts'
import {
  curveOf,
  EDGES,
  edgeWidth,
  NODE_HEIGHT,
  NODE_WIDTH,
  NODES,
  type StateEdge,
  type StateName,
  type StateNode,
} from './state-map.ts'
import { STATES } from './strings.ts'

interface StateDiagramProps {
  readonly chosen: StateName | undefined
  onChoose(state: StateName | undefined): void
}

export function StateDiagram({ chosen, onChoose }: StateDiagramProps) {
  const { store } = useLab()
  const text = useText(STATES)
  const moment = useMoment() ?? 0
  const connections = store.server.value?.state.connections
  const counts = (state: StateName): number => {
    if (state === 'listen') return connections === undefined ? Number.NaN : 1
    return state === 'close' ? Number.NaN : (connections?.[state] ?? Number.NaN)
  }
  const history = store.serverHistory
  const row = history.rowAt(moment)
  const rateOf = ({ counters }: StateEdge): number =>
    counters.length === 0 ? Number.NaN : counters.reduce((sum, counter) => sum + history.rate(row, counter, RATE_MS), 0)
  return (
    <svg class="states-diagram" viewBox="30 20 800 745">
      <title>{text.title}</title>
      <defs>
        <marker
          id="tip"
          viewBox="0 0 10 10"
          refX="8"
          refY="5"
          markerWidth="10"
          markerHeight="10"
          markerUnits="userSpaceOnUse"
          orient="auto"
        >
          <path d="M0 0L10 5L0 10z" />
        </marker>
      </defs>
      {EDGES.map((edge) => (
        <Edge key={`${edge.from} ${edge.to}`} edge={edge} rate={rateOf(edge)} />
      ))}
      {NODES.map((node) => (
        <Node
          key={node.state}
          node={node}
          count={counts(node.state)}
          isChosen={node.state === chosen}
          onChoose={() => onChoose(node.state === chosen ? undefined : node.state)}
        />
      ))}
    </svg>
  )
}

function Edge({ edge, rate }: { edge: StateEdge; rate: number }) {
  const text = useText(STATES)
  const format = useFormat()
  const from = NODES.find(({ state }) => state === edge.from)
  const to = NODES.find(({ state }) => state === edge.to)
  if (from === undefined || to === undefined) return null
  const { path, x, y } = curveOf(from, to, edge.bend)
  const label = Number.isFinite(rate)
    ? `${text.edges[edge.label]} ${text.perSecond(format.rate(rate))}`
    : text.edges[edge.label]
  const isLeft = edge.side === 'left'
  return (
    <g class={`edge ${edge.label}${rate > 0 ? ' busy' : ''}`} data-edge={`${edge.from}-${edge.to}`}>
      <path d={path} stroke-width={edgeWidth(rate)} marker-end="url(#tip)" />
      <text x={x + (isLeft ? -10 : 10)} y={y + 4} text-anchor={isLeft ? 'end' : 'start'}>
        {label}
      </text>
    </g>
  )
}

interface NodeProps {
  readonly node: StateNode
  readonly count: number
  readonly isChosen: boolean
  onChoose(): void
}

function Node({ node: { state, label, x, y }, count, isChosen, onChoose }: NodeProps) {
  const format = useFormat()
  return (
    // biome-ignore lint/a11y/useSemanticElements: there is no button element inside of an SVG
    <g
      class={`node ${state}${count > 0 ? ' taken' : ''}${isChosen ? ' chosen' : ''}`}
      role="button"
      tabindex={0}
      aria-pressed={isChosen}
      onClick={onChoose}
      onKeyDown={(event) => {
        if (event.key !== 'Enter' && event.key !== ' ') return
        event.preventDefault()
        event.stopPropagation()
        onChoose()
      }}
    >
      <rect x={x - NODE_WIDTH / 2} y={y - NODE_HEIGHT / 2} width={NODE_WIDTH} height={NODE_HEIGHT} rx={9} />
      <text class="node-name" x={x} y={y - 4} text-anchor="middle">
        {label}
      </text>
      <text class="node-count" x={x} y={y + 16} text-anchor="middle" data-state={state}>
        {format.count(count)}
      </text>
    </g>
  )
}
