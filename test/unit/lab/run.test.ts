/**
 * `synlab run` on a shortened scenario: what it prints, what it writes, and that one seed gives one bundle.
 */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { Result } from '../../../lab/bundle/result-format.ts'
import { bundledNames } from '../../../lab/files/scenario-source.ts'
import { STORIES } from '../../../lab/stories/catalogue.ts'
import { readDirectory, synlab, temporaryDirectory } from '../../support/processes/lab-cli.ts'
import { readPcapng } from '../../support/readers/pcapng-reader.ts'

/** `classic` in 9 virtual seconds; its thresholds are about the whole length. */
const SHORT = ['phases.baseline=2', 'phases.attack=4', 'phases.recovery=3', 'thresholds=[]'].flatMap((set) => [
  '--set',
  set,
])

async function runTo(directory: string, ...args: string[]): Promise<Record<string, Buffer>> {
  const { status } = await synlab('run', 'classic', ...SHORT, '--quiet', '--out', directory, ...args)
  expect(status).toBe(0)
  return readDirectory(directory)
}

describe('the bundle of a run', () => {
  it('is the same, byte for byte, for the same seed', async () => {
    const root = temporaryDirectory()
    const first = await runTo(join(root, 'first'), '--seed', '7')
    const second = await runTo(join(root, 'second'), '--seed', '7')
    expect(Object.keys(first)).toEqual([
      'capture.pcapng',
      'connections.csv',
      'counters.svg',
      'durations.svg',
      'queues.svg',
      'report.html',
      'result.json',
      'series.csv',
    ])
    for (const [file, bytes] of Object.entries(first)) expect(bytes.equals(second[file]), file).toBe(true)
  })

  it('differs in every file for another seed, and names the same scenario', async () => {
    const root = temporaryDirectory()
    const seven = await runTo(join(root, 'seven'), '--seed', '7')
    const eight = await runTo(join(root, 'eight'), '--seed', '8')
    for (const [file, bytes] of Object.entries(seven)) expect(bytes.equals(eight[file]), file).toBe(false)
    const [first, second] = [seven, eight].map((files) => JSON.parse(files['result.json'].toString()) as Result)
    expect(first.scenario.sha256).toBe(second.scenario.sha256)
  })

  it('is without anybody to be served when a scenario has no honest clients, and that is said at once', async () => {
    const file = join(temporaryDirectory(), 'alone.yaml')
    writeFileSync(
      file,
      'name: alone\ndescription: x\nphases: {baseline: 1, attack: 1, recovery: 1}\narms: {off: {}}\n' +
        'traffic: [{name: flood, kind: syn-flood, rate: 10, sources: 198.18.0.0/15}]\n',
    )
    const { status, stderr } = await synlab('run', file)
    expect(status).toBe(0)
    expect(stderr).toMatch(/^synlab: alone has no honest clients: what the attack does to them is not measured\n/)
    expect((await synlab('run', file, '--quiet')).stderr).toBe('')
  })

  it('says what ran and how to run it again', async () => {
    const directory = join(temporaryDirectory(), 'bundle')
    const files = await runTo(directory, '--seed', '7', '--set', 'link.loss=0.01')
    const { seed, command, scenario } = JSON.parse(files['result.json'].toString()) as Result
    expect(seed).toBe(7)
    expect(command).toBe(
      'synlab run classic --seed 7 --set phases.baseline=2 --set phases.attack=4 --set phases.recovery=3 ' +
        "--set 'thresholds=[]' --set link.loss=0.01",
    )
    expect(scenario.sha256).toMatch(/^[0-9a-f]{64}$/)
    expect(scenario.definition).toMatchObject({ link: { loss: 0.01 }, duration: 9 })
  })

  it('agrees with itself: connections, seconds, phases', async () => {
    const files = await runTo(join(temporaryDirectory(), 'bundle'), '--seed', '3')
    const result = JSON.parse(files['result.json'].toString()) as Result
    const connections = rowsOf(files['connections.csv'])
    const series = rowsOf(files['series.csv'])
    expect(Object.keys(result.arms)).toEqual(['cookies-off', 'cookies-on'])
    for (const [arm, { phases }] of Object.entries(result.arms)) {
      const ofArm = connections.filter((row) => row.arm === arm)
      const attempted = Object.values(phases).reduce((sum, { legit }) => sum + legit.attempted, 0)
      expect(ofArm).toHaveLength(attempted)
      for (const [name, phase] of Object.entries(phases)) {
        const begun = ofArm.filter(({ start_s }) => Number(start_s) >= phase.start_s && Number(start_s) < phase.end_s)
        const succeeded = begun.filter(({ outcome }) => outcome === 'ok')
        expect([begun.length, succeeded.length]).toEqual([phase.legit.attempted, phase.legit.succeeded])
        const slowest = Math.max(...succeeded.map(({ connect_ms }) => Number(connect_ms)))
        expect(phase.legit.connect_ms.max).toBeCloseTo(slowest, 3)
        const seconds = series.filter((row) => row.arm === arm && row.phase === name)
        expect(seconds).toHaveLength(phase.end_s - phase.start_s)
        for (const counter of ['PacketsIn', 'SynReceived', 'TCPReqQFullDrop', 'SyncookiesSent']) {
          const sum = seconds.reduce((total, row) => total + Number(row[counter]), 0)
          expect(phase.counters[counter], counter).toBe(sum)
        }
        const dropped = Object.values(phase.packets.dropped).reduce((sum, n) => sum + n, 0)
        expect(phase.packets.in).toBe(phase.packets.accepted + dropped)
        expect(phase.packets.in).toBe(phase.counters.PacketsIn)
      }
    }
  })

  it('holds a capture with one interface per arm, the second after the first', async () => {
    const files = await runTo(join(temporaryDirectory(), 'bundle'), '--seed', '3')
    const result = JSON.parse(files['result.json'].toString()) as Result
    const { interfaces, packets } = readPcapng(files['capture.pcapng'])
    expect(interfaces.map(({ name }) => name)).toEqual(['cookies-off', 'cookies-on'])
    const [off, on] = interfaces.map((_, id) => packets.filter(({ interfaceId }) => interfaceId === id))
    expect(off[off.length - 1].timestamp).toBeLessThan(on[0].timestamp)
    expect(interfaces[1].description).toContain('second 0 of the arm is second ')
    const times = packets.map(({ timestamp }) => timestamp)
    expect(times).toEqual(times.toSorted((a, b) => a - b))
    // Every packet that the server took in a phase is there; a few more came in after the last phase.
    const taken = Object.values(result.arms['cookies-on'].phases).reduce((sum, phase) => sum + phase.packets.in, 0)
    expect(on.filter(({ direction }) => direction === 'inbound').length).toBeGreaterThanOrEqual(taken)
  })

  it('is not written, not even in part, when the scenario is refused', async () => {
    const root = temporaryDirectory()
    const { status } = await synlab('run', 'classic', '--out', join(root, 'bundle'), '--set', 'listener.backlog=x')
    expect(status).toBe(2)
    expect(readdirSync(root)).toEqual([])
  })
})

