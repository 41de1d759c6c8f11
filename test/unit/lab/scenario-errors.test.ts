/**
 * What is wrong with a scenario is told with file, line and column, the path and what is allowed, all of it at once.
 */

import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { CLIENT_DEFAULTS } from '../../../attacker/clients/client-spec.ts'
import { ATTACK_KINDS } from '../../../attacker/traffic/attack-catalogue.ts'
import { bundledNames, readScenario } from '../../../lab/files/scenario-source.ts'
import { loadScenario } from '../../../lab/scenario/load.ts'
import { resolveScenario } from '../../../lab/scenario/resolve.ts'
import type { ScenarioFile } from '../../../lab/scenario/schema.ts'
import { parseOverride } from '../../../lab/scenario/set.ts'
import { STORIES } from '../../../lab/stories/catalogue.ts'
import { UsageError } from '../../../lab/usage-error.ts'
import { APPLICATION_DEFAULTS } from '../../../server/app/application-config.ts'
import { LISTENER_DEFAULTS } from '../../../server/listener/listener-config.ts'
import { temporaryDirectory } from '../../support/processes/lab-cli.ts'

/** What a refusal lists, in the order of the catalogue. */
const LISTENER_KEYS = Object.keys(LISTENER_DEFAULTS).join(', ')
const APPLICATION_KEYS = Object.keys(APPLICATION_DEFAULTS).join(', ')

/** A scenario that is in order; tests replace one line of it. */
const LINES = [
  'name: drill', // 1
  'description: A drill.', // 2
  'phases: { baseline: 1, attack: 2, recovery: 3 }', // 3
  'link:', // 4
  '  rttMs: 20', // 5
  'listener:', // 6
  '  backlog: 16', // 7
  'arms:', // 8
  '  off: { synCookies: 0 }', // 9
  '  on: { synCookies: 1 }', // 10
  'traffic:', // 11
  '  - name: flood', // 12
  '    kind: syn-flood', // 13
  '    rate: 100', // 14
  '    sources: 198.18.0.0/15', // 15
  '  - name: clients', // 16
  '    kind: clients', // 17
  '    rate: 5', // 18
  'thresholds:', // 19
  '  - { arm: on, phase: attack, metric: success_ratio, min: 1 }', // 20
]

function load(lines: readonly string[], ...set: string[]): ScenarioFile {
  return loadScenario({ label: 'drill.yaml', text: `${lines.join('\n')}\n` }, set.map(parseOverride))
}

/** The message with which a scenario is refused. */
function refusal(lines: readonly string[], ...set: string[]): string {
  try {
    load(lines, ...set)
  } catch (error) {
    expect(error).toBeInstanceOf(UsageError)
    // What is wrong first; the column and the excerpt have tests of their own.
    return ((error as UsageError).message.split('\n')[0] as string).replace(/^(\S+?:\d+):\d+:/, '$1:')
  }
  throw new Error('the scenario was accepted')
}

/** The message when line `number` (from 1) reads `text` instead. */
function refusalWith(number: number, text: string): string {
  return refusal(LINES.map((line, index) => (index === number - 1 ? text : line)))
}

