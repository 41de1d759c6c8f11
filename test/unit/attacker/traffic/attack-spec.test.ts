/**
 * What may be asked for as an attack: what the catalogue's schema refuses, and what only `completeAttack` knows.
 */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { toAttack } from '../../../../attacker/api/schemas.ts'
import {
  ATTACK_CATALOGUE,
  ATTACK_KINDS,
  type AttackKind,
  type AttackKindEntry,
  type AttackParameter,
  PACE_PARAMETERS,
  parametersOf,
} from '../../../../attacker/traffic/attack-catalogue.ts'
import { attackProperties } from '../../../../attacker/traffic/attack-schema.ts'
import {
  type AttackRequest,
  completeAttack,
  describeAttack,
  isProblem,
} from '../../../../attacker/traffic/attack-spec.ts'
import { ATTACK_RATE_MIN } from '../../../../attacker/traffic/caps.ts'
import { formatPrefix } from '../../../../tcpip/wire/address.ts'
import { SPOOFABLE_ADDRESSES } from '../../../../tcpip/wire/address-plan.ts'

function entryOf(kind: AttackKind): AttackKindEntry {
  return ATTACK_CATALOGUE[kind]
}

/** The least that an attack of a kind has to say. */
function least(kind: AttackKind): AttackRequest {
  const { pace } = entryOf(kind)
  return {
    kind,
    duration: 5,
    ...(pace === 'given' ? { rate: 10 } : {}),
    ...(pace === 'trace' ? { trace: 'a.pcap' } : {}),
  }
}

function problemOf(request: Record<string, unknown> & { kind: AttackKind }) {
  const result = completeAttack({ ...least(request.kind), ...request } as AttackRequest)
  return isProblem(result) ? { key: result.key, is: result.is } : undefined
}

const KINDS = ATTACK_KINDS.map((kind) => [kind] as const)

describe('every kind', () => {
  test.each(KINDS)('%s needs no more than kind, duration and, where it has one, a rate', (kind) => {
    const spec = completeAttack(least(kind))
    expect(isProblem(spec)).toBe(false)
    for (const [name, parameter] of Object.entries(parametersOf(kind))) {
      if (parameter.type === 'file' || parameter.type === 'sources' || parameter.type === 'victim') continue
      expect(spec).toHaveProperty(name, parameter.default)
    }
    for (const name of Object.keys(PACE_PARAMETERS)) expect(spec).toHaveProperty(name)
  })

  test.each(KINDS)('%s has sentences about itself and every parameter, and defaults within their ranges', (kind) => {
    expect(entryOf(kind).about).toMatch(/^[A-Z].*\.$/)
    for (const parameter of Object.values(parametersOf(kind))) {
      expect(parameter.about.length).toBeGreaterThan(10)
      if (parameter.type === 'choice') expect(parameter.choices).toContain(parameter.default)
      if (parameter.type === 'number' || parameter.type === 'integer') {
        expect(parameter.default).toBeGreaterThanOrEqual(parameter.min)
        expect(parameter.default).toBeLessThanOrEqual(parameter.max)
      }
      if (parameter.onlyWith !== undefined) {
        const other = parametersOf(kind)[parameter.onlyWith.parameter]
        expect(other?.type).toBe('choice')
        if (other?.type === 'choice')
          expect(other.choices).toEqual(expect.arrayContaining([...parameter.onlyWith.values]))
      }
    }
  })

  test.each(KINDS)('%s: what describes an attack asks for the same attack again', (kind) => {
    fc.assert(
      fc.property(requests(kind), (request) => {
        const spec = completeAttack(request)
        if (isProblem(spec)) throw new Error(`${spec.key}: ${spec.what}`)
        const { rate, ...described } = describeAttack(spec)
        const again = { ...described, ...(entryOf(kind).pace === 'given' ? { rate } : {}) }
        const second = completeAttack(again as unknown as AttackRequest)
        // Parameters that mean nothing are left out, and come back as their defaults.
        expect(describeAttack(second as Exclude<typeof second, { what: string }>)).toEqual(describeAttack(spec))
        expect(toAttack({ ...again } as never).spec).toEqual(second)
      }),
      { seed: 8, numRuns: 100 },
    )
  })
})

