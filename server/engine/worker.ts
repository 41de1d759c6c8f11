/**
 * The engine's thread: the server's end of the UDP link and the host behind it. Started by engine.ts.
 */
import { parentPort, workerData } from 'node:worker_threads'
import { serveThread } from '../../control/thread.ts'
import { deriveLabKey } from '../../tcpip/io/lab-key.ts'
import { epochMilliseconds, monotonicMicroseconds } from '../../tcpip/io/monotonic-clock.ts'
import { fillRandom } from '../../tcpip/io/random.ts'
import { UdpHub } from '../../tcpip/io/udp-hub.ts'
import { EndpointNet } from '../../tcpip/net/endpoint-net.ts'
import type { AllowedPrefix } from '../../tcpip/udp-link/prefix-claims.ts'
import type { PeerSnapshot } from '../../tcpip/udp-link/session-table.ts'
import { formatPrefix } from '../../tcpip/wire/address.ts'
import {
  BOT_ADDRESSES,
  BYSTANDER_ADDRESSES,
  CLIENT_ADDRESSES,
  GATEWAY_ADDRESSES,
  SERVER_ADDRESS,
  SPOOFABLE_ADDRESSES,
} from '../../tcpip/wire/address-plan.ts'
import type { ApplicationFactory } from '../app/application.ts'
import { SERVER_SECRET_BYTES } from '../app/server-host.ts'
import type { LinkPeer } from '../contract.ts'
import { buildWebApp } from '../web/web-app.ts'
import { WebApplication } from '../web/web-application.ts'
import { ServerEngineCore } from './engine-core.ts'
import type { CoreEvents, EngineCommands, EngineEvents, EngineReady, EngineWorkerData } from './protocol.ts'
import { StatsPublisher } from './published-stats.ts'

/** Hosts of the lab are answered; other sources belong to nobody, and answers to them vanish as on the Internet. */
const ALLOWED: readonly AllowedPrefix[] = [
  ...[CLIENT_ADDRESSES, BOT_ADDRESSES, BYSTANDER_ADDRESSES, GATEWAY_ADDRESSES].map(
    (prefix): AllowedPrefix => ({ prefix, sharing: 'exclusive' }),
  ),
  ...SPOOFABLE_ADDRESSES.map((prefix): AllowedPrefix => ({ prefix, sharing: 'silent' })),
]

/** Between two publications of the numbers while no turn happens, milliseconds. */
const IDLE_PUBLISH_MS = 250

function makeSecret(): Uint8Array {
  const secret = new Uint8Array(SERVER_SECRET_BYTES)
  fillRandom(secret)
  return secret
}

function describePeer({ address, port, prefixes, packetsIn, packetsOut, packetsMissing }: PeerSnapshot): LinkPeer {
  return { address, port, prefixes: prefixes.map(formatPrefix), packetsIn, packetsOut, packetsMissing }
}

if (parentPort === null) throw new Error('the engine runs in a worker thread')

await serveThread<EngineCommands, EngineEvents, EngineReady>(parentPort, async (port) => {
  const { config, labKey, linkHost, linkPort, sharedStats } = workerData as EngineWorkerData
  const emit = <K extends keyof CoreEvents>(event: K, data: CoreEvents[K]): void => {
    // What has a time of its own keeps it.
    port.emit(event, { at: epochMilliseconds(monotonicMicroseconds()), ...data } as EngineEvents[K])
  }
  const web = await buildWebApp()
  const publisher = new StatsPublisher(sharedStats)
  const hub = await UdpHub.open({
    key: deriveLabKey(labKey),
    allowed: ALLOWED,
    clock: monotonicMicroseconds,
    host: linkHost,
    port: linkPort,
    counters: publisher.stats.link,
    onReceive: () => core.wake(),
    onPeerChange: (change, peer) => {
      core.setPeerCount(hub.peers().length)
      emit('peer', { change, peer: describePeer(peer) })
    },
  })
  const application: ApplicationFactory = (endpoint, listener) => {
    const wake = (): void => core.wake()
    const net = new EndpointNet({ endpoint, address: SERVER_ADDRESS, clock: monotonicMicroseconds, wake })
    return new WebApplication(web, net, listener)
  }
  const clock = monotonicMicroseconds
  const core = new ServerEngineCore({
    link: hub,
    config,
    publisher,
    clock,
    makeSecret,
    momentOf: epochMilliseconds,
    emit,
    application,
  })
  const publishing = setInterval(() => core.publish(), IDLE_PUBLISH_MS)
  return {
    ready: { linkHost: hub.address, linkPort: hub.port },
    handlers: {
      ...core.handlers,
      inspect: () => {
        core.publish()
        return { config: core.config, peers: hub.peers().map(describePeer) }
      },
      close: async () => {
        clearInterval(publishing)
        core.stop()
        await web.close()
        await hub.close()
        return null
      },
    },
  }
})