describe('the output of a run', () => {
  it('is a table of arms and phases that fits 100 columns, thresholds, and where the bundle is', async () => {
    const directory = join(temporaryDirectory(), 'b')
    const { stdout, stderr } = await synlab('run', 'classic', ...SHORT, '--seed', '7', '--out', directory)
    const lines = stdout.split('\n')
    expect(lines[0]).toBe('classic, seed 7: baseline 2 s, attack 4 s, recovery 3 s')
    expect(lines[3]).toMatch(/^arm +phase +success +p50 +p90 +p99 +max +mean max limit +in cookies dropped$/)
    expect(lines.slice(4, 10).map((line) => line.slice(0, 23).trim().split(/ +/).at(-1))).toEqual([
      'baseline',
      'attack',
      'recovery',
      'baseline',
      'attack',
      'recovery',
    ])
    for (const line of lines.slice(0, 10)) expect(line.length).toBeLessThanOrEqual(100)
    expect(stdout).toContain(`Bundle: ${directory}`)
    expect(stderr).toBe('25 %  cookies-off\n50 %  cookies-off\n75 %  cookies-on\n100 %  cookies-on\n')
  })

  it('with --json is the content of result.json and nothing else', async () => {
    const directory = join(temporaryDirectory(), 'b')
    const { stdout, stderr } = await synlab('run', 'classic', ...SHORT, '--json', '--out', directory)
    expect(stdout).toBe(readFileSync(join(directory, 'result.json'), 'utf8'))
    expect(stderr).toBe('')
  })

  it('with a failed threshold says so, exits with 99 and still writes the bundle', async () => {
    const directory = join(temporaryDirectory(), 'b')
    const threshold = 'thresholds=[{arm: cookies-on, phase: attack, metric: success_ratio, max: 0.5}]'
    const { status, stdout } = await synlab(
      'run',
      'classic',
      ...SHORT,
      '--set',
      threshold,
      '--quiet',
      '--out',
      directory,
    )
    expect(status).toBe(99)
    expect(stdout).toContain('FAIL  cookies-on attack success_ratio <= 0.5 (is 1)\n')
    const result = JSON.parse(readFileSync(join(directory, 'result.json'), 'utf8')) as Result
    expect(result.passed).toBe(false)
    expect(result.thresholds).toEqual([
      { arm: 'cookies-on', phase: 'attack', metric: 'success_ratio', max: 0.5, actual: 1, passed: false },
    ])
  })
})

