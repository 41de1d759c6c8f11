/**
 * The engine's thread: the attacker's end of the UDP link and the host behind it. Started by engine.ts.
 */
import { parentPort, workerData } from 'node:worker_threads'
import { serveThread } from '../../control/thread.ts'
import { Prng } from '../../tcpip/base/prng.ts'
import { MILLISECOND } from '../../tcpip/base/time.ts'
import { SECRET_BYTES } from '../../tcpip/host/endpoint.ts'
import { deriveLabKey } from '../../tcpip/io/lab-key.ts'
import { epochMilliseconds, monotonicMicroseconds } from '../../tcpip/io/monotonic-clock.ts'
import { fillRandom } from '../../tcpip/io/random.ts'
import type { ConnectionRecord } from '../clients/attempt.ts'
import type { FinishedConnection } from '../contract.ts'
import { Gateway } from '../gateway/gateway.ts'
import { AttackerEngineCore } from './engine-core.ts'
import { openGuardedSpoke } from './guarded-spoke.ts'
import type { CoreEvents, EngineCommands, EngineEvents, EngineReady, EngineWorkerData } from './protocol.ts'
import { SharedCounters } from './shared-counters.ts'

function randomBytes(length: number): Uint8Array {
  const bytes = new Uint8Array(length)
  fillRandom(bytes)
  return bytes
}

/** 32 random bits, for traffic that nobody has to repeat. */
function randomSeed(): number {
  return new DataView(randomBytes(4).buffer).getUint32(0)
}

function describeFinished(record: ConnectionRecord): FinishedConnection {
  const { startedAt, connectUs, totalUs, outcome, population } = record
  return {
    startedAt: epochMilliseconds(startedAt),
    connectMs: connectUs === undefined ? null : connectUs / MILLISECOND,
    totalMs: totalUs / MILLISECOND,
    outcome,
    population,
  }
}

if (parentPort === null) throw new Error('the engine runs in a worker thread')

await serveThread<EngineCommands, EngineEvents, EngineReady>(parentPort, async (port) => {
  const {
    hub,
    labKey,
    labNetwork,
    seed,
    clients,
    gateway: gatewayOptions,
    counters: buffer,
  } = workerData as EngineWorkerData
  const counters = new SharedCounters(buffer)
  const emit = <K extends keyof CoreEvents>(event: K, data: CoreEvents[K]): void => {
    port.emit(event, { ...data, at: epochMilliseconds(monotonicMicroseconds()) } as EngineEvents[K])
  }
  let core: AttackerEngineCore | undefined
  const spoke = await openGuardedSpoke({
    hub,
    labNetwork,
    key: deriveLabKey(labKey),
    clock: monotonicMicroseconds,
    counters: counters.udp,
    onReceive: () => core?.wake(),
    onStateChange: () => core?.linkChanged(),
  })
  const engine = new AttackerEngineCore({
    link: spoke,
    hub,
    prng: new Prng(seed ?? randomSeed()),
    secret: randomBytes(SECRET_BYTES),
    counters,
    clock: monotonicMicroseconds,
    momentOf: epochMilliseconds,
    clients,
    emit,
  })
  core = engine
  const openGateway = async (): Promise<Gateway | undefined> =>
    gatewayOptions && Gateway.open(gatewayOptions, engine.openGateway(randomBytes(SECRET_BYTES)), counters.gateway)
  const gateway = await openGateway().catch(async (error: unknown) => {
    // The hub is told goodbye: it gives the addresses to the next one at once.
    engine.stop()
    await spoke.close()
    throw error
  })
  return {
    ready: { link: engine.link(), gateway: gateway && { host: gateway.address.address, port: gateway.address.port } },
    handlers: {
      ...engine.handlers,
      takeFinished: () => {
        const { ended, records } = engine.takeFinished()
        const at = epochMilliseconds(monotonicMicroseconds())
        return { at, ended, connections: records.map(describeFinished) }
      },
      close: async () => {
        // Before anything that waits; the host turns until the gateway's resets are sent.
        engine.stopAll()
        await gateway?.close()
        engine.stop()
        await spoke.close()
        return null
      },
    },
  }
})
