/**
 * Datagrams of a stranger without the key, as fast as one process sends them, against a live server: what they cost is
 * bounded, and quiet and flooded spells of the same run are compared. Needs the compiled program (`npm test` compiles first).
 */
import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { afterEach, expect, it } from 'vitest'
import { LINK_TICK } from '../../tcpip/udp-link/liveness.ts'
import { CHECKS_PER_PURSE } from '../../tcpip/udp-link/stranger-budget.ts'
import { type LabProcess, until } from '../support/processes/lab-process.ts'
import { LiveLab, serverStateOf, stateOf } from '../support/processes/live-lab.ts'

const ROUNDS = 5
/** Places that the flood is seen at. */
const SOCKETS = 4
/** Requests to the control API in a spell, one after the other. */
const REQUESTS = 60
/** Datagrams that arrive at least in a flooded spell. */
const DATAGRAMS = 20_000
/** How many times as long as in a quiet spell an answer may take in the middle: the flood has one of the two cores to itself. */
const SLOWER_MAX = 10

const lab = new LiveLab()
const floods: ChildProcess[] = []

afterEach(async () => {
  for (const flood of floods.splice(0)) flood.kill('SIGKILL')
  await lab.stop()
})

async function startFlood(server: LabProcess): Promise<ChildProcess> {
  const path = fileURLToPath(new URL('../../dist/test/bench/wrong-key-flood.js', import.meta.url))
  const flood = fork(path, [String(server.ready.linkPort), String(SOCKETS)])
  floods.push(flood)
  await once(flood, 'message')
  return flood
}

async function stopFlood(flood: ChildProcess): Promise<number> {
  const told = once(flood, 'message')
  flood.send('stop')
  return ((await told) as [number])[0]
}

/** Milliseconds that the control API takes in the middle. */
async function answerTime(server: LabProcess): Promise<number> {
  const times: number[] = []
  for (let i = 0; i < REQUESTS; i++) {
    const start = performance.now()
    await serverStateOf(server)
    times.push(performance.now() - start)
  }
  return times.sort((a, b) => a - b)[REQUESTS / 2]
}

const datagrams = (server: LabProcess, outcome: string): Promise<number> =>
  server.metric(`synlab_link_datagrams_received_total{outcome="${outcome}"}`)

async function outcomes(attacker: LabProcess): Promise<Record<string, number>> {
  const names = ['ok', 'timeout', 'refused', 'reset', 'local']
  const counts = names.map((name) => attacker.metric(`synlab_client_connects_total{outcome="${name}"}`))
  return Object.fromEntries((await Promise.all(counts)).map((count, i) => [names[i], count]))
}

it('costs a bounded number of tags, no session, no honest connection more than its time, and the control API little', async () => {
  const server = await lab.server()
  const start = performance.now()
  const attacker = await lab.attacker(server, '--clients-rate=50')
  const slower: number[] = []
  let sent = 0
  for (let round = 0; round < ROUNDS; round++) {
    const quiet = await answerTime(server)
    const before = await datagrams(server, 'over_budget')
    const flood = await startFlood(server)
    slower.push((await answerTime(server)) / quiet)
    await until('the flood has arrived', async () => (await datagrams(server, 'over_budget')) > before + DATAGRAMS)
    sent += await stopFlood(flood)
  }

  // A few of all that were sent had their tag looked at: so many as there is room for between two ticks.
  const [badMac, overBudget] = [await datagrams(server, 'bad_mac'), await datagrams(server, 'over_budget')]
  const ticks = Math.ceil(((performance.now() - start) * 1000) / LINK_TICK) + 1
  expect(badMac).toBeLessThanOrEqual((ticks + ROUNDS) * SOCKETS * CHECKS_PER_PURSE)
  expect(badMac).toBeLessThan(overBudget / 5)
  expect(badMac + overBudget).toBeLessThanOrEqual(sent)

  // The lab knows its own all the time, and nobody was turned away.
  expect((await stateOf(attacker)).link.state).toBe('ready')
  expect(await server.metric('synlab_link_peers')).toBe(1)
  const { ok, timeout, ...others } = await outcomes(attacker)
  expect(others).toEqual({ refused: 0, reset: 0, local: 0 })
  // What a socket's full buffer lost of the honest ones is repeated: few wait longer than they want to.
  expect(ok / (ok + timeout)).toBeGreaterThan(0.9)

  // Whoever else uses this machine may disturb some rounds, and not all of them.
  expect(Math.min(...slower)).toBeLessThan(SLOWER_MAX)
})