describe('a scenario file', () => {
  it('is accepted when it is in order', () => {
    expect(load(LINES)).toMatchObject({ name: 'drill', phases: { attack: 2 } })
  })

  it.each([
    [
      7,
      '  tcp_syncookies: 1',
      `drill.yaml:7: listener.tcp_syncookies: unknown key "tcp_syncookies" (did you mean "synCookies"?); allowed: ${LISTENER_KEYS}`,
    ],
    [
      7,
      '  backlogg: 16',
      `drill.yaml:7: listener.backlogg: unknown key "backlogg" (did you mean "backlog"?); allowed: ${LISTENER_KEYS}`,
    ],
    [
      7,
      '  backlog: 9000000',
      'drill.yaml:7: listener.backlog: 9000000 is not allowed: must be an integer from -1 to 4194304',
    ],
    [
      7,
      '  backlog: many',
      'drill.yaml:7: listener.backlog: "many" is not allowed: must be an integer from -1 to 4194304',
    ],
    [7, '  backlog: 1.5', 'drill.yaml:7: listener.backlog: 1.5 is not allowed: must be an integer from -1 to 4194304'],
    [
      7,
      '  backlog:',
      'drill.yaml:7: listener.backlog: an empty value is not allowed: must be an integer from -1 to 4194304',
    ],
    [7, '  abortOnOverflow: 1', 'drill.yaml:7: listener.abortOnOverflow: 1 is not allowed: must be true or false'],
    [7, '  workers: 8', `drill.yaml:7: listener.workers: unknown key "workers"; allowed: ${LISTENER_KEYS}`],
    [
      7,
      '  backlog: 16\napplication: { backlog: 8 }',
      'drill.yaml:8: application.backlog: unknown key "backlog"; allowed: acceptInterval, workers, requestTimeout, greeting',
    ],
    [
      9,
      '  off: { acceptInterval: 60001 }',
      'drill.yaml:9: arms.off.acceptInterval: 60001 is not allowed: must be an integer from 0 to 60000',
    ],
    [
      9,
      '  off: { worker: 8 }',
      `drill.yaml:9: arms.off.worker: unknown key "worker" (did you mean "workers"?); allowed: ${LISTENER_KEYS}, ${APPLICATION_KEYS}`,
    ],
    [5, '  rttMs: .inf', 'drill.yaml:5: link.rttMs: Infinity is not allowed: must be a number from 0 to 10000'],
    [5, '  rttMs: -1', 'drill.yaml:5: link.rttMs: -1 is not allowed: must be a number from 0 to 10000'],
    [
      3,
      'phases: { baseline: 1, attack: 2 }',
      'drill.yaml:3: phases: key "recovery" is missing: an integer from 1 to 3600',
    ],
    [3, 'phases: 5', 'drill.yaml:3: phases: 5 is not allowed: must be a mapping with baseline, attack, recovery'],
    [
      9,
      '  off: { synCookies: 3 }',
      'drill.yaml:9: arms.off.synCookies: 3 is not allowed: must be an integer from 0 to 2',
    ],
    [
      9,
      '  Off!: { synCookies: 0 }',
      'drill.yaml:9: arms.Off!: "Off!" is not a name of at most 32 lower-case letters, digits and hyphens that starts with a letter',
    ],
    [
      13,
      '    kind: syn-fold',
      `drill.yaml:13: traffic.flood.kind: "syn-fold" is not allowed (did you mean "syn-flood"?): must be one of ${[...ATTACK_KINDS, 'clients'].join(', ')}`,
    ],
    [
      14,
      '    rat: 100',
      'drill.yaml:14: traffic.flood.rat: unknown key "rat" (did you mean "rate"?); allowed: name, kind, rate, origin, sources, bots, fingerprint, arrivals, shape, rampFrom, pulseOn, pulseOff, steps, start, stop',
    ],
    [
      14,
      '    rate: 2000000',
      'drill.yaml:14: traffic.flood.rate: 2000000 is not allowed: must be a number from 0.001 to 1000000',
    ],
    [
      15,
      '    sources: 8.8.8.0/24',
      'drill.yaml:15: traffic.flood.sources: 8.8.8.0/24 is outside 198.18.0.0/15, 192.0.2.0/24, 198.51.100.0/24; only addresses that no real host has are spoofed',
    ],
    [
      15,
      '    sources: 198.18.0.1/15',
      'drill.yaml:15: traffic.flood.sources: "198.18.0.1/15" is not an IPv4 prefix without host bits, such as 198.18.0.0/15',
    ],
    [15, '    stop: 7', 'drill.yaml:15: traffic.flood.stop: 7 is after the end of the run, which lasts 6 seconds'],
    [15, '    start: 4', 'drill.yaml:15: traffic.flood.start: traffic starts at 4 s and must stop later, not at 3 s'],
    [16, '  - name: flood', 'drill.yaml:16: traffic.flood.name: "flood" is taken: names are unique'],
    [
      20,
      '  - { arm: onn, phase: attack, metric: success_ratio, min: 1 }',
      'drill.yaml:20: thresholds.0.arm: no arm "onn" (did you mean "on"?); there are: off, on',
    ],
    [
      20,
      '  - { arm: on, phase: attack, metric: success_ratio }',
      'drill.yaml:20: thresholds.0: a threshold needs "min", "max" or both',
    ],
    [
      20,
      '  - { arm: on, phase: attack, metric: success_ratio, min: 2, max: 1 }',
      'drill.yaml:20: thresholds.0.max: 1 is below "min", 2',
    ],
    [
      20,
      '  - { arm: on, phase: attack, metric: sucess_ratio, min: 1 }',
      expect.stringContaining(
        'drill.yaml:20: thresholds.0.metric: "sucess_ratio" is not allowed (did you mean "success_ratio"?): must be one of attempted, ',
      ),
    ],
    [
      2,
      'descripton: A drill.',
      expect.stringContaining(
        'drill.yaml:2: descripton: unknown key "descripton" (did you mean "description"?); allowed: name, ',
      ),
    ],
    [2, 'name: twice', 'drill.yaml:2: not valid YAML: Map keys must be unique'],
    [2, '', 'drill.yaml:1: key "description" is missing: a text of 1 to 2000 characters'],
    [2, '__proto__: { seed: 1 }', expect.stringContaining('drill.yaml:2: __proto__: unknown key "__proto__"')],
    [9, '  off: { synCookies: [', expect.stringMatching(/^drill\.yaml:\d+: not valid YAML: /)],
  ])('with line %i "%s" is refused', (number, text, message) => {
    expect(refusalWith(number, text)).toEqual(message)
  })

  it('may have eight populations of clients, and no ninth', () => {
    const populations = (count: number): string[] =>
      Array.from({ length: count }, (_, index) => `  - { name: more-${index}, kind: clients, rate: 1 }`)
    expect(resolveScenario(load(LINES.toSpliced(18, 0, ...populations(7)))).populations).toHaveLength(8)
    expect(refusal(LINES.toSpliced(18, 0, ...populations(8)))).toBe(
      'drill.yaml:26: traffic.more-7: a scenario has at most 8 entries of kind "clients"',
    )
  })

  it.each([
    [
      ['    concurrency: 5'],
      'traffic.clients.concurrency: belongs to mode "closed"; mode "open" takes rate (0.001 to 1000 connections per second) and arrivals (constant or poisson)',
    ],
    [
      ['    mode: closed', '    concurrency: 5'],
      'traffic.clients.rate: belongs to mode "open"; mode "closed" takes concurrency (1 to 1000 users) and thinkTime (0.001 to 3600 seconds)',
    ],
    [
      ['    speaks: server', '    requests: 3'],
      'traffic.clients.requests: 3 is not allowed: must be 1 where the server speaks, because such a client asks for nothing',
    ],
    [['    pause: 2'], 'traffic.clients.pause: is the time between two requests: it goes with requests from 2 to 1000'],
    [['    os: beos'], 'traffic.clients.os: "beos" is not allowed: must be one of linux, linux-old, macos, windows'],
    [['    returning: 1.5'], 'traffic.clients.returning: 1.5 is not allowed: must be a number from 0 to 1'],
    [['    requests: 0'], 'traffic.clients.requests: 0 is not allowed: must be an integer from 1 to 1000'],
    [['    mode: half'], 'traffic.clients.mode: "half" is not allowed: must be one of open, closed'],
  ])('tells clients who are told %j what is allowed', (lines, message) => {
    expect(refusal(LINES.toSpliced(18, 0, ...lines)).replace(/^drill\.yaml:\d+: /, '')).toBe(message)
  })

  it('tells clients without a rate or users what is missing', () => {
    expect(refusal(LINES.toSpliced(17, 1))).toBe(
      'drill.yaml:16: traffic.clients: key "rate" is missing: mode "open" takes rate (0.001 to 1000 connections per second) and arrivals (constant or poisson)',
    )
    expect(refusal(LINES.with(17, '    mode: closed'))).toMatch(
      /^drill\.yaml:16: traffic\.clients: key "concurrency" is missing: mode "closed" takes concurrency/,
    )
  })

  it('may look at one population in a threshold, if there is one of that name and the figure is of clients', () => {
    const threshold = (more: string): string[] => LINES.with(19, `  - { arm: on, phase: attack, min: 1, ${more} }`)
    expect(load(threshold('metric: success_ratio, population: clients')).thresholds).toHaveLength(1)
    expect(refusal(threshold('metric: success_ratio, population: client'))).toBe(
      'drill.yaml:20: thresholds.0.population: no clients "client" (did you mean "clients"?); there are: clients',
    )
    expect(refusal(threshold('metric: syn_queue.max, population: clients'))).toBe(
      'drill.yaml:20: thresholds.0.population: "syn_queue.max" is not of clients: must be left out',
    )
  })

  it('with attacks that together exceed the cap is refused', () => {
    const second = ['  - { name: more, kind: syn-flood, rate: 999999 }']
    expect(refusal(LINES.toSpliced(18, 0, ...second))).toBe(
      'drill.yaml:11: traffic: all attacks together send 1000099 packets/s: at most 1000000 are allowed',
    )
  })

  it('with an attack that lasts longer than the cap is refused', () => {
    const long = LINES.with(14, '    start: 0').with(2, 'phases: { baseline: 1000, attack: 3000, recovery: 3 }')
    expect(refusal(long)).toBe(
      'drill.yaml:12: traffic.flood: duration must be a number above 0 and at most 3600 s, got 4000',
    )
  })

  it.each([[[]], [['- a']], [['just text']]])('of %j is refused: it is no mapping', (lines) => {
    expect(refusal(lines)).toBe('drill.yaml:1: a scenario is a mapping of keys to values')
  })

  it('of several documents is refused', () => {
    expect(refusal([...LINES, '---', 'name: second'])).toMatch(/^drill\.yaml:21: not valid YAML: /)
  })

  it('whose aliases multiply without end is refused', () => {
    const levels = ['a0: &a0 [x, x]', ...Array.from({ length: 30 }, (_, i) => `a${i + 1}: &a${i + 1} [*a${i}, *a${i}]`)]
    expect(refusal(levels)).toBe('drill.yaml:1: too many aliases')
  })
})

