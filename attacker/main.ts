/**
 * The attacker process: engine thread, control API, clean start and end.
 */
import { bindOrExplain, listenOrEnd, runService, type Service, StartError } from '../control/process.ts'
import { ThreadError } from '../control/thread.ts'
import { ATTACKER_NAME, buildAttackerApi } from './api/attacker-api.ts'
import { type AttackerEngine, startEngine } from './engine/engine.ts'
import { TARGET_REFUSED } from './engine/guarded-spoke.ts'
import type { EngineOptions } from './engine/protocol.ts'
import { directoryRefusal } from './engine/trace-file.ts'
import { makeTraceReader } from './engine/trace-thread.ts'
import { type AttackerOptions, parseAttackerOptions } from './options.ts'

const API_OPTIONS = {
  hostOption: '--host or SYNLAB_ATTACKER_HOST',
  portOption: '--api-port or SYNLAB_ATTACKER_API_PORT',
}

const GATEWAY_OPTIONS = {
  hostOption: '--gateway-host or SYNLAB_GATEWAY_HOST',
  portOption: '--gateway-port or SYNLAB_GATEWAY_PORT',
}

async function start({ host, apiPort, logLevel, traces, engine: engineOptions }: AttackerOptions): Promise<Service> {
  const refusal = traces === undefined ? undefined : directoryRefusal(traces)
  if (refusal !== undefined) throw new StartError(`--traces ${JSON.stringify(traces)}: ${refusal}`)
  const { gateway } = engineOptions
  const starting = () => startOrRefuse(engineOptions)
  const engine = await (gateway === undefined
    ? starting()
    : bindOrExplain({ ...gateway, ...GATEWAY_OPTIONS }, starting))
  const app = buildAttackerApi(engine, logLevel, traces, makeTraceReader())
  const { address, port } = await listenOrEnd(app, { host, port: apiPort, ...API_OPTIONS }, engine)
  return {
    ready: { name: ATTACKER_NAME, apiHost: address, apiPort: port, hub: engine.link().hub, gateway: engine.gateway },
    failed: engine.failed,
    close: async () => {
      // Attacks stop before anybody is waited for.
      await engine.close()
      await app.close()
    },
  }
}

/** A hub that the guard refuses, once its name is resolved, is the caller's mistake. */
async function startOrRefuse(options: EngineOptions): Promise<AttackerEngine> {
  try {
    return await startEngine(options)
  } catch (error) {
    if (error instanceof ThreadError && error.code === TARGET_REFUSED) throw new StartError(error.message)
    throw error
  }
}

await runService(ATTACKER_NAME, async () => {
  const options = parseAttackerOptions(process.argv.slice(2))
  if (options === undefined) process.exit(0)
  return start(options)
})
