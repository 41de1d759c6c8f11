/**
 * What documentation and settings say of a catalogue is made from it. After a change of a catalogue, run `npx vitest run test/unit/made-docs.test.ts -u`.
 */
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { ATTACKER_EVENTS } from '../../attacker/api/event-catalogue.ts'
import { ATTACK_CATALOGUE, ATTACK_KINDS } from '../../attacker/traffic/attack-catalogue.ts'
import { rangeOf } from '../../catalogue/parameter.ts'
import type { EventEntry } from '../../control/event-catalogue.ts'
import { LINK_PARAMETERS } from '../../lab/scenario/link-parameters.ts'
import { SCENARIO_KEYS } from '../../lab/scenario/schema.ts'
import { LAB_KNOBS } from '../../lab/up/lab-knobs.ts'
import { SERVER_EVENTS } from '../../server/api/event-catalogue.ts'
import { KNOBS, type KnobEntry, type KnobGroup, knobsOf, variableOf } from '../../server/knobs/knob-catalogue.ts'
import { COUNTERS, linuxName } from '../../tcpip/base/counter-catalogue.ts'
import { MIB_NAMES } from '../../tcpip/base/counters.ts'
import { DROP_REASONS } from '../../tcpip/base/drop-reason-catalogue.ts'
import { markdownTable, withBlock } from '../support/readers/made-blocks.ts'

const ENTRIES = Object.entries<KnobEntry>(KNOBS)

/** Holds a file against itself with the blocks made anew. */
async function expectMade(path: string, blocks: Readonly<Record<string, readonly string[]>>): Promise<void> {
  const file = fileURLToPath(new URL(`../../${path}`, import.meta.url))
  let text = readFileSync(file, 'utf8')
  for (const [name, lines] of Object.entries(blocks)) text = withBlock(text, name, lines)
  await expect(text).toMatchFileSnapshot(file)
}

/** The values of a knob that is no switch. */
function valuesOf(knob: Exclude<KnobEntry, { type: 'boolean' }>): string {
  return knob.type === 'choice' ? knob.choices.join(', ') : rangeOf(knob)
}

function knobTable(group: KnobGroup): string[] {
  const rows = Object.entries<KnobEntry>(knobsOf(group)).map(([name, knob]) => {
    const range = knob.type === 'boolean' ? 'true, false' : valuesOf(knob)
    const linux = knob.linux === undefined ? [] : [`\`${knob.linux}\``]
    return [`\`${name}\``, ...linux, knob.about, range, String(knob.default)]
  })
  const heads = group === 'listener' ? ['key', 'Linux', 'meaning'] : ['key', 'meaning']
  return ['', ...markdownTable([...heads, 'range', 'default'], rows), '']
}

test('docs/scenarios.md has the keys of the file, the knobs and the kinds of attack of the catalogues', async () => {
  const kinds = ATTACK_KINDS.map((kind) => {
    const { about, parameters } = ATTACK_CATALOGUE[kind]
    const own = Object.keys(parameters).map((name) => `\`${name}\``)
    return [`\`${kind}\``, about, own.join(', ')]
  })
  const rangesOfLink = Object.entries(LINK_PARAMETERS).map(([name, parameter]) => {
    return [`\`link.${name}\``, `${parameter.about}, ${rangeOf(parameter)}`, String(parameter.default)]
  })
  const keys = Object.entries(SCENARIO_KEYS).flatMap(([name, entry]) => {
    const row = [`\`${name}\``, entry.about, entry.default]
    return name === 'link' ? [row, ...rangesOfLink] : [row]
  })
  await expectMade('docs/scenarios.md', {
    'keys of the file': ['', ...markdownTable(['key', 'meaning', 'default'], keys), ''],
    'knobs of the listener': knobTable('listener'),
    'knobs of the application': knobTable('application'),
    'kinds of attack': ['', ...markdownTable(['`kind`', 'what it does', 'its own keys'], kinds), ''],
  })
})

/** What a live lab begins with, as its variables are written. */
function valueAtStart(name: string, knob: KnobEntry): number | string {
  const value = { ...Object.fromEntries([[name, knob.default]]), ...LAB_KNOBS }[name]
  return typeof value === 'string' ? value : Number(value)
}

test('.env.example names the variable of every knob, with what it means and its default', async () => {
  const lines = ENTRIES.flatMap(([name, knob]) => [
    `# ${knob.about}${knob.type === 'boolean' ? '' : ` (${valuesOf(knob)})`}`,
    `#${variableOf(knob)}=${valueAtStart(name, knob)}`,
  ])
  await expectMade('.env.example', { knobs: lines })
})

test('docker-compose.yml hands every knob to the server', async () => {
  const lines = ENTRIES.map(([name, knob]) => {
    const variable = variableOf(knob)
    const fallback = Object.hasOwn(LAB_KNOBS, name) ? ` \${${variable}:-${valueAtStart(name, knob)}}` : ''
    return `      ${variable}:${fallback}`
  })
  await expectMade('docker-compose.yml', { knobs: lines })
})

const REFERENCE_HEAD = `<!-- Made by test/unit/made-docs.test.ts from the catalogues. -->

# Reference

Counters, drop reasons and events of the lab. The knobs and the scenario file are in [scenarios.md](scenarios.md), attacks in
[attacks.md](attacks.md). Linux's names are those of \`nstat\` and of \`enum skb_drop_reason\`.
`

function eventTable(events: Readonly<Record<string, EventEntry>>): string[] {
  const rows = Object.entries(events).map(([name, { about, onRequest }]) => {
    return [`\`${name}\``, about, onRequest === true ? `\`?events=${name}\`` : 'by default']
  })
  return markdownTable(['event', 'when', 'told'], rows)
}

test('docs/reference.md has every counter, drop reason and event', async () => {
  const counters = MIB_NAMES.map((name) => [`\`${name}\``, linuxName(name) ?? 'none', COUNTERS[name].about])
  const reasons = Object.entries(DROP_REASONS)
    .slice(1)
    .map(([name, { stage, linux, about }]) => [`\`${name.toLowerCase()}\``, stage, linux ?? 'none', about])
  const text = [
    REFERENCE_HEAD,
    '## Counters\n',
    ...markdownTable(['counter', 'Linux', 'what it counts'], counters),
    '\n## Drop reasons\n',
    'Every packet that comes in is accepted, or dropped for exactly one of these.\n',
    ...markdownTable(['reason', 'where', 'Linux', 'why'], reasons),
    '\n## Events of the server\n',
    ...eventTable(SERVER_EVENTS),
    '\n## Events of an attacker\n',
    ...eventTable(ATTACKER_EVENTS),
    '',
  ]
  await expect(text.join('\n')).toMatchFileSnapshot('../../docs/reference.md')
})