describe('--set', () => {
  it.each([
    ['listener.backlog=256', { listener: { backlog: 256 } }],
    ['traffic.flood.rate=1000', { traffic: [{ name: 'flood', rate: 1000 }, {}] }],
    ['traffic.0.rate=7', { traffic: [{ name: 'flood', rate: 7 }, {}] }],
    ['arms.on.synCookies=2', { arms: { on: { synCookies: 2 } } }],
    ['arms.third.synCookies=2', { arms: { on: { synCookies: 1 }, third: { synCookies: 2 } } }],
    ['phases.attack=60', { phases: { baseline: 1, attack: 60, recovery: 3 } }],
    ['listener.abortOnOverflow=true', { listener: { backlog: 16, abortOnOverflow: true } }],
    ['thresholds=[]', { thresholds: [] }],
    ['description=a=b', { description: 'a=b' }],
  ])('%s changes that value and nothing else', (text, expected) => {
    expect(load(LINES, text)).toMatchObject(expected)
  })

  it('creates a mapping that the file leaves out', () => {
    const withoutLink = LINES.toSpliced(3, 2)
    expect(load(withoutLink, 'link.loss=0.5').link).toEqual({ loss: 0.5 })
  })

  it.each([
    [
      'listener.backlogg=256',
      `--set listener.backlogg=256: listener.backlogg: unknown key "backlogg" (did you mean "backlog"?); allowed: ${LISTENER_KEYS}`,
    ],
    [
      'listner.backlog=256',
      expect.stringContaining('--set listner.backlog=256: listner: unknown key "listner" (did you mean "listener"?)'),
    ],
    [
      'listener.backlog=lots',
      '--set listener.backlog=lots: listener.backlog: "lots" is not allowed: must be an integer from -1 to 4194304',
    ],
    [
      'listener.backlog=',
      '--set listener.backlog=: listener.backlog: an empty value is not allowed: must be an integer from -1 to 4194304',
    ],
    [
      'traffic.floood.rate=1',
      '--set traffic.floood.rate=1: traffic has no entry "floood" (did you mean "flood"?); there are: flood, clients',
    ],
    ['traffic.2.rate=1', '--set traffic.2.rate=1: traffic has no entry "2"; there are: flood, clients'],
    ['name.first=1', '--set name.first=1: name is a single value and has no "first"'],
    ['arms={}', '--set arms={}: arms: an empty mapping is not allowed: must be a mapping of 1 to 16 names'],
    ['traffic=[]', '--set traffic=[]: traffic: an empty list is not allowed: must be a list of 1 to 16 entries'],
    ['seed=[1,2]', '--set seed=[1,2]: seed: a list of 2 is not allowed: must be an integer from 0 to 9007199254740991'],
    ['arms={off: {}}', '--set arms={off: {}}: thresholds.0.arm: no arm "on"; there are: off'],
    ['phases.attack=0', '--set phases.attack=0: phases.attack: 0 is not allowed: must be an integer from 1 to 3600'],
    [
      'listener.__proto__=1',
      expect.stringContaining('--set listener.__proto__=1: listener.__proto__: unknown key "__proto__"'),
    ],
    ['listener.backlog=[', '--set listener.backlog=[: the value is not valid YAML: Flow sequence must end with a ]'],
    [
      'listener.backlog',
      '--set listener.backlog: must be key=value, such as listener.backlog=256 or traffic.flood.rate=1000',
    ],
    ['=5', '--set =5: must be key=value, such as listener.backlog=256 or traffic.flood.rate=1000'],
    [
      'listener..backlog=5',
      '--set listener..backlog=5: must be key=value, such as listener.backlog=256 or traffic.flood.rate=1000',
    ],
  ])('%s is refused', (text, message) => {
    expect(refusal(LINES, text)).toEqual(message)
  })

  it('of one arm leaves another alone that is an alias of it', () => {
    const aliased = LINES.with(8, '  off: &same { synCookies: 0 }').with(9, '  on: *same')
    expect(load(aliased, 'arms.off.backlog=1').arms).toEqual({
      off: { synCookies: 0, backlog: 1 },
      on: { synCookies: 0 },
    })
  })

  it('names the override that is to blame, not the first one', () => {
    expect(refusal(LINES, 'listener.backlog=5', 'link.rttMs=-1', 'phases.attack=9')).toMatch(/^--set link\.rttMs=-1: /)
  })
})

