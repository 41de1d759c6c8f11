/**
 * When a client repeats its SYN, by operating system: seen on the wire, to the second.
 */
import { describe, expect, test } from 'vitest'
import { CLIENT_DEFAULTS, CLIENT_SYSTEMS, type OpenClients } from '../../../../attacker/clients/client-spec.ts'
import { SECOND } from '../../../../tcpip/base/time.ts'
import { SYN_SCHEDULES } from '../../../../tcpip/connection/syn-schedule.ts'
import { SYN } from '../../../../tcpip/wire/segment.ts'
import { AttackerLab } from '../../../support/worlds/attacker-lab.ts'

/** Seconds at which SYNs leave a client whom nobody answers, and the second at which it gives up. */
function observe(spec: Partial<OpenClients>): { syns: number[]; end: number } {
  const lab = new AttackerLab({ server: 'silent' })
  const patient = { connectTimeout: 131, rate: 0.001, arrivals: 'constant' } as const
  lab.attacker.setClients({ ...CLIENT_DEFAULTS, ...patient, ...spec }, 0)
  const syns: number[] = []
  for (let next = 0; next <= 200 * SECOND; next = lab.attacker.nextDeadline()) {
    lab.attacker.poll(next)
    for (const { flags } of lab.takeSent()) {
      expect(flags).toBe(SYN)
      syns.push(next / SECOND)
    }
  }
  expect(lab.records).toMatchObject([{ outcome: 'timeout', connectUs: undefined }])
  return { syns, end: (lab.records[0]?.totalUs ?? 0) / SECOND }
}

describe('a client whom nobody answers', () => {
  test.each([
    { os: 'linux', syns: [0, 1, 2, 3, 4, 5, 7, 11, 19, 35, 67], end: 131 },
    { os: 'linux-old', syns: [0, 1, 3, 7, 15, 31, 63], end: 127 },
    { os: 'macos', syns: [0, 1, 2, 3, 4, 5, 7, 11, 19, 35, 67], end: 75 },
    { os: 'windows', syns: [0, 3, 9], end: 21 },
  ] as const)('of $os sends SYNs at $syns s and gives up at $end s', ({ os, syns, end }) => {
    expect(observe({ os })).toEqual({ syns, end })
  })

  test('of any system gives up with its patience, if that ends sooner', () => {
    for (const os of CLIENT_SYSTEMS) expect(observe({ os, connectTimeout: 10 }).end).toBe(10)
  })
})

test('the last wait of a schedule is the one before giving up', () => {
  for (const schedule of Object.values(SYN_SCHEDULES)) {
    expect(schedule.every((wait) => Number.isInteger(wait) && wait > 0)).toBe(true)
  }
  expect(SYN_SCHEDULES.linux.reduce((sum, wait) => sum + wait, 0)).toBe(131 * SECOND)
})
