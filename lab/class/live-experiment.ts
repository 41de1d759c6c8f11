/**
 * An experiment of a sheet on live processes: a lab of its own, a calm, a rush, and the figures that server and clients
 * counted in it, under the names that the simulation gives them. No two live runs are alike, so what they show is held against
 * the simulation of the same variant with room to spare.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import type { AttackerState, ClientsRequest } from '../../attacker/contract.ts'
import type { ServerConfig, ServerState } from '../../server/contract.ts'
import { AttackerClient } from '../client/attacker-client.ts'
import { LabClient } from '../client/lab-client.ts'
import { type LabAddresses, LabProcesses } from '../up/lab-processes.ts'
import { RunFailure } from '../usage-error.ts'
import { COUNTERS } from './sheet-counters.ts'

/** What a sheet wants of a live lab. */
export interface LiveTraffic {
  readonly config: Partial<ServerConfig>
  /** Honest clients in the calm, and in the rush. */
  readonly calm: ClientsRequest
  readonly rush: ClientsRequest
  /** SYN/s in the rush; 0 for none. */
  readonly floodRate: number
}

/** Seconds of calm, and of rush. */
export interface LiveSeconds {
  readonly calm: number
  readonly rush: number
}

export interface LiveOptions extends LiveSeconds {
  readonly signal: AbortSignal
  /** Told where the lab's page is, once it is up. */
  readonly onPage: (url: string) => void
}

/** As long a rush as the simulation has, so that the figures can be compared. */
export const LIVE_SECONDS: LiveSeconds = { calm: 5, rush: 30 }

/** Any free port for everything, and no traffic but that of the sheet. */
const LAB = {
  ...{ serverPort: 0, attackerPort: 0, attackers: 1, linkPort: 0, gatewayPort: 0, pagePort: 0 },
  ...{ backlog: 128, synCookies: 0, clientsRate: 0 },
}

/** Milliseconds between two looks at the queues, and within which the lab has to be linked. */
const LOOK_MS = 50
const PATIENCE_MS = 20_000

/** Undefined when it was aborted. Throws RunFailure when a process dies. Whatever happens, the processes are ended. */
export async function playLive(
  traffic: LiveTraffic,
  options: LiveOptions,
): Promise<Record<string, number> | undefined> {
  const stop = new AbortController()
  const processes = new LabProcesses(() => {})
  const end = (): void => stop.abort()
  options.signal.addEventListener('abort', end)
  if (options.signal.aborted) end()
  stop.signal.addEventListener('abort', () => void processes.stop())
  void processes.failed.then(end)
  let figures: Record<string, number> | undefined
  try {
    const addresses = await processes.start(LAB)
    if (addresses !== undefined) figures = await measure(addresses, traffic, { ...options, signal: stop.signal })
  } catch (error) {
    // What goes wrong in a lab that is being ended goes wrong for that reason.
    if (!stop.signal.aborted) throw error
  } finally {
    options.signal.removeEventListener('abort', end)
    await processes.stop()
  }
  if (processes.failure !== undefined) throw processes.failure
  return figures
}

async function measure(
  { serverUrl, attackerUrls, pageUrl }: LabAddresses,
  { config, calm, rush, floodRate }: LiveTraffic,
  options: LiveOptions,
): Promise<Record<string, number>> {
  const { signal } = options
  const lab = new LabClient(serverUrl, attackerUrls)
  const clients = new AttackerClient(attackerUrls[0] ?? '')
  try {
    if (pageUrl !== undefined) options.onPage(pageUrl)
    await untilLinked(lab, signal)
    await lab.server.configure(config)
    await clients.setClients(calm)
    await sleep(options.calm * 1000, undefined, { signal })
    const before = await lab.sample()
    const longest = { syn: 0, accept: 0 }
    await clients.setClients(rush)
    if (floodRate > 0) await lab.startFlood(floodRate, options.rush)
    const end = performance.now() + options.rush * 1000
    while (performance.now() < end) {
      await sleep(LOOK_MS, undefined, { signal })
      const { synQueue, acceptQueue } = await lab.server.state()
      longest.syn = Math.max(longest.syn, synQueue.length)
      longest.accept = Math.max(longest.accept, acceptQueue.length)
    }
    const after = await lab.sample()
    return figuresOf(before, after, longest)
  } finally {
    lab.close()
  }
}

async function untilLinked(lab: LabClient, signal: AbortSignal): Promise<void> {
  const end = performance.now() + PATIENCE_MS
  while ((await lab.attackers.state()).link.state !== 'ready') {
    if (performance.now() > end) throw new RunFailure(`waited ${PATIENCE_MS / 1000} s in vain for the link`)
    await sleep(LOOK_MS, undefined, { signal })
  }
}

interface Both {
  readonly server: ServerState
  readonly attacker: AttackerState
}

function figuresOf(before: Both, after: Both, longest: { syn: number; accept: number }): Record<string, number> {
  const [from, to] = [before.attacker.clients.outcomes, after.attacker.clients.outcomes]
  const gained = (outcome: keyof typeof to): number => to[outcome] - from[outcome]
  const succeeded = gained('ok')
  const attempted = (Object.keys(to) as (keyof typeof to)[]).reduce((sum, outcome) => sum + gained(outcome), 0)
  const { counters, synQueue, acceptQueue } = after.server
  return {
    'main.attack.legit.attempted': attempted,
    'main.attack.legit.succeeded': succeeded,
    'main.attack.legit.percent': attempted === 0 ? 0 : Math.floor((100 * succeeded) / attempted),
    'main.attack.syn_queue.limit': synQueue.limit,
    'main.attack.syn_queue.max': longest.syn,
    'main.attack.accept_queue.limit': acceptQueue.limit,
    'main.attack.accept_queue.max': longest.accept,
    ...Object.fromEntries(
      COUNTERS.map((name) => [
        `main.attack.counters.${name}`,
        (counters[name] ?? 0) - (before.server.counters[name] ?? 0),
      ]),
    ),
  }
}
