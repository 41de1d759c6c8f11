/**
 * A hundred starts and stops of attacks of all kinds, live: counts add up, nothing stays behind, and the control API
 * answers all the while.
 */
import { readdirSync, readFileSync } from 'node:fs'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { afterEach, describe, expect, it } from 'vitest'
import type { AttackView } from '../../attacker/contract.ts'
import { ATTACK_KINDS, type AttackKind } from '../../attacker/traffic/attack-catalogue.ts'
import { makeAttack } from '../../attacker/traffic/attack-spec.ts'
import { type LabProcess, until } from '../support/processes/lab-process.ts'
import {
  attackOf,
  KINDS_BY_REQUEST,
  LiveLab,
  makeTraces,
  serverStateOf,
  stateOf,
} from '../support/processes/live-lab.ts'
import { TestEngine } from '../support/worlds/attacker-engine.ts'

const STARTS = 100
/** Milliseconds within which 99 of 100 questions are answered, beyond what the machine itself takes for an answer. */
const ANSWER_P99_MS = 50
/** Bytes of heap that a start and stop may leave behind on average. */
const HEAP_BYTES_PER_ATTACK = 512

const lab = new LiveLab()
afterEach(() => lab.stop())

interface Sums {
  offered: number
  sent: number
  late: number
  noRoom: number
}

/** Starts an attack, lets it act, and stops it; what it says of itself at the end. */
async function startAndStop(attacker: LabProcess, kind: AttackKind): Promise<AttackView> {
  const { status, body } = await attacker.request<AttackView>('POST', '/api/attacks', attackOf(kind, 500))
  expect(status).toBe(201)
  await until(`${kind} acts`, async () => {
    const { attacks } = await stateOf(attacker)
    return attacks.some(({ id, offered }) => id === body.id && offered > 0)
  })
  const stopped = await attacker.request<AttackView>('DELETE', `/api/attacks/${body.id}`)
  expect(stopped).toMatchObject({ status: 200, body: { id: body.id, kind, state: 'stopped' } })
  return stopped.body
}

/** Milliseconds that each question took while `isOver` says no: the state of the engine, and what needs no engine. */
async function askAllTheWhile(attacker: LabProcess, isOver: () => boolean) {
  const state: number[] = []
  const health: number[] = []
  const ask = async (path: string, times: number[]) => {
    const before = performance.now()
    await attacker.request('GET', path)
    times.push(performance.now() - before)
  }
  while (!isOver()) {
    await ask('/api/state', state)
    await ask('/healthz', health)
  }
  return { state, health }
}

function p99(times: readonly number[]): number {
  return [...times].sort((a, b) => a - b)[Math.floor(times.length * 0.99)] as number
}

/** File descriptors and threads of a process (Linux proc(5)). */
function handlesOf({ child: { pid } }: LabProcess): { files: number; threads: number; residentMb: number } {
  const [, pages = 0] = readFileSync(`/proc/${pid}/statm`, 'utf8').split(' ').map(Number)
  return {
    files: readdirSync(`/proc/${pid}/fd`).length,
    threads: readdirSync(`/proc/${pid}/task`).length,
    residentMb: (pages * 4096) / 2 ** 20,
  }
}

describe(`${STARTS} starts and stops of attacks of all kinds`, () => {
  it('add up, leave none running and nothing open, and are no obstacle to questions', async () => {
    const server = await lab.server('--syn-cookies=1')
    const attacker = await lab.attacker(server, `--traces=${makeTraces()}`)
    // Every kind once, so that everything is loaded and compiled that will be.
    const sums = new Map<AttackKind, Sums>(
      ATTACK_KINDS.map((kind) => [kind, { offered: 0, sent: 0, late: 0, noRoom: 0 }]),
    )
    const add = (kind: AttackKind, attack: AttackView) => {
      expect(attack.offered).toBe(attack.sent + attack.late + attack.noRoom)
      const sum = sums.get(kind) as Sums
      for (const key of ['offered', 'sent', 'late', 'noRoom'] as const) sum[key] += attack[key]
    }
    for (const kind of ATTACK_KINDS) add(kind, await startAndStop(attacker, kind))
    const before = handlesOf(attacker)

    let isOver = false
    const questions = askAllTheWhile(attacker, () => isOver)
    for (let i = 0; i < STARTS; i++) {
      const kind = ATTACK_KINDS[i % ATTACK_KINDS.length] as AttackKind
      add(kind, await startAndStop(attacker, kind))
    }
    isOver = true
    const { state, health } = await questions
    expect(state.length).toBeGreaterThan(STARTS)
    expect(p99(state)).toBeLessThan(ANSWER_P99_MS + p99(health))

    const { attacks } = await stateOf(attacker)
    expect(attacks.filter(({ state }) => state === 'running')).toEqual([])
    expect(Math.max(...attacks.map(({ id }) => id))).toBe(STARTS + ATTACK_KINDS.length)
    for (const kind of ATTACK_KINDS) {
      expect(await attacker.metric(`synlab_attack_active{kind="${kind}"}`)).toBe(0)
      const { offered, sent } = sums.get(kind) ?? { offered: 0, sent: 0 }
      expect(await attacker.metric(`synlab_attack_packets_offered_total{kind="${kind}"}`)).toBe(offered)
      expect(await attacker.metric(`synlab_attack_packets_sent_total{kind="${kind}"}`)).toBe(sent)
    }
    await until('the hub has every packet that was handed to the link', async () => {
      const out = await attacker.metric('synlab_link_packets_sent_total{outcome="sent"}')
      const { packetsIn, packetsMissing } = (await serverStateOf(server)).link
      return Object.values(packetsIn).reduce((sum, count) => sum + count, 0) + packetsMissing === out
    })
    const after = handlesOf(attacker)
    // Questions keep a connection or two to the API open.
    expect(after.files).toBeLessThanOrEqual(before.files + 4)
    expect(after.threads).toBeLessThanOrEqual(before.threads)
    expect(after.residentMb).toBeLessThan(before.residentMb + 64)
  })

  it('leave nothing in the heap of the engine', () => {
    setFlagsFromString('--expose-gc')
    const collect = runInNewContext('gc') as () => void
    const engine = new TestEngine()
    engine.setLink('ready')
    const heapAfter = (rounds: number): number => {
      for (let i = 0; i < rounds; i++) {
        for (const kind of KINDS_BY_REQUEST) {
          void engine.startAttack({ spec: makeAttack(attackOf(kind, 500) as never) })
          engine.pass(20)
        }
        void engine.stopAll()
        engine.told.length = 0
        // What bots have begun without an answer is given up by their TCP.
        engine.pass(200_000)
      }
      collect()
      return process.memoryUsage().heapUsed
    }
    const before = heapAfter(STARTS)
    const growth = heapAfter(2 * STARTS) - before
    // An attack that is kept is a kilobyte or two; the rest is what the collector has not got round to.
    expect(growth).toBeLessThan(2 * STARTS * KINDS_BY_REQUEST.length * HEAP_BYTES_PER_ATTACK)
  })
})