/** Any attack of a kind, as somebody may ask for it. */
function requests(kind: AttackKind): fc.Arbitrary<AttackRequest> {
  const parameters = parametersOf(kind)
  const values = Object.fromEntries(Object.entries(parameters).map(([name, parameter]) => [name, anyValue(parameter)]))
  return fc
    .record({
      duration: fc.integer({ min: 1, max: 3600 }),
      rate: fc.integer({ min: 1, max: entryOf(kind).rateMax }),
      seed: fc.option(fc.maxSafeNat(), { nil: undefined }),
      values: fc.record(values, { requiredKeys: 'trace' in values ? ['trace'] : [] }),
    })
    .map(({ duration, rate, seed, values: given }) => {
      const request: Record<string, unknown> = { kind, duration, ...given }
      if (entryOf(kind).pace === 'given') request.rate = rate
      if (seed !== undefined) request.seed = seed
      for (const [name, { onlyWith }] of Object.entries(parameters)) {
        if (onlyWith === undefined) continue
        const other = request[onlyWith.parameter] ?? (parameters[onlyWith.parameter] as { default?: unknown }).default
        if (!onlyWith.values.includes(String(other))) delete request[name]
      }
      return request as unknown as AttackRequest
    })
}

function anyValue(parameter: AttackParameter): fc.Arbitrary<number | string> {
  switch (parameter.type) {
    case 'integer':
      return fc.integer({ min: parameter.min, max: parameter.max })
    case 'number':
      return fc
        .double({ min: parameter.min, max: parameter.max, noNaN: true })
        .map((value) => (value === 0 ? 0 : value))
    case 'choice':
      return fc.constantFrom(...parameter.choices)
    case 'sources':
      return fc.constantFrom(...SPOOFABLE_ADDRESSES.map(formatPrefix), '198.18.7.0/24', '192.0.2.9/32')
    case 'file':
      return fc.constantFrom('a.pcap', 'b.pcapng')
    case 'victim':
      return fc.constantFrom('10.9.9.9', '192.0.2.1:80', '255.255.255.255:65535')
  }
}

describe('a parameter that means nothing beside the others is superfluous', () => {
  test.each([
    [{ kind: 'syn-flood', origin: 'live', sources: '198.18.0.0/15' }, 'sources'],
    [{ kind: 'syn-flood', origin: 'bots', sources: '198.18.0.0/15' }, 'sources'],
    [{ kind: 'syn-flood', bots: 5 }, 'bots'],
    [{ kind: 'syn-flood', origin: 'live', bots: 5 }, 'bots'],
    [{ kind: 'syn-flood', rampFrom: 0.5 }, 'rampFrom'],
    [{ kind: 'syn-flood', shape: 'ramp', steps: 3 }, 'steps'],
    [{ kind: 'syn-flood', shape: 'step', pulseOn: 3 }, 'pulseOn'],
    [{ kind: 'connect-flood', pulseOff: 3 }, 'pulseOff'],
    [{ kind: 'low-and-slow', rate: 5 }, 'rate'],
    [{ kind: 'trace-replay', rate: 5 }, 'rate'],
  ] as const)('%o', (request, key) => {
    expect(problemOf(request)).toEqual({ key, is: 'superfluous' })
  })

  test.each([
    { kind: 'syn-flood', sources: '198.18.0.0/16' },
    { kind: 'syn-flood', origin: 'silent', sources: '192.0.2.0/24' },
    { kind: 'syn-flood', origin: 'bots-firewalled', bots: 5 },
    { kind: 'rst-flood', shape: 'ramp', rampFrom: 0.5 },
    { kind: 'ack-flood', shape: 'pulse', pulseOn: 1, pulseOff: 2 },
  ] as const)('but not in %o', (request) => {
    expect(problemOf(request)).toBeUndefined()
  })
})

describe('what is missing, refused, foreign', () => {
  test.each([
    [{ kind: 'syn-flood', rate: undefined }, 'rate', 'missing'],
    [{ kind: 'trace-replay', trace: undefined }, 'trace', 'missing'],
    [{ kind: 'trace-replay', trace: '' }, 'trace', 'missing'],
    [{ kind: 'syn-flood', rate: 1_000_001 }, 'rate', 'refused'],
    [{ kind: 'connect-flood', rate: 20_001 }, 'rate', 'refused'],
    [{ kind: 'syn-flood', rate: 0 }, 'rate', 'refused'],
    [{ kind: 'syn-flood', rate: Number.NaN }, 'rate', 'refused'],
    [{ kind: 'syn-flood', duration: 0 }, 'duration', 'refused'],
    [{ kind: 'syn-flood', duration: 3601 }, 'duration', 'refused'],
    [{ kind: 'syn-flood', sources: '198.18.0.1/15' }, 'sources', 'refused'],
    [{ kind: 'syn-flood', sources: 'everywhere' }, 'sources', 'refused'],
    [{ kind: 'syn-flood', sources: '0.0.0.0/0' }, 'sources', 'foreign'],
    [{ kind: 'ack-flood', sources: '8.8.8.0/24' }, 'sources', 'foreign'],
    [{ kind: 'syn-data', sources: '198.16.0.0/14' }, 'sources', 'foreign'],
    [{ kind: 'low-and-slow', sources: '203.0.113.0/24' }, 'sources', 'foreign'],
    [{ kind: 'syn-flood', sources: '10.9.16.0/20' }, 'sources', 'foreign'],
  ] as const)('%o', (request, key, is) => {
    expect(problemOf(request)).toEqual({ key, is })
  })
})