describe('a complete scenario', () => {
  it('has the defaults of the listener, the attacks and the clients', () => {
    const scenario = resolveScenario(load(LINES))
    expect(scenario.arms).toEqual([
      {
        name: 'off',
        listener: { ...LISTENER_DEFAULTS, backlog: 16, synCookies: 0 },
        application: APPLICATION_DEFAULTS,
      },
      {
        name: 'on',
        listener: { ...LISTENER_DEFAULTS, backlog: 16, synCookies: 1 },
        application: APPLICATION_DEFAULTS,
      },
    ])
    expect(scenario.attacks).toMatchObject([{ name: 'flood', start: 1, stop: 3, arrivals: 'constant' }])
    expect(scenario.populations).toEqual([
      { ...CLIENT_DEFAULTS, name: 'clients', kind: 'clients', rate: 5, start: 0, stop: 6 },
    ])
    expect(scenario.duration).toBe(6)
  })

  it('has arms that change the listener and the program behind it alike', () => {
    const lines = LINES.with(6, '  backlog: 16\napplication: { acceptInterval: 200, workers: 8 }')
    const changed = lines.with(8, '  off: { backlog: 4, acceptInterval: 0, greeting: true }')
    const [off, on] = resolveScenario(load(changed)).arms
    expect(off).toEqual({
      name: 'off',
      listener: { ...LISTENER_DEFAULTS, backlog: 4 },
      application: { ...APPLICATION_DEFAULTS, acceptInterval: 0, workers: 8, greeting: true },
    })
    expect(on?.application).toEqual({ ...APPLICATION_DEFAULTS, acceptInterval: 200, workers: 8 })
  })

  it('keeps the order of the arms in the file', () => {
    const swapped = LINES.with(8, LINES[9] ?? '').with(9, LINES[8] ?? '')
    expect(resolveScenario(load(swapped)).arms.map(({ name }) => name)).toEqual(['on', 'off'])
  })
})

