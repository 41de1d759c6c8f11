/**
 * What the network of a scenario can be told, as data: schema, defaults and docs/scenarios.md are made from it. What a key
 * does is in lab/simulator/network.ts.
 */
import type { NumberParameter } from '../../catalogue/parameter.ts'

export const LINK_PARAMETERS = {
  rttMs: {
    type: 'number',
    min: 0,
    max: 10_000,
    default: 20,
    about: 'round trip without faults; half of it each way',
  },
  jitterMs: {
    type: 'number',
    min: 0,
    max: 10_000,
    default: 0,
    about: 'each packet takes up to this much longer, uniformly, in each direction',
  },
  loss: { type: 'number', min: 0, max: 1, default: 0, about: 'share of packets lost in each direction' },
} as const satisfies Record<string, NumberParameter>

/** A network with every key. */
export type LinkConditions = Readonly<Record<keyof typeof LINK_PARAMETERS, number>>

export const LINK_DEFAULTS = Object.fromEntries(
  Object.entries(LINK_PARAMETERS).map(([name, parameter]) => [name, parameter.default]),
) as LinkConditions
