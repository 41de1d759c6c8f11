import { expect, test } from 'vitest'
import { ATTACK_KINDS } from '../../../attacker/traffic/attack-catalogue.ts'
import { bundledNames, readScenario } from '../../../lab/files/scenario-source.ts'
import { loadScenario } from '../../../lab/scenario/load.ts'
import { resolveScenario } from '../../../lab/scenario/resolve.ts'
import { formatPrefix } from '../../../tcpip/wire/address.ts'
import { SPOOFABLE_ADDRESSES } from '../../../tcpip/wire/address-plan.ts'
import { attackDocs } from '../../support/readers/attack-docs.ts'

test('docs/attacks.md says what the catalogue and the scenarios say', async () => {
  const text = attackDocs()
  for (const prefix of SPOOFABLE_ADDRESSES) expect(text).toContain(formatPrefix(prefix))
  await expect(text).toMatchFileSnapshot('../../../docs/attacks.md')
})

test('every kind of attack has a scenario with a threshold on it', () => {
  const shown = new Set<string>()
  for (const name of bundledNames()) {
    const { attacks, thresholds } = resolveScenario(loadScenario(readScenario(name)))
    if (thresholds.length > 0) for (const { kind } of attacks) shown.add(kind)
  }
  // A recording is the user's own: none ships with the lab.
  expect([...shown].sort()).toEqual(ATTACK_KINDS.filter((kind) => kind !== 'trace-replay').sort())
})
