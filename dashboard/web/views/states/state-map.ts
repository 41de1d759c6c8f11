/**
 * The diagram of RFC 9293 figure 5 as a server goes through it: where each state stands, and which ways lead from one to
 * another. Each way is one of those that the server counts. Pure.
 */
/** States by the names of the API. */
export type StateName =
  | 'close'
  | 'listen'
  | 'syn_recv'
  | 'established'
  | 'fin_wait1'
  | 'fin_wait2'
  | 'closing'
  | 'time_wait'
  | 'close_wait'
  | 'last_ack'

export interface StateNode {
  readonly state: StateName
  /** As RFC 9293 writes it. */
  readonly label: string
  /** Middle of the node, in units of the diagram. */
  readonly x: number
  readonly y: number
}

export const NODES: readonly StateNode[] = [
  { state: 'listen', label: 'LISTEN', x: 540, y: 60 },
  { state: 'syn_recv', label: 'SYN-RECEIVED', x: 170, y: 185 },
  { state: 'established', label: 'ESTABLISHED', x: 540, y: 320 },
  { state: 'fin_wait1', label: 'FIN-WAIT-1', x: 290, y: 455 },
  { state: 'close_wait', label: 'CLOSE-WAIT', x: 710, y: 455 },
  { state: 'fin_wait2', label: 'FIN-WAIT-2', x: 145, y: 590 },
  { state: 'closing', label: 'CLOSING', x: 455, y: 590 },
  { state: 'last_ack', label: 'LAST-ACK', x: 710, y: 590 },
  { state: 'time_wait', label: 'TIME-WAIT', x: 290, y: 725 },
  { state: 'close', label: 'CLOSED', x: 710, y: 725 },
]

const BY_STATE: ReadonlyMap<StateName, StateNode> = new Map(NODES.map((node) => [node.state, node]))

/** The node of a state; every state has one. */
export function nodeOf(state: StateName): StateNode {
  return BY_STATE.get(state) as StateNode
}

export interface StateEdge {
  readonly from: StateName
  readonly to: StateName
  readonly label: keyof EdgeLabels
  /** How far the line bends to its right, in units of the diagram. */
  readonly bend?: number
  /** On which side of the line its words stand; default right. */
  readonly side?: 'left'
}

export interface EdgeLabels {
  readonly syn: string
  readonly ack: string
  readonly cookie: string
  readonly expired: string
  readonly close: string
  readonly fin: string
  readonly timeout: string
  readonly gone: string
}

export const EDGES: readonly StateEdge[] = [
  { from: 'listen', to: 'syn_recv', label: 'syn', bend: -12 },
  { from: 'listen', to: 'established', label: 'cookie' },
  { from: 'syn_recv', to: 'established', label: 'ack', side: 'left' },
  { from: 'syn_recv', to: 'listen', label: 'expired', bend: -60, side: 'left' },
  { from: 'established', to: 'fin_wait1', label: 'close', side: 'left' },
  { from: 'established', to: 'close_wait', label: 'fin' },
  { from: 'fin_wait1', to: 'fin_wait2', label: 'ack', side: 'left' },
  { from: 'fin_wait1', to: 'closing', label: 'fin' },
  { from: 'fin_wait2', to: 'time_wait', label: 'fin', side: 'left' },
  { from: 'closing', to: 'time_wait', label: 'ack' },
  { from: 'close_wait', to: 'last_ack', label: 'close' },
  { from: 'last_ack', to: 'close', label: 'ack' },
  { from: 'time_wait', to: 'close', label: 'timeout' },
]

/** A way that no line is drawn for: straight to CLOSED by a reset, an abort or a timeout. */
export interface StateExit {
  readonly from: StateName
  readonly to: 'close'
  readonly label: 'gone'
  /** Where its words stand, from the middle of the node, in units of the diagram. */
  readonly dx: number
  readonly dy: number
  readonly anchor: Anchor
}

/** Which end of its words a place is. */
type Anchor = 'start' | 'middle' | 'end'

const BELOW = 38

export const EXITS: readonly StateExit[] = [
  { from: 'established', to: 'close', label: 'gone', dx: 0, dy: BELOW, anchor: 'middle' },
  { from: 'fin_wait1', to: 'close', label: 'gone', dx: 0, dy: BELOW, anchor: 'middle' },
  { from: 'close_wait', to: 'close', label: 'gone', dx: -77, dy: 5, anchor: 'end' },
  { from: 'fin_wait2', to: 'close', label: 'gone', dx: 10, dy: BELOW, anchor: 'end' },
  { from: 'closing', to: 'close', label: 'gone', dx: -10, dy: BELOW, anchor: 'start' },
]

/** Width of a line for so many transitions per second, in units of the diagram: 1.5 for none, growing with their number. */
export function edgeWidth(rate: number): number {
  return Number.isFinite(rate) && rate > 0 ? Math.min(9, 1.5 + 1.7 * Math.log10(1 + rate)) : 1.5
}

export interface Curve {
  readonly path: string
  /** Where its words stand: beside its middle, so far that the line passes them. */
  readonly words: { readonly x: number; readonly y: number; readonly anchor: Anchor }
}

/** Half the size of a node. */
export const NODE_WIDTH = 138
export const NODE_HEIGHT = 46

/** Half the height of a line of words, and their distance from what they belong to. */
const HALF_LINE = 8
const GAP = 5

/** From the edge of one node to the edge of the other, bent to the right. */
export function curveOf(from: StateNode, to: StateNode, { bend = 0, side }: Pick<StateEdge, 'bend' | 'side'>): Curve {
  const dx = to.x - from.x
  const dy = to.y - from.y
  const length = Math.hypot(dx, dy)
  const middle = { x: (from.x + to.x) / 2 - (dy / length) * bend, y: (from.y + to.y) / 2 + (dx / length) * bend }
  const start = onEdge(from, middle)
  const end = onEdge(to, middle)
  // The control point that makes a quadratic curve pass through the middle.
  const control = { x: 2 * middle.x - (start.x + end.x) / 2, y: 2 * middle.y - (start.y + end.y) / 2 }
  const path = `M${round(start.x)} ${round(start.y)}Q${round(control.x)} ${round(control.y)} ${round(end.x)} ${round(end.y)}`
  return { path, words: wordsBeside(middle, dx / dy, side) }
}

/** Beside a line through `middle` that goes `slope` sideways for each step down; above one that lies flat. */
function wordsBeside({ x, y }: { x: number; y: number }, slope: number, side: StateEdge['side']): Curve['words'] {
  if (!Number.isFinite(slope)) return { x, y: y - HALF_LINE, anchor: 'middle' }
  const distance = GAP + HALF_LINE * Math.abs(slope)
  return side === 'left'
    ? { x: x - distance, y: y + GAP, anchor: 'end' }
    : { x: x + distance, y: y + GAP, anchor: 'start' }
}

/** Where the line from the middle of a node towards a point leaves the node, and a little more for the arrow's tip. */
function onEdge({ x, y }: StateNode, towards: { x: number; y: number }): { x: number; y: number } {
  const dx = towards.x - x
  const dy = towards.y - y
  const scale = Math.min(
    (NODE_WIDTH / 2 + 4) / Math.max(1e-6, Math.abs(dx)),
    (NODE_HEIGHT / 2 + 4) / Math.max(1e-6, Math.abs(dy)),
  )
  return { x: x + dx * scale, y: y + dy * scale }
}

function round(value: number): number {
  return Math.round(value * 10) / 10
}
