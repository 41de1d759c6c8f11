/** Prometheus' own tools on its configuration, its rules with their tests, and what the processes of the lab show it. */
import { spawnSync } from 'node:child_process'
import { readdirSync } from 'node:fs'
import { expect, it } from 'vitest'
import { buildAttackerApi } from '../../attacker/api/attacker-api.ts'
import { buildDashboardApp } from '../../dashboard/server/dashboard-app.ts'
import { buildServerApi } from '../../server/api/server-api.ts'
import { describeWith } from '../support/processes/tools.ts'
import { TestEngine } from '../support/worlds/attacker-engine.ts'
import { LocalEngine } from '../support/worlds/local-engine.ts'

const FOLDER = new URL('../../dashboard/prometheus/', import.meta.url).pathname

function promtool(args: readonly string[], input = '') {
  const { status, stdout, stderr } = spawnSync('promtool', args, { cwd: FOLDER, encoding: 'utf8', input })
  return { status, text: stdout + stderr }
}

describeWith(['promtool'], 'rules as Prometheus reads them', () => {
  it('takes the configuration and every rule file', () => {
    const { status, text } = promtool(['check', 'config', 'prometheus.yml'])
    expect(status, text).toBe(0)
    expect(text).toContain(`${readdirSync(`${FOLDER}rules`).length} rule files found`)
  })

  it.each(readdirSync(`${FOLDER}tests`))('tests/%s', (file) => {
    const { status, text } = promtool(['test', 'rules', `tests/${file}`])
    expect(status, text).toBe(0)
  })
})

describeWith(['promtool'], 'metrics as Prometheus lints them', () => {
  const url = new URL('http://127.0.0.1:9')
  const page = () =>
    buildDashboardApp({ serverUrl: url, attackerUrls: [url], logLevel: 'silent', pageDirectory: FOLDER })

  it.each([
    ['the server', async () => buildServerApi(new LocalEngine().engine, 'silent')],
    ['an attacker', async () => buildAttackerApi(new TestEngine(), 'silent')],
    ['the page’s server', page],
  ])('has nothing to say about those of %s', async (_, build) => {
    const app = await build()
    try {
      // Twice: some numbers of a process are taken from one scrape to the next.
      await app.inject('/metrics')
      const { status, text } = promtool(['check', 'metrics'], (await app.inject('/metrics')).payload)
      expect(text).toBe('')
      expect(status).toBe(0)
    } finally {
      await app.close()
    }
  })
})
