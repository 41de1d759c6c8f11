/**
 * What `synlab bench http` varies: the axes of its matrix, and the cells that they span.
 */

/** What is the same in every request of a cell. */
export interface CellKey {
  readonly flood: boolean
  /** As net.ipv4.tcp_syncookies. */
  readonly synCookies: number
  /** Connections are kept for all requests; else each request has its own. */
  readonly keepAlive: boolean
  readonly backlog: number
  /** Requests offered per second, over all connections. */
  readonly rate: number
}

/** The values of each, at least one. */
export type MatrixAxes = { readonly [Axis in keyof CellKey]: readonly CellKey[Axis][] }

/** All cells, in the order in which they are run and shown: the axis that varies fastest is the last one. */
export function cellsOf(axes: MatrixAxes): CellKey[] {
  return axes.keepAlive.flatMap((keepAlive) =>
    axes.flood.flatMap((flood) =>
      axes.backlog.flatMap((backlog) =>
        axes.rate.flatMap((rate) =>
          axes.synCookies.map((synCookies) => ({ flood, synCookies, keepAlive, backlog, rate })),
        ),
      ),
    ),
  )
}

/** The axes by the names and values that people write, on the command line, in thresholds and in metrics. */
export const AXIS_WORDS = {
  flood: ({ flood }: CellKey) => (flood ? 'on' : 'off'),
  cookies: ({ synCookies }: CellKey) => String(synCookies),
  'keep-alive': ({ keepAlive }: CellKey) => (keepAlive ? 'yes' : 'no'),
  backlog: ({ backlog }: CellKey) => String(backlog),
  rate: ({ rate }: CellKey) => String(rate),
} as const

export type Axis = keyof typeof AXIS_WORDS

export const AXES = Object.keys(AXIS_WORDS) as Axis[]

/** A cell in words: `flood=on cookies=0 keep-alive=no backlog=128 rate=200`. */
export function describeCell(key: CellKey): string {
  return AXES.map((axis) => `${axis}=${AXIS_WORDS[axis](key)}`).join(' ')
}
