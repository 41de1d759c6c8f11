/**
 * The lab without processes: what it tells, what its controls do, and that time goes back and plays again as it did.
 */
import { describe, expect, it, vi } from 'vitest'
import type { StreamMessage } from '../../../../dashboard/contract/stream.ts'
import { VirtualLab } from '../../../../dashboard/virtual/virtual-lab.ts'
import { readScenario } from '../../../../lab/files/scenario-source.ts'
import { loadScenario } from '../../../../lab/scenario/load.ts'
import { resolveScenario } from '../../../../lab/scenario/resolve.ts'
import { ArmSimulator } from '../../../../lab/simulator/arm-simulator.ts'
import { assert } from '../../../../tcpip/base/assert.ts'
import { toBase64 } from '../../../../tcpip/base/base64.ts'
import { SECOND } from '../../../../tcpip/base/time.ts'

const SCENARIO = resolveScenario(loadScenario(readScenario('classic')))
const [OFF] = SCENARIO.arms

function open(byHand: readonly string[] = SCENARIO.attacks.map(({ name }) => name)) {
  assert(OFF !== undefined, 'classic has arms')
  const told: StreamMessage[] = []
  const lab = new VirtualLab({
    version: '0',
    scenario: SCENARIO,
    arm: OFF,
    byHand,
    tell: (message) => told.push(message),
  })
  const of = <T extends StreamMessage['type']>(type: T) =>
    told.filter((message): message is Extract<StreamMessage, { type: T }> => message.type === type)
  return { lab, told, of }
}

const FLOOD = { kind: 'syn-flood', rate: 1000, duration: 300, sources: '198.18.0.0/15', seed: 5 } as const
const run = (lab: VirtualLab, seconds: number): void => lab.advance(seconds * SECOND, SECOND)
const counters = (lab: VirtualLab) => {
  const { uptimeSeconds, ...state } = lab.serverState()
  return { uptimeSeconds, ...state }
}