test('the hold rate follows from what the attacker believes of the server', () => {
  expect(completeAttack({ kind: 'low-and-slow', duration: 5 })).toMatchObject({ rate: 129 / 8.6 })
  const told = completeAttack({ kind: 'low-and-slow', duration: 5, backlog: 64, synAckRetries: 1 })
  expect(told).toMatchObject({ rate: 65 / 3 })
})

/** Asks the control API's check for an attack, and returns the key that it complains about. */
function refusedKey(body: Record<string, unknown>): string | undefined {
  try {
    toAttack(body as never)
    return undefined
  } catch (error) {
    return (error as { path?: string }).path ?? String(error)
  }
}

/** Every parameter of every kind, with values just inside and just outside its range. */
const EDGES = ATTACK_KINDS.flatMap((kind) => [
  ...Object.entries(parametersOf(kind)).flatMap(([name, parameter]) => {
    const { onlyWith } = parameter
    const beside = onlyWith === undefined ? {} : { [onlyWith.parameter]: onlyWith.values[0] }
    return edgesOf(parameter).map(({ value, isIn }) => ({ kind, name, value, isIn, beside }))
  }),
  ...(entryOf(kind).pace === 'given'
    ? [ATTACK_RATE_MIN, entryOf(kind).rateMax].map((value, end) => ({
        kind,
        name: 'rate',
        value: end === 0 ? value / 2 : value + 1,
        isIn: false,
        beside: {},
      }))
    : []),
])

function edgesOf(parameter: AttackParameter): { value: unknown; isIn: boolean }[] {
  switch (parameter.type) {
    case 'integer':
    case 'number': {
      const { min, max, type } = parameter
      const bad = [
        min - 0.001,
        max + 0.001,
        min - 1,
        max + 1,
        '1',
        null,
        Number.NaN,
        ...(type === 'integer' ? [min + 0.5] : []),
      ]
      return [...[min, max].map((value) => ({ value, isIn: true })), ...bad.map((value) => ({ value, isIn: false }))]
    }
    case 'choice':
      return [
        ...parameter.choices.map((value) => ({ value, isIn: true })),
        ...['', 'other', 1, null].map((value) => ({ value, isIn: false })),
      ]
    case 'sources':
      return [
        { value: parameter.default, isIn: true },
        ...[1, null, '', '1.2.3.4/24'].map((value) => ({ value, isIn: false })),
      ]
    case 'file':
      return [{ value: 'a.pcap', isIn: true }, ...[1, null, ''].map((value) => ({ value, isIn: false }))]
    case 'victim':
      return [
        { value: '255.255.255.255:65535', isIn: true },
        ...[1, null, '', 'host', '1.2.3.4:', '1.2.3.4:0', '1.2.3.4:65536', '1.2.3.4:8:8', '1.2.3.4/32', '::1'].map(
          (value) => ({ value, isIn: false }),
        ),
      ]
  }
}

test('the schema takes the ends of every parameter’s range and nothing beyond', () => {
  expect(EDGES.length).toBeGreaterThan(300)
  for (const { kind, name, value, isIn, beside } of EDGES) {
    const complaint = refusedKey({ ...least(kind), ...beside, [name]: value })
    expect([kind, name, value, complaint === undefined]).toEqual([kind, name, value, isIn])
  }
})

test('a key that is no parameter of the kind is refused', () => {
  for (const kind of ATTACK_KINDS) {
    expect(refusedKey({ ...least(kind), volume: 11 })).toBeDefined()
    expect(Object.keys(attackProperties(kind))).not.toContain('volume')
  }
  expect(refusedKey({ ...least('syn-flood'), payload: 5 })).toBeDefined()
  expect(refusedKey({ ...least('syn-data'), origin: 'live' })).toBeDefined()
})
