/**
 * When the traffic of a scenario starts and stops, each part of it with a seed of its own.
 */
import type { Prng } from '../../tcpip/base/prng.ts'
import { SECOND } from '../../tcpip/base/time.ts'
import { attackSpec, type Scenario } from '../scenario/resolve.ts'
import type { TimedSwitch } from './switches.ts'

/**
 * The switches of every entry of the scenario's traffic, by the entry's name. The seeds are drawn from `prng` for all
 * entries, in the scenario's order.
 */
export function planTraffic(
  { attacks, populations }: Scenario,
  prng: Prng,
): ReadonlyMap<string, readonly TimedSwitch[]> {
  const plan = new Map<string, readonly TimedSwitch[]>()
  const seedOf = (name: string): number => prng.fork(name).next() >>> 0
  for (const attack of attacks) {
    const spec = attackSpec(attack, seedOf(attack.name))
    plan.set(attack.name, [
      { at: microseconds(attack.start), thrown: { kind: 'start-attack', name: attack.name, spec } },
    ])
  }
  for (const { name, kind: _kind, start, stop, ...told } of populations) {
    const spec = { ...told, seed: seedOf(name) }
    plan.set(name, [
      { at: microseconds(start), thrown: { kind: 'clients', population: name, spec } },
      { at: microseconds(stop), thrown: { kind: 'clients', population: name, spec: undefined } },
    ])
  }
  return plan
}

function microseconds(seconds: number): number {
  return Math.round(seconds * SECOND)
}
