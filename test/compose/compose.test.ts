/**
 * The lab in containers, as docker-compose.yml brings it up: what it shows, what it cannot reach, what becomes of it when
 * something dies. One composition, built once, goes through all of it in this order.
 */
import { afterAll, beforeAll, expect, it } from 'vitest'
import { BUILD_MS, COMMAND_MS, Composition, obstacleToContainers } from '../support/processes/composition.ts'
import { describeWith } from '../support/processes/tools.ts'
import { containmentTests } from './containment.ts'
import { floodTests } from './flood.ts'
import { healingTests } from './healing.ts'
import { oneShotTests } from './one-shots.ts'
import { queryTests } from './queries.ts'

const ATTACKERS = 2

describeWith(['docker'], 'the lab in containers', containers, obstacleToContainers())

function containers(): void {
  const lab = new Composition({ SYNLAB_CLIENTS_RATE: '20' })

  beforeAll(async () => {
    await lab.prepare()
    await lab.up(ATTACKERS)
  }, 2 * BUILD_MS)

  afterAll(() => lab.down(), COMMAND_MS)

  it('has a configuration that Compose takes, whatever is set', () => {
    expect(lab.compose(['config', '--quiet'])).toBe('')
  })

  floodTests(lab)
  oneShotTests(lab)
  queryTests(lab)
  containmentTests(lab)
  healingTests(lab)

  it('ends in order when it is stopped, and leaves nothing behind', () => {
    const own = ['server', 'attacker', 'gateway', 'dashboard'] as const
    const all = own.flatMap((service) => lab.of(service)).map(({ Id }) => Id)
    lab.compose(['stop', '--timeout', '10'])
    expect(lab.inspect(all).map(({ State }) => State)).toMatchObject(all.map(() => ({ Running: false, ExitCode: 0 })))
    lab.compose(['down', '--volumes'])
    const filter = ['-q', '--filter', `label=com.docker.compose.project=${lab.project}`]
    expect(lab.run(['docker', 'ps', '-a', ...filter])).toBe('')
    expect(lab.run(['docker', 'network', 'ls', ...filter])).toBe('')
    expect(lab.run(['docker', 'volume', 'ls', ...filter])).toBe('')
  })
}
