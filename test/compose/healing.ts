/** Processes that are killed in the middle of a flood: the containers come back by themselves, and the gap is seen. */
import { expect, it } from 'vitest'
import type { ServerState } from '../../server/contract.ts'
import { type Composition, call, eventually, type Service } from '../support/processes/composition.ts'
import { PrometheusApi } from '../support/readers/prometheus-api.ts'

const FLOOD = { kind: 'syn-flood', rate: 1000, duration: 120 }

export function healingTests(lab: Composition): void {
  /** Ends the first process of a container as the kernel does when memory is short, and waits until it is healthy again. */
  async function kill(service: Service): Promise<void> {
    const [victim] = lab.of(service)
    process.kill(victim?.State.Pid ?? 0, 'SIGKILL')
    await eventually(`${service} is back`, async () => {
      const [now] = lab.of(service).filter(({ Id }) => Id === victim?.Id)
      return (now?.RestartCount ?? 0) > (victim?.RestartCount ?? 0) && now?.State.Health?.Status === 'healthy'
    })
  }

  const joined = async () => (await call<ServerState>('GET', `${lab.url('server')}/api/state`)).body.link.peers.length

  it('heals when any of its processes is killed in a flood, and shows the gap', async () => {
    const peers = await joined()
    const [attacker = ''] = lab.attackerUrls()
    expect((await call('POST', `${attacker}/api/attacks`, FLOOD)).status).toBe(201)
    for (const service of ['attacker', 'gateway', 'server', 'dashboard'] as const) await kill(service)
    await eventually('everybody has joined again', async () => (await joined()) === peers)
    // A process that was started anew says so itself: its counters begin at 0, and its age with them.
    const prometheus = new PrometheusApi(lab.url('prometheus'))
    for (const job of ['synlab-server', 'synlab-dashboard', 'synlab-gateway']) {
      const starts = await eventually(`${job} is seen to have started twice`, async () => {
        const [sample] = await prometheus.instant(`changes(process_start_time_seconds{job="${job}"}[5m])`)
        const changes = Number(sample?.value[1] ?? 0)
        return changes > 0 && changes
      })
      expect(starts).toBe(1)
    }
    for (const service of ['prometheus', 'grafana'] as const) await kill(service)
    await eventually('Prometheus scrapes again', async () => {
      return (await prometheus.instant('up{job="synlab-server"} == 1')).length === 1
    })
    expect((await call<unknown[]>('GET', `${lab.url('grafana')}/api/stand-in/problems`)).body).toEqual([])
  })
}
