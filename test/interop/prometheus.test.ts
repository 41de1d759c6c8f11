/** Prometheus' own tools on its configuration, its rules with their tests, and what the processes of the lab show it. */
import { spawnSync } from 'node:child_process'
import { readdirSync } from 'node:fs'
import { expect, it } from 'vitest'
import { describeWith } from '../support/processes/tools.ts'

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
