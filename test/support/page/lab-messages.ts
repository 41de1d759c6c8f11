/** Messages of the page's contract for tests: a lab at rest, of which a test says what is different. */
import type { ServerState } from '../../../dashboard/contract/server.ts'
import type {
  AttackerMessage,
  ConnectionsMessage,
  FinishedConnection,
  ServerMessage,
  StreamMessage,
} from '../../../dashboard/contract/stream.ts'
import { SERVER_DEFAULTS, type ServerConfig } from '../../../server/app/server-config.ts'
import { MIB_NAMES } from '../../../tcpip/base/counters.ts'

interface ServerDifferences {
  readonly syn?: Partial<ServerState['synQueue']>
  readonly accept?: Partial<ServerState['acceptQueue']>
  readonly connections?: Readonly<Record<string, number>>
  readonly counters?: Readonly<Record<string, number>>
  readonly transitions?: ServerState['transitions']
  readonly config?: Partial<ServerConfig>
}

export function serverMessage(at: number, different: ServerDifferences = {}): ServerMessage {
  const { syn, accept, connections, counters, transitions = {}, config } = different
  const none = Object.fromEntries(MIB_NAMES.map((name) => [name, 0]))
  const state = {
    pid: 1,
    uptimeSeconds: at / 1000,
    cpuSeconds: at / 4000,
    address: '10.9.0.5',
    port: 80,
    config: { ...SERVER_DEFAULTS, ...config },
    synQueue: { length: 0, young: 0, limit: 128, bytes: 0, ...syn },
    acceptQueue: { length: 0, limit: 128, ...accept },
    connections: { established: 0, close_wait: 0, time_wait: 0, ...connections },
    transitions,
    counters: { ...none, ...counters },
    packets: { in: 0, accepted: 0, out: 0 },
    drops: {},
    link: {
      address: '127.0.0.1',
      port: 1,
      peers: [],
      datagramsIn: {},
      packetsIn: {},
      packetsOut: {},
      packetsMissing: 0,
    },
  } as unknown as ServerState
  return { type: 'server', at, state }
}

interface AttackerDifferences {
  readonly attacker?: string
  readonly outcomes?: Partial<AttackerMessage['state']['clients']['outcomes']>
  readonly clients?: Partial<AttackerMessage['state']['clients']>
  readonly attacks?: readonly Partial<AttackerMessage['state']['attacks'][number]>[]
}

export function attackerMessage(at: number, different: AttackerDifferences = {}): AttackerMessage {
  const { attacker = 'a', outcomes, clients, attacks = [] } = different
  const none = { p50: null, p90: null, p99: null, p999: null, max: null }
  const state = {
    time: at / 1000,
    cpuSeconds: at / 2000,
    link: { state: 'ready', detail: '', hub: '' },
    attacks: attacks.map((attack) => ({
      id: 1,
      kind: 'syn-flood',
      rate: 5000,
      duration: 60,
      state: 'running',
      elapsed: 0,
      offered: 0,
      sent: 0,
      late: 0,
      noRoom: 0,
      figures: {},
      ...attack,
    })),
    clients: {
      rate: 10,
      attempted: 0,
      inFlight: 0,
      outcomes: { ok: 0, timeout: 0, refused: 0, reset: 0, local: 0, ...outcomes },
      latency: { connectMs: none, firstByteMs: none, count: 0 },
      ...clients,
    },
    backscatter: 0,
  } as unknown as AttackerMessage['state']
  return { type: 'attacker', at, attacker, state }
}

export function connectionsMessage(at: number, ...connections: readonly FinishedConnection[]): ConnectionsMessage {
  return { type: 'connections', at, attacker: 'a', ended: connections.length, connections }
}

export function hello(at: number, session = 'one', clock: 'wall' | 'virtual' = 'wall'): StreamMessage {
  return { type: 'hello', at, version: '0', clock, session, marks: [], presence: [] }
}
