/** The dashboards of the lab, in the order in which a newcomer meets them. */
import type { Board } from '../board.ts'
import { ATTACKERS } from './attackers.ts'
import { BENCH } from './bench.ts'
import { CONNECTIONS } from './connections.ts'
import { NODE_EXPORTER } from './node-exporter.ts'
import { OVERVIEW } from './overview.ts'
import { SERVER } from './server.ts'

export const BOARDS: readonly Board[] = [OVERVIEW, SERVER, ATTACKERS, CONNECTIONS, NODE_EXPORTER, BENCH]