describe('bundled scenarios', () => {
  it('are each in order and called as their file', () => {
    expect(bundledNames()).toEqual(expect.arrayContaining(['classic', 'low-and-slow']))
    for (const name of bundledNames()) expect(loadScenario(readScenario(name)).name).toBe(name)
  })

  it('that do not exist are refused with the nearest name', () => {
    const stories = STORIES.map((story) => story.name)
    expect(() => readScenario('clasic', stories)).toThrow(
      `no scenario "clasic" (did you mean "classic"?): there are ${bundledNames().join(', ')}, the stories ${stories.join(', ')}, or give the path of a .yaml file`,
    )
    expect(() => readScenario('handshak', stories)).toThrow('no scenario "handshak" (did you mean "handshake"?)')
    expect(() => readScenario('handshak')).toThrow('no scenario "handshak": there are accept-queue,')
  })

  it('are not searched for a path', () => {
    expect(() => readScenario('./no-such.yaml')).toThrow('scenario ./no-such.yaml does not exist')
    expect(() => readScenario('lab/')).toThrow('scenario lab/ is a directory')
  })
})

describe('where something is wrong', () => {
  const messageOf = (lines: readonly string[]): string => {
    try {
      load(lines)
    } catch (error) {
      return (error as UsageError).message
    }
    return 'accepted'
  }

  it('is told with line, column and the line itself, a mark below the place', () => {
    const [what, ...excerpt] = messageOf(LINES.with(6, '  backlog: 9000000')).split('\n')
    expect(what).toMatch(/^drill\.yaml:7:3: listener\.backlog: 9000000 is not allowed/)
    expect(excerpt).toEqual(['7 |   backlog: 9000000', '  |   ^^^^^^^^^^^^^^^^'])
  })

  it('is told for all problems at once, in the order of the text', () => {
    const lines = LINES.with(17, '    rate: -5').with(6, '  backlogg: 16').with(8, '  off: { synCookies: 7 }')
    const places = messageOf(lines).match(/^drill\.yaml:\d+:\d+/gm)
    expect(places).toEqual(['drill.yaml:7:3', 'drill.yaml:9:10', 'drill.yaml:18:5'])
  })

  it('is told for ten problems, and how many more there are', () => {
    const arms = Array.from({ length: 8 }, (_, i) => `  a${i}: { synCookies: 7, backlog: x }`)
    const message = messageOf(LINES.toSpliced(8, 2, ...arms))
    expect(message.match(/^drill\.yaml:\d+:\d+/gm)).toHaveLength(10)
    expect(message).toMatch(/\ndrill\.yaml: 6 more$/)
  })

  it('is told for every fault of the YAML itself', () => {
    const message = messageOf([...LINES.slice(0, 4), '  rttMs: "20', '  }'])
    expect(message).toMatch(/^drill\.yaml:\d+:\d+: not valid YAML: /)
    expect(message.split('\n')[1]).toMatch(/^\d+ \| /)
  })

  it('is told for rules beyond the schema, several at once', () => {
    const lines = LINES.with(19, '  - { arm: onn, phase: attack, metric: success_ratio }').with(
      13,
      '    rate: 100\n    stop: 99',
    )
    expect(messageOf(lines).match(/^drill\.yaml:\d+:\d+: .*$/gm)).toEqual([
      'drill.yaml:15:5: traffic.flood.stop: 99 is after the end of the run, which lasts 6 seconds',
      'drill.yaml:21:5: thresholds.0: a threshold needs "min", "max" or both',
      'drill.yaml:21:7: thresholds.0.arm: no arm "onn" (did you mean "on"?); there are: off, on',
    ])
  })
})

