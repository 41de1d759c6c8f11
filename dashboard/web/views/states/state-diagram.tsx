/** The diagram: a node for each state with its sockets, a line for each way with its rate; on a small screen a list. */
import { useFormat, useText } from '../../app/lab-context.ts'
import { StateList } from './state-list.tsx'
import {
  curveOf,
  EDGES,
  EXITS,
  edgeWidth,
  NODE_HEIGHT,
  NODE_WIDTH,
  NODES,
  nodeOf,
  type StateEdge,
  type StateExit,
  type StateName,
  type StateNode,
} from './state-map.ts'
import { type StateFigures, useStateFigures } from './state-rates.ts'
import { STATES } from './strings.ts'

interface StateDiagramProps {
  readonly chosen: StateName | undefined
  onChoose(state: StateName | undefined): void
}

export function StateDiagram({ chosen, onChoose }: StateDiagramProps) {
  const figures = useStateFigures()
  return (
    <>
      <Drawing figures={figures} chosen={chosen} onChoose={onChoose} />
      <StateList figures={figures} chosen={chosen} onChoose={onChoose} />
    </>
  )
}

function Drawing({ figures, chosen, onChoose }: StateDiagramProps & { readonly figures: StateFigures }) {
  const text = useText(STATES)
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
        <Edge key={`${edge.from} ${edge.to}`} edge={edge} figures={figures} />
      ))}
      {NODES.map((node) => (
        <Node
          key={node.state}
          node={node}
          count={figures.count(node.state)}
          isChosen={node.state === chosen}
          onChoose={() => onChoose(node.state === chosen ? undefined : node.state)}
        />
      ))}
      {EXITS.map((exit) => (
        <Exit key={exit.from} exit={exit} figures={figures} />
      ))}
    </svg>
  )
}

function Edge({ edge, figures }: { edge: StateEdge; figures: StateFigures }) {
  const text = useText(STATES)
  const format = useFormat()
  const [from, to] = [nodeOf(edge.from), nodeOf(edge.to)]
  const { path, words } = curveOf(from, to, edge)
  const rate = figures.rate(edge)
  return (
    <g class={`edge ${edge.label}${rate > 0 ? ' busy' : ''}`} data-edge={`${edge.from}-${edge.to}`}>
      <title>{text.way(from.label, to.label, format.count(figures.total(edge)))}</title>
      <path d={path} stroke-width={edgeWidth(rate)} marker-end="url(#tip)" />
      <text x={words.x} y={words.y} text-anchor={words.anchor}>
        {text.edges[edge.label]} <tspan class="rate">{text.perSecond(format.rate(rate))}</tspan>
      </text>
    </g>
  )
}

function Exit({ exit, figures }: { exit: StateExit; figures: StateFigures }) {
  const text = useText(STATES)
  const format = useFormat()
  const { x, y, label } = nodeOf(exit.from)
  const rate = figures.rate(exit)
  return (
    <g class={`edge gone${rate > 0 ? ' busy' : ''}`} data-edge={`${exit.from}-${exit.to}`}>
      <title>{text.way(label, nodeOf(exit.to).label, format.count(figures.total(exit)))}</title>
      <text x={x + exit.dx} y={y + exit.dy} text-anchor={exit.anchor}>
        {text.gone(format.rate(rate))}
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
