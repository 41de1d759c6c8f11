/**
 * The page server's process: clean start and end.
 */
import type { AddressInfo } from 'node:net'
import { fileURLToPath } from 'node:url'
import { bindOrExplain, runService, type Service } from '../../control/process.ts'
import { buildDashboardApp, DASHBOARD_NAME } from './dashboard-app.ts'
import { type DashboardOptions, parseDashboardOptions } from './options.ts'

const BIND_OPTIONS = {
  hostOption: '--host or SYNLAB_DASHBOARD_HOST',
  portOption: '--port or SYNLAB_DASHBOARD_PORT',
}

/** Vite's output, beside this file's folder in dist. */
const PAGE_DIRECTORY = fileURLToPath(new URL('../web/', import.meta.url))

async function start({ host, port: wanted, ...options }: DashboardOptions): Promise<Service> {
  const app = await buildDashboardApp({ ...options, pageDirectory: PAGE_DIRECTORY })
  await bindOrExplain({ host, port: wanted, ...BIND_OPTIONS }, () => app.listen({ host, port: wanted }))
  const { address, port } = app.server.address() as AddressInfo
  return {
    ready: { name: DASHBOARD_NAME, apiHost: address, apiPort: port },
    // It can always go on: what it needs comes back by itself.
    failed: new Promise(() => {}),
    close: async () => {
      await app.close()
    },
  }
}

await runService(DASHBOARD_NAME, async () => {
  const options = parseDashboardOptions(process.argv.slice(2))
  if (options === undefined) process.exit(0)
  return start(options)
})
