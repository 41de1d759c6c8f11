/**
 * A page server before the real control APIs of a server and an attacker, whose engines stand still until the test moves
 * them. Everything listens on a free port of loopback.
 */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { onTestFinished } from 'vitest'
import { buildAttackerApi } from '../../../attacker/api/attacker-api.ts'
import type { ControlApp } from '../../../control/app.ts'
import { TOKEN_HEADER } from '../../../dashboard/contract/http.ts'
import type { StreamMessage } from '../../../dashboard/contract/stream.ts'
import { buildDashboardApp } from '../../../dashboard/server/dashboard-app.ts'
import { EventReader } from '../../../lab/client/event-reader.ts'
import { buildServerApi } from '../../../server/api/server-api.ts'
import type { ServerConfig } from '../../../server/app/server-config.ts'
import { until } from '../processes/lab-process.ts'
import { TestEngine } from './attacker-engine.ts'
import { LocalEngine } from './local-engine.ts'

/** What the page server sends to a page, by the names of its events. */
export type PageEvents = { message: StreamMessage }

export interface PageLab {
  readonly engine: LocalEngine
  readonly attacker: TestEngine
  readonly page: ControlApp
  /** Of the page server, the server and the attacker. */
  readonly url: string
  readonly serverUrl: string
  readonly attackerUrl: string
  /** A call of the page, with its token. */
  call(method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE', path: string, body?: object): Promise<PageAnswer>
  /** The attacker's process is gone, as far as anybody can tell. */
  stopAttacker(): Promise<void>
  /** Waits until the page server is in touch with both. */
  untilInTouch(): Promise<void>
  /** Opens the page's stream. */
  listen(): Promise<EventReader<PageEvents>>
}

export interface PageAnswer {
  readonly status: number
  readonly body: Record<string, unknown>
}

/** Starts all three, until the test is over. `files`: the built page, by path; none for a page that is not built. */
export async function startPageLab(
  files: Readonly<Record<string, string>> = {},
  config: Partial<ServerConfig> = {},
): Promise<PageLab> {
  const engine = new LocalEngine(config)
  const attacker = new TestEngine()
  attacker.setLink('ready')
  const serverUrl = await serve(buildServerApi(engine.engine, 'silent'))
  const attackerApi = buildAttackerApi(attacker, 'silent')
  const attackerUrl = await serve(attackerApi)
  const page = await buildDashboardApp({
    serverUrl: new URL(serverUrl),
    attackerUrls: [new URL(attackerUrl)],
    logLevel: 'silent',
    pageDirectory: writeFiles(files),
  })
  const url = await serve(page)
  const { token } = (await page.inject('/api/session')).json() as { token: string }
  return {
    engine,
    attacker,
    page,
    url,
    serverUrl,
    attackerUrl,
    call: async (method, path, body) => {
      const answer = await page.inject({
        method,
        url: path,
        headers: { [TOKEN_HEADER]: token },
        ...(body === undefined ? {} : { payload: body }),
      })
      return { status: answer.statusCode, body: answer.json() as Record<string, unknown> }
    },
    stopAttacker: async () => {
      await attackerApi.close()
    },
    untilInTouch: () =>
      until('both processes are up', async () => {
        const { body } = await page.inject('/metrics')
        return (body.match(/^synlab_dashboard_process_up\{.*\} 1$/gm) ?? []).length === 2
      }).then(() => {}),
    listen: async () => {
      const reader = await EventReader.open<PageEvents>(`${url}/api/stream`)
      onTestFinished(() => reader.close())
      return reader
    },
  }
}

/** The next message that fits. */
export async function untilTold<T extends StreamMessage['type']>(
  reader: EventReader<PageEvents>,
  type: T,
  fits: (message: Extract<StreamMessage, { type: T }>) => boolean = () => true,
): Promise<Extract<StreamMessage, { type: T }>> {
  type Wanted = Extract<StreamMessage, { type: T }>
  return (await reader.until('message', (message) => message.type === type && fits(message as Wanted))) as Wanted
}

async function serve(app: ControlApp): Promise<string> {
  await app.listen({ host: '127.0.0.1', port: 0 })
  onTestFinished(() => app.close())
  return `http://127.0.0.1:${(app.server.address() as AddressInfo).port}`
}

function writeFiles(files: Readonly<Record<string, string>>): string {
  const directory = mkdtempSync(join(tmpdir(), 'synlab-page-'))
  onTestFinished(() => rmSync(directory, { recursive: true }))
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(directory, path)), { recursive: true })
    writeFileSync(join(directory, path), content)
  }
  return directory
}