describe('a scenario that cannot be read', () => {
  const directory = temporaryDirectory
  it.each([
    [
      'absent',
      () => join(directory(), 'no.yaml'),
      /^scenario .*no\.yaml does not exist: give the path of a \.yaml file$/,
    ],
    ['a directory', () => `${directory()}/`, /^scenario .* is a directory: give the path of a \.yaml file in it$/],
    [
      'a device without an end',
      () => '/dev/zero',
      /^scenario \/dev\/zero is a device: give the path of a \.yaml file$/,
    ],
    ['binary', () => fileOf(Buffer.from([0x7f, 0x45, 0x4c, 0x46, 0, 1])), /is not text: a scenario is YAML in UTF-8$/],
    ['not UTF-8', () => fileOf(Buffer.from('name: caf\xe9', 'latin1')), /is not text: a scenario is YAML in UTF-8$/],
    ['too large', () => fileOf(Buffer.alloc(1_048_577, 'a')), /is too large: at most 1048576 bytes are allowed$/],
  ])('is refused in one sentence when it is %s', (_what, path, sentence) => {
    expect(() => readScenario(path())).toThrow(sentence)
  })

  function fileOf(bytes: Buffer): string {
    const path = join(directory(), 'file.yaml')
    writeFileSync(path, bytes)
    return path
  }
})
