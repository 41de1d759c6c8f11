/** What the page uses of the server's control plane. Types only. */
export type { ServerConfig } from '../../server/app/server-config.ts'
export type { SocketList, SocketRow, StateSummary } from '../../server/app/socket-rows.ts'
export type { ServerState } from '../../server/contract.ts'

/** One option that can be changed while the server runs, as GET /api/knobs lists it. */
export interface Knob {
  readonly name: string
  readonly type: 'integer' | 'boolean' | 'choice'
  readonly unit?: string
  readonly min?: number
  readonly max?: number
  readonly choices?: readonly (number | string)[]
  readonly default: number | boolean | string
  /** The sysctl or socket call of Linux that it stands for. */
  readonly linux?: string
  readonly about: string
}

export type Knobs = readonly Knob[]
