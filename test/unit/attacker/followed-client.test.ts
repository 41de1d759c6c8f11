import { describe, expect, it } from 'vitest'
import { CLIENT_DEFAULTS } from '../../../attacker/clients/client-spec.ts'
import { TestEngine } from '../../support/worlds/attacker-engine.ts'

describe('the client’s end of a connection that is followed', () => {
  it('is told as it is, then whenever it has changed: its SYN is sent again, and it gives up', async () => {
    const engine = new TestEngine({ ...CLIENT_DEFAULTS, rate: 1, connectTimeout: 2 })
    engine.setLink('ready')
    while (engine.firstSender === undefined) engine.pass(10)
    await engine.setClients(undefined)
    expect(await engine.follow(engine.firstSender)).toBe(true)
    engine.pass(3000)
    const [first, ...later] = engine.toldOf('end')
    expect(first).toMatchObject({ client: expect.stringMatching(/^10\.9\.19\.\d+:\d+$/), end: { state: 'SYN-SENT' } })
    const story = [first, ...later].map(({ end }) => `${end.state} ${end.timer?.retries ?? '-'}`)
    expect(story).toEqual(['SYN-SENT 0', 'SYN-SENT 1', 'CLOSED -'])
    expect(later[0]?.end.timer?.firesAt).toBeGreaterThan(first?.end.timer?.firesAt ?? Number.POSITIVE_INFINITY)
  })

  it('is nobody’s when the address is not of this process’s hosts', async () => {
    const engine = new TestEngine()
    engine.setLink('ready')
    expect(await engine.follow({ address: 0x0a09_0005, port: 80 })).toBe(false)
    expect(engine.toldOf('end')).toEqual([])
  })
})
