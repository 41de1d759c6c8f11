/**
 * The server process: engine thread, control API, clean start and end.
 */
import { bindOrExplain, listenOrEnd, runService, type Service } from '../control/process.ts'
import { buildServerApi, SERVER_NAME } from './api/server-api.ts'
import { startEngine } from './engine/engine.ts'
import { parseServerOptions, type ServerOptions } from './options.ts'

const LINK_OPTIONS = { hostOption: '--link-host or SYNLAB_LINK_HOST', portOption: '--link-port or SYNLAB_LINK_PORT' }
const API_OPTIONS = {
  hostOption: '--host or SYNLAB_SERVER_HOST',
  portOption: '--api-port or SYNLAB_SERVER_API_PORT',
}

async function start({ host, apiPort, linkHost, linkPort, labKey, logLevel, config }: ServerOptions): Promise<Service> {
  const link = { host: linkHost, port: linkPort, ...LINK_OPTIONS }
  const engine = await bindOrExplain(link, () => startEngine({ config, labKey, linkHost, linkPort }))
  const app = buildServerApi(engine, logLevel)
  const { address, port } = await listenOrEnd(app, { host, port: apiPort, ...API_OPTIONS }, engine)
  return {
    ready: { name: SERVER_NAME, apiHost: address, apiPort: port, ...engine.where },
    failed: engine.failed,
    close: async () => {
      // With the link's end attacks stop, before anybody is waited for.
      await engine.close()
      await app.close()
    },
  }
}

await runService(SERVER_NAME, async () => {
  const options = parseServerOptions(process.argv.slice(2))
  if (options === undefined) process.exit(0)
  return start(options)
})
