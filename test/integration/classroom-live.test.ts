/**
 * A sheet on live processes: what they count is near what the simulation of the same variant counts, and it is what the
 * student's readings are held against.
 */
import { expect, it } from 'vitest'
import { LIVE_SECONDS, playLive } from '../../lab/class/live-experiment.ts'
import { synlab, temporaryDirectory } from '../support/processes/lab-cli.ts'
import { Classroom, readBundle } from '../support/worlds/classroom.ts'

it('is run, read, kept when answers are added, and graded; invented figures are refused', async () => {
  const room = new Classroom(temporaryDirectory(), 'id\ns001\n')
  const right = await room.rightAnswers('s001', 'C')
  const pages: string[] = []
  const first = await room.solve(
    's001',
    'C',
    { C1: right.C1 ?? 0, C2: right.C2 ?? 0 },
    {
      directory: 'work',
      live: (traffic) =>
        playLive(traffic, {
          ...LIVE_SECONDS,
          signal: new AbortController().signal,
          onPage: (url) => pages.push(url),
        }),
    },
  )
  expect(pages).toEqual([expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+$/)])
  const { live } = readBundle(first)
  expect(live['main.attack.syn_queue.max']).toBe(live['main.attack.syn_queue.limit'] + 1)

  const answers = { ...right, C4: live['main.attack.counters.TCPReqQFullDrop'] ?? 0 }
  expect(answers.C4).toBeGreaterThan(0)
  const path = await room.solve('s001', 'C', answers, { directory: 'work', time: 1 })
  expect(readBundle(path).live).toEqual(live)
  const graded = await synlab('grade', path, '--class', room.course, '--json', '--quiet')
  expect([graded.status, graded.stderr]).toEqual([0, ''])
  const { grades } = JSON.parse(graded.stdout) as { grades: [{ points: number; max: number }] }
  expect(grades[0].points).toBe(grades[0].max)

  const bundle = readBundle(path)
  const invented = room.handIn(path, 'invented.json', () =>
    room.reseal(bundle, { live: { ...live, 'main.attack.counters.TCPReqQFullDrop': 99_999 } }),
  )
  const refused = await synlab('grade', invented, '--class', room.course, '--quiet')
  expect(refused.status).toBe(2)
  expect(refused.stderr).toContain('live.main.attack.counters.TCPReqQFullDrop is 99999, which is far from anything')
})

it('is refused for sheets that have no live run, before anything is started', async () => {
  const room = new Classroom(temporaryDirectory(), 'id\ns001\n')
  const { status, stderr } = await synlab('class', 'bundle', 'A', '--student', room.studentPath('s001'), '--live')
  expect([status, stderr]).toEqual([
    2,
    'synlab: --live: sheet A is played in virtual time only; C, D and E can be run live\n',
  ])
})
