/**
 * A flood and a crowd in the containers, begun and met through the published page, and what the alerts say of them.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { AttackerState } from '../../attacker/contract.ts'
import { TOKEN_HEADER } from '../../dashboard/contract/http.ts'
import { EventReader } from '../../lab/client/event-reader.ts'
import type { ServerState } from '../../server/contract.ts'
import { type Composition, call, eventually } from '../support/processes/composition.ts'
import { readDashboards } from '../support/readers/dashboards.ts'
import { PrometheusApi } from '../support/readers/prometheus-api.ts'

const FLOOD = { kind: 'syn-flood', rate: 5000, duration: 300 }
/** Fills a backlog of 8 like a flood, and answers. */
const CROWD = { kind: 'flash-crowd', rate: 400, duration: 25 }
const CROWD_BACKLOG = 8
/**
 * Success of honest clients whom nobody keeps out. Who waits longer than their patience of 3 s is a timeout, and a machine with
 * much else to do makes some wait: those, and no others, are allowed for.
 */
const SERVED = 0.9
const SERVED_OR_LATE = 0.99

const now = (): number => Date.now() / 1000

export function floodTests(lab: Composition): void {
  // A page is open all the time: attacks that pages start end with the last of them (dashboard/server/page-leases.ts).
  let stream: EventReader<{ message: unknown }> | undefined
  beforeAll(async () => {
    stream = await EventReader.open(`${lab.url('dashboard')}/api/stream`)
    void hearAll(stream)
  })
  afterAll(() => stream?.close())

  /** As the page calls the lab: with the token that it is given. */
  async function page<B>(method: string, path: string, body?: unknown): Promise<{ status: number; body: B }> {
    const { token } = (await call<{ token: string }>('GET', `${lab.url('dashboard')}/api/session`)).body
    const response = await fetch(`${lab.url('dashboard')}${path}`, {
      method,
      headers: { [TOKEN_HEADER]: token, ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
    return { status: response.status, body: (await response.json()) as B }
  }

  const prometheus = () => new PrometheusApi(lab.url('prometheus'))
  const serverState = async () => (await call<ServerState>('GET', `${lab.url('server')}/api/state`)).body

  async function firing(): Promise<string[]> {
    const alerts = await prometheus().instant('ALERTS{alertstate="firing"}')
    return alerts.map(({ metric }) => String(metric.alertname))
  }

  const seriesOf = async () => {
    const samples = await prometheus().instant('count by (job) ({job=~"synlab-.+", __name__!~"synlab:.+|ALERTS.*"})')
    return Object.fromEntries(samples.map(({ metric, value }) => [metric.job, value[1]]))
  }

  /** Shares of the honest attempts of the next seconds that succeed, and that succeed or wait for too long. */
  async function fateOfNext(count: number): Promise<{ served: number; servedOrLate: number }> {
    const outcomes = async () => {
      const states = await Promise.all(lab.attackerUrls().map((url) => call<AttackerState>('GET', `${url}/api/state`)))
      const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0)
      const all = states.map(({ body }) => body.clients.outcomes)
      return {
        ok: sum(all.map(({ ok }) => ok)),
        timeout: sum(all.map(({ timeout }) => timeout)),
        ended: sum(all.flatMap((counts) => Object.values(counts))),
      }
    }
    const before = await outcomes()
    return eventually(`${count} honest attempts ended`, async () => {
      const after = await outcomes()
      const ended = after.ended - before.ended
      const served = (after.ok - before.ok) / ended
      return ended >= count && { served, servedOrLate: served + (after.timeout - before.timeout) / ended }
    })
  }

  describe('a calm lab', () => {
    it('has every process scraped under a name that is no address, and every dashboard in Grafana without a complaint', async () => {
      const up = await eventually('all targets are up', async () => {
        const samples = await prometheus().instant('up == 1')
        return samples.length === lab.inspections().length - 1 && samples
      })
      const targets = up.map(({ metric: { job, instance = '' } }) => [job, instance.replace(/-\d+$/, '')])
      expect(targets.sort()).toEqual([
        ['node', 'server'],
        ['synlab-attacker', 'attacker'],
        ['synlab-attacker', 'attacker'],
        ['synlab-dashboard', 'dashboard'],
        ['synlab-gateway', 'gateway'],
        ['synlab-server', 'server'],
      ])
      expect((await call('GET', `${lab.url('grafana')}/api/stand-in/problems`)).body).toEqual([])
      const found = (await call<{ uid: string }[]>('GET', `${lab.url('grafana')}/api/search`)).body
      expect(found.map(({ uid }) => uid).sort()).toEqual(
        readDashboards()
          .map(({ dashboard }) => dashboard.uid)
          .sort(),
      )
    })

    it('serves everybody, and fires no alert', async () => {
      const { served, servedOrLate } = await fateOfNext(100)
      expect(served).toBeGreaterThan(SERVED)
      expect(servedOrLate).toBeGreaterThan(SERVED_OR_LATE)
      expect(await firing()).toEqual([])
    })
  })

  it('drowns in a flood that the page began: the alerts say so', async () => {
    expect((await page('PATCH', '/api/config', { synCookies: 0 })).status).toBe(200)
    expect((await page('POST', '/api/attacks', FLOOD)).status).toBe(201)
    await eventually('the alerts of a full queue fire', async () => {
      const names = await firing()
      return names.includes('SynQueueExhausted') && names.includes('HonestSuccessLow')
    })
    expect((await fateOfNext(60)).served).toBeLessThan(0.2)
    const { synQueue } = await serverState()
    expect(synQueue.length).toBeGreaterThan(0.9 * synQueue.limit)
  })

  it('is saved by one switch of the page, also behind the gateway, while the alerts tell a flood from a crowd', async () => {
    const series = await seriesOf()
    expect(await page('PATCH', '/api/config', { synCookies: 1 })).toMatchObject({
      status: 200,
      body: { synCookies: 1 },
    })
    await eventually('SynFlood fires', async () => (await firing()).includes('SynFlood'))
    await eventually(
      'the success of honest clients is above the objective',
      async () => !(await firing()).includes('HonestSuccessLow'),
    )
    // With cookies, who is late may also be reset: README, "A burst of thousands".
    expect((await fateOfNext(60)).served).toBeGreaterThan(SERVED)
    expect((await fetch(lab.url('gateway'))).status).toBe(200)
    const { synQueue } = await serverState()
    expect(synQueue.length).toBeGreaterThan(0.9 * synQueue.limit)
    expect((await page('DELETE', '/api/attacks')).body).toEqual({ stopped: 1 })
    await eventually('every alert resolves', async () => (await firing()).length === 0)
    // Whatever the attacker makes up, it makes no series.
    expect(await seriesOf()).toEqual(series)
  })

  it('sends cookies to a crowd as well, and calls it no flood', async () => {
    expect((await page('PATCH', '/api/config', { backlog: CROWD_BACKLOG })).status).toBe(200)
    const start = now()
    expect((await page('POST', '/api/attacks', CROWD)).status).toBe(201)
    await eventually('the crowd has gone', async () => {
      const states = await Promise.all(lab.attackerUrls().map((url) => call<AttackerState>('GET', `${url}/api/state`)))
      return states.every(({ body }) => body.attacks.every(({ state }) => state !== 'running'))
    })
    const seconds = Math.ceil(now() - start)
    const cookies = await prometheus().instant(`max_over_time(synlab:cookies_sent:rate5s[${seconds}s])`)
    expect(Number(cookies[0]?.value[1])).toBeGreaterThan(10)
    const alerts = await prometheus().instant(`max_over_time(ALERTS{alertstate="firing"}[${seconds}s])`)
    expect(alerts.map(({ metric }) => metric.alertname).filter((name) => name !== 'SynCookiesInUse')).toEqual([])
    expect((await page('PATCH', '/api/config', { backlog: 128 })).status).toBe(200)
  })

  it('scales out: one attacker more is one target more', async () => {
    await lab.up(3)
    const attackers = await eventually('three attackers are up', async () => {
      const up = await prometheus().instant('up{job="synlab-attacker"} == 1')
      return up.length === 3 && up.map(({ metric }) => metric.attacker)
    })
    expect(new Set(attackers).size).toBe(3)
  })
}

/** Takes everything in, for who does not read is dropped. */
async function hearAll(reader: EventReader<{ message: unknown }>): Promise<void> {
  for await (const _ of reader);
}
