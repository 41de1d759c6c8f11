/** The moments of the last change of each knob, as /metrics shows them. */
import { Registry } from 'prom-client'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { SERVER_DEFAULTS } from '../../../../server/app/server-config.ts'
import { addChangeTimes, CHANGE_TIMES } from '../../../../server/metrics/change-times.ts'
import { parsePrometheusText } from '../../../support/readers/prometheus-text.ts'
import { LocalEngine } from '../../../support/worlds/local-engine.ts'

beforeEach(() => void vi.useFakeTimers({ toFake: ['Date'], now: 1_800_000_000_500 }))
afterEach(() => void vi.useRealTimers())

it('are 0 until a knob is changed, and then the time of the change, of that knob alone', async () => {
  const registry = new Registry()
  const lab = new LocalEngine()
  addChangeTimes(registry, lab.engine)
  const moments = async () => parsePrometheusText(await registry.metrics()).get(CHANGE_TIMES.name)?.series ?? new Map()
  const before = await moments()
  expect(before.size).toBe(Object.keys(SERVER_DEFAULTS).length + 1)
  expect([...before.values()].every((moment) => moment === 0)).toBe(true)

  await lab.engine.configure({ synCookies: 2 })
  vi.setSystemTime(1_800_000_007_000)
  await lab.engine.configure({ maxSynBacklog: 77, synCookies: 2 })
  await lab.engine.reset()
  const changed = [...(await moments())].filter(([, moment]) => moment !== 0)
  expect(changed).toEqual([
    ['{what="syn_cookies"}', 1_800_000_000.5],
    ['{what="max_syn_backlog"}', 1_800_000_007],
    ['{what="reset"}', 1_800_000_007],
  ])
})