describe('a scenario file', () => {
  it('is run by its path, and named by it in the command', async () => {
    const path = join(temporaryDirectory(), 'mine.yaml')
    writeFileSync(
      path,
      [
        'name: mine',
        'description: Nobody attacks and nobody comes.',
        'phases: { baseline: 1, attack: 1, recovery: 1 }',
        'arms: { only: {} }',
        'traffic: [{ name: flood, kind: syn-flood, rate: 1 }]',
      ].join('\n'),
    )
    const { status, stdout } = await synlab('run', path, '--json')
    const result = JSON.parse(stdout) as Result
    expect(status).toBe(0)
    expect(result.command).toBe(`synlab run ${path} --seed 1`)
    expect(result.arms.only.phases.attack.legit).toMatchObject({
      attempted: 0,
      success_ratio: null,
      connect_ms: { p50: null },
    })
  })
})

describe('synlab', () => {
  it.each([
    [
      ['upp'],
      "synlab: unknown command 'upp' (Did you mean up?); commands: up, run, ss, bench, class, grade, scenarios, help, complete\n",
    ],
    [
      ['help', 'benc'],
      'synlab: help: there is no command "benc" (did you mean "bench"?); commands: up, run, ss, bench, class, grade, scenarios, help, complete\n',
    ],
    [[], 'synlab: a command is missing: up, run, ss, bench, class, grade or scenarios (see synlab --help)\n'],
    [['run'], "synlab: missing required argument 'scenario' (see synlab --help)\n"],
    [
      ['run', 'clasic'],
      `synlab: no scenario "clasic" (did you mean "classic"?): there are ${bundledNames().join(', ')}, the stories ${STORIES.map((story) => story.name).join(', ')}, or give the path of a .yaml file\n`,
    ],
    [
      ['run', 'classic', '--sed', '3'],
      "synlab: unknown option '--sed' (Did you mean one of --seed, --set?) (see synlab --help)\n",
    ],
    [
      ['run', 'classic', '--seed', '1.5'],
      "synlab: option '--seed <n>' argument '1.5' is invalid. Must be an integer from 0 to 9007199254740991. (see synlab --help)\n",
    ],
    [
      ['run', 'classic', '--set', 'listener.backlog=-2'],
      'synlab: --set listener.backlog=-2: listener.backlog: -2 is not allowed: must be an integer from -1 to 4194304\n',
    ],
    [
      ['up', '--syn-cookies', '3'],
      "synlab: option '--syn-cookies <0|1|2>' argument '3' is invalid. Must be an integer from 0 to 2. (see synlab --help)\n",
    ],
    [['up', '--server-port', '9', '--attacker-port', '9'], 'synlab: --server-port 9: is the same as --attacker-port\n'],
  ])('%j is refused in one line, with status 2', async (args, line) => {
    expect(await synlab(...args)).toEqual({ status: 2, stdout: '', stderr: line })
  })

  it.each([
    [['help']],
    [['help', 'run']],
    [['--help']],
    [['run', '--help']],
    [['up', '--help']],
    [['scenarios', '--help']],
  ])('%j prints help', async (args) => {
    const { status, stdout, stderr } = await synlab(...args)
    expect([status, stderr]).toEqual([0, ''])
    expect(stdout).toMatch(/^Usage: synlab/)
  })

  it('lists the scenarios', async () => {
    const { stdout } = await synlab('scenarios')
    expect(stdout).toMatch(/^classic +240 s {2}cookies-off, cookies-on {2,}\S/m)
    const { stdout: json } = await synlab('scenarios', '--json')
    const listed = JSON.parse(json).filter(({ kind }: { kind?: string }) => kind !== 'story')
    expect(listed.map(({ name }: { name: string }) => name)).toEqual(bundledNames())
    expect(listed).toContainEqual(expect.objectContaining({ name: 'classic', duration_s: 240 }))
  })
})

function rowsOf(csv: Buffer): Record<string, string>[] {
  const [header, ...lines] = csv.toString().trimEnd().split('\n')
  const names = header.split(',')
  return lines.map((line) => Object.fromEntries(line.split(',').map((cell, column) => [names[column], cell])))
}
