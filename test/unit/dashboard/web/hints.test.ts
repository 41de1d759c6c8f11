import { describe, expect, it } from 'vitest'
import { calculateHoldRate, findHints, type HintKey } from '../../../../dashboard/web/hints/hints.ts'
import { HINTS } from '../../../../dashboard/web/hints/strings.ts'
import { makeFormat } from '../../../../dashboard/web/i18n/format.ts'
import { LANGUAGES } from '../../../../dashboard/web/i18n/language.ts'
import { LabStore } from '../../../../dashboard/web/store/lab-store.ts'
import { situationAt } from '../../../../dashboard/web/store/situation.ts'
import type { ServerConfig } from '../../../../server/app/server-config.ts'
import { attackerMessage, serverMessage } from '../../../support/page/lab-messages.ts'

interface Told {
  readonly syn?: number
  readonly accept?: number
  /** Counters after one second. */
  readonly counters?: Readonly<Record<string, number>>
  readonly config?: Partial<ServerConfig>
  readonly attacks?: Parameters<typeof attackerMessage>[1] extends infer D
    ? D extends { attacks?: infer A }
      ? A
      : never
    : never
  readonly clients?: NonNullable<Parameters<typeof attackerMessage>[1]>['clients']
}

function hintsOf({ syn = 0, accept = 0, counters = {}, config = {}, attacks, clients }: Told): readonly HintKey[] {
  const store = new LabStore()
  const attacker = { ...(attacks === undefined ? {} : { attacks }), ...(clients === undefined ? {} : { clients }) }
  store.apply(serverMessage(0, { config }))
  store.apply(serverMessage(1000, { config, counters, syn: { length: syn }, accept: { length: accept } }))
  store.apply(attackerMessage(1000, attacker))
  const state = store.server.value?.state
  const first = [...store.attackers.value.values()][0]?.state
  const hints = findHints(situationAt(store, 1000), state?.config, first?.clients)
  for (const { key, values } of hints) {
    for (const language of LANGUAGES) {
      expect(HINTS[language][key](values, makeFormat(language, 'wall'))).not.toMatch(/NaN|undefined/)
    }
  }
  return hints.map(({ key }) => key)
}

const FLOOD = [{ kind: 'syn-flood', elapsed: 1, offered: 100, sent: 100 }] as const

describe('"it did not work?"', () => {
  it('has nothing to say of a lab at rest', () => {
    expect(hintsOf({})).toEqual([])
  })

  it.each<readonly [HintKey, Told]>([
    ['belowHold', { attacks: FLOOD, syn: 20, counters: { SynReceived: 10 } }],
    ['cookiesAreOn', { attacks: FLOOD, syn: 129, config: { synCookies: 1 }, counters: { SyncookiesSent: 9 } }],
    ['drowns', { attacks: FLOOD, syn: 129, config: { synCookies: 0 } }],
    ['cookiesOnlyAfterOverflow', { attacks: FLOOD, syn: 20, config: { synCookies: 1 } }],
    ['keepAlive', { clients: { requests: 10 } }],
    ['provenPeers', { clients: { returning: 0.5 }, config: { synCookies: 0 } }],
    ['sourcesAnswer', { attacks: FLOOD, counters: { EmbryonicRsts: 100 } }],
    ['wrongQueue', { accept: 129 }],
    ['slowProgram', { config: { acceptInterval: 200 } }],
    ['behind', { attacks: [{ kind: 'syn-flood', elapsed: 1, offered: 100, sent: 60 }] }],
    ['closedLoad', { clients: { mode: 'closed' } }],
    ['patient', { clients: { connectTimeout: 60 } }],
    ['noCookiesToForge', { attacks: [{ kind: 'ack-flood', elapsed: 1 }] }],
    ['crowd', { attacks: [{ kind: 'flash-crowd', elapsed: 1 }] }],
  ])('finds: %s', (key, told) => {
    expect(hintsOf(told)).toContain(key)
  })

  it('calculates the hold rate of a backlog', () => {
    expect(calculateHoldRate(128, 5)?.rate).toBeCloseTo(15, 0)
    expect(calculateHoldRate(128, 0)).toEqual({ rate: 129, lifetime: 1 })
    expect(calculateHoldRate(-1, 5)).toBeUndefined()
    expect(calculateHoldRate(128, 6)).toBeUndefined()
  })
})
