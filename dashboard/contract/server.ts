/** What the page uses of the server's control plane. Types only. */
import type { KnobView } from '../../server/contract.ts'

export type { ServerConfig } from '../../server/app/server-config.ts'
export type { SocketList, SocketRow, StateSummary } from '../../server/app/socket-rows.ts'
export type { CookieAnatomy, CookieRequest, KnobView as Knob, ServerState } from '../../server/contract.ts'

/** The options that can be changed while the server runs. */
export type Knobs = readonly KnobView[]