describe('the lab in virtual time', () => {
  it('drowns and is saved by hand', () => {
    const { lab, of } = open()
    run(lab, 5)
    lab.startAttack(FLOOD)
    run(lab, 15)
    const drowned = lab.serverState()
    expect(drowned.synQueue.length).toBe(129)
    expect(lab.configure({ synCookies: 1 }).synCookies).toBe(1)
    run(lab, 30)
    const saved = lab.serverState()
    expect(saved.synQueue.length).toBe(129)
    expect(saved.counters.SyncookiesRecv).toBeGreaterThan(50)
    expect(saved.counters.TCPReqQFullDrop).toBe(drowned.counters.TCPReqQFullDrop)
    const marks = of('mark').map(({ mark }) => mark)
    expect(marks.map(({ kind }) => kind)).toEqual(['attack', 'threshold', 'config'])
    expect(marks[0]).toMatchObject({ at: 5000, state: 'started', attack: 'syn-flood', rate: 1000 })
    expect(marks.at(-1)).toMatchObject({ at: 15_000, changes: { synCookies: [0, 1] } })
  })

  it('plays on from any moment as if it had never gone back', () => {
    const wanderer = open()
    const straight = open()
    for (const { lab } of [wanderer, straight]) {
      run(lab, 5)
      lab.startAttack({ ...FLOOD, rate: 300 })
      run(lab, 10)
      lab.configure({ synCookies: 1, backlog: 64 })
      run(lab, 20)
    }
    const end = counters(straight.lab)
    expect(counters(wanderer.lab)).toEqual(end)
    for (const back of [19, 10, 3.25, 10.000_001, 0]) {
      wanderer.lab.goTo(back * SECOND)
      expect(wanderer.lab.now).toBe(back * SECOND)
      wanderer.lab.goTo(20 * SECOND)
      expect(counters(wanderer.lab)).toEqual(end)
    }
  })

  it.each([
    { rate: 5000, seconds: 8 },
    // Longer than mementos are kept for every second.
    { rate: 200, seconds: 70 },
  ])('replays no more than a second to go back one, at $rate SYN/s after $seconds s', ({ rate, seconds }) => {
    const { lab } = open()
    lab.startAttack({ ...FLOOD, rate })
    run(lab, seconds - 1)
    const instants = vi.spyOn(ArmSimulator.prototype, 'step')
    try {
      run(lab, seconds)
      const ofOneSecond = instants.mock.calls.length
      expect(ofOneSecond).toBeGreaterThan(rate)
      instants.mockClear()
      lab.goTo((seconds - 1) * SECOND)
      expect(instants.mock.calls.length).toBeLessThan(1.2 * ofOneSecond)
      expect(lab.now).toBe((seconds - 1) * SECOND)
    } finally {
      instants.mockRestore()
    }
  })

  it('gives what the same switches give in the simulator', () => {
    const { lab } = open()
    run(lab, 5)
    lab.startAttack(FLOOD)
    run(lab, 20)
    lab.goTo(12 * SECOND)
    lab.configure({ synCookies: 2 })
    run(lab, 30)
    assert(OFF !== undefined, 'classic has arms')
    const { kind, rate, duration, seed } = FLOOD
    const started = { kind, rate, duration, seed }
    const spec = lab.serverState()
    const simulator = new ArmSimulator(SCENARIO, OFF, {
      byHand: SCENARIO.attacks.map(({ name }) => name),
      switches: lab.history,
    })
    simulator.runTo(30 * SECOND)
    expect(lab.history).toMatchObject([
      { at: 5 * SECOND, thrown: { kind: 'start-attack', spec: started } },
      { at: 12 * SECOND, thrown: { kind: 'configure', patch: { synCookies: 2 } } },
    ])
    expect(Object.values(spec.counters)).toEqual([...simulator.server.counters.mib])
    expect(spec.synQueue.length).toBe(simulator.server.listener.synQueue.length)
  })

  it('tells where it went back to, and nothing of the way there', () => {
    const { lab, told, of } = open()
    run(lab, 3)
    lab.startAttack(FLOOD)
    run(lab, 6)
    told.length = 0
    lab.goTo(4 * SECOND)
    expect(told.map(({ type }) => type)).toEqual(['rewind', 'server', 'attacker', 'slots'])
    expect(of('rewind')).toEqual([{ type: 'rewind', at: 4000 }])
    expect(
      lab
        .hello('x')
        .marks.map(({ at }) => at)
        .every((at) => at <= 4000),
    ).toBe(true)
  })

  it('tells a switch again when it happens again', () => {
    const { lab, of } = open()
    run(lab, 2)
    lab.configure({ backlog: 7 })
    run(lab, 4)
    lab.goTo(SECOND)
    lab.goTo(4 * SECOND)
    expect(of('mark').map(({ mark }) => [mark.kind, mark.at])).toEqual([
      ['config', 2000],
      ['config', 2000],
    ])
    expect(lab.serverState().config.backlog).toBe(7)
  })

  it('tells each honest connection once', () => {
    const { lab, of } = open()
    for (let second = 1; second <= 10; second++) {
      run(lab, second)
      lab.tellFinished()
    }
    const ended = of('connections').reduce((sum, message) => sum + message.ended, 0)
    const { outcomes } = of('attacker').at(-1)?.state.clients ?? lab.setClients({ rate: 1 })
    expect(ended).toBe(outcomes.ok)
    expect(ended).toBeGreaterThan(50)
  })

  it('follows an honest connection, and the next one after going back', () => {
    const { lab, of } = open()
    run(lab, 1)
    const tap = lab.follow({ follow: 'honest' })
    run(lab, 3)
    const flags = of('tap').flatMap(({ event }) => (event.kind === 'segment' ? [event.segment.flags.join(',')] : []))
    expect(flags.slice(0, 3)).toEqual(['SYN', 'ACK,SYN', 'ACK'])
    expect(of('tap').every(({ event }) => event.tap === tap)).toBe(true)
    lab.goTo(2 * SECOND)
    run(lab, 4)
    expect(of('tap').some(({ event }) => event.kind === 'started' && event.tap !== tap && event.at >= 2000)).toBe(true)
  })

  it('plays the same whether somebody follows a connection or not', () => {
    const watched = open()
    const alone = open()
    for (const { lab } of [watched, alone]) {
      run(lab, 2)
      lab.startAttack(FLOOD)
    }
    watched.lab.follow({ follow: 'hostile' })
    for (const { lab } of [watched, alone]) run(lab, 12)
    expect(counters(watched.lab)).toEqual(counters(alone.lab))
  })

  it('takes the last cookie apart', () => {
    const { lab } = open()
    run(lab, 2)
    lab.configure({ synCookies: 2 })
    run(lab, 4)
    const { real, verdict } = lab.cookie({})
    expect(verdict).toMatchObject({ isValid: true, counter: 'SyncookiesRecv' })
    expect(lab.cookie({ cookie: (real ^ 1) >>> 0 }).verdict.isValid).toBe(false)
  })

  it('steps from packet to packet', () => {
    const { lab, of } = open()
    const packets: number[] = []
    for (let i = 0; i < 6; i++) {
      lab.step('packet')
      const { packets: counted } = (of('server').at(-1) as Extract<StreamMessage, { type: 'server' }>).state
      packets.push(counted.in + counted.out)
    }
    expect(packets).toEqual([...packets].sort((a, b) => a - b))
    expect(new Set(packets).size).toBe(6)
  })

  it.each([
    ['an unknown knob', (lab: VirtualLab) => lab.configure({ backlogg: 1 } as never), 'backlogg'],
    ['a value out of range', (lab: VirtualLab) => lab.configure({ backlog: -7 }), 'backlog'],
    ['an unknown key of an attack', (lab: VirtualLab) => lab.startAttack({ ...FLOOD, speed: 1 }), 'speed'],
    ['an unknown kind', (lab: VirtualLab) => lab.startAttack({ ...FLOOD, kind: 'flod' } as never), 'kind'],
    ['a moment that has not come', (lab: VirtualLab) => lab.goTo(99 * SECOND), 'at'],
    ['clients out of range', (lab: VirtualLab) => lab.setClients({ rate: 1e9 }), 'rate'],
  ])('refuses %s and changes nothing', (_what, act, path) => {
    const { lab } = open()
    run(lab, 2)
    const before = counters(lab)
    expect(() => act(lab)).toThrow(expect.objectContaining({ path }))
    expect(counters(lab)).toEqual(before)
  })

  it('says which key is missing', () => {
    const { lab } = open()
    expect(() => lab.startAttack({ kind: 'syn-flood', duration: 1 })).toThrow('key "rate" is missing')
  })
})

describe('base64', () => {
  it.each([0, 1, 2, 3, 4, 255, 256])('of %i bytes is as Node has it', (length) => {
    const bytes = Uint8Array.from({ length }, (_, i) => (i * 89) & 255)
    expect(toBase64(bytes)).toBe(Buffer.from(bytes).toString('base64'))
  })
})
