/**
 * The house is in order: who imports whom, no circles, headers, sizes. It reads the sources; the table of rooms is the one
 * that docs/architecture.md prints.
 */
import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, normalize } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { markdownTable, withBlock } from '../support/readers/made-blocks.ts'
import { FLOORS, ROOMS, type Room, roomOf } from '../support/readers/rooms.ts'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))

/** Longest file, lines. */
const LINES_MAX = 350

/** Files that are longer, and why. */
const LONG_FILES: Readonly<Record<string, string>> = {
  'tcpip/base/timer-wheel.ts': 'one algorithm, whose parts share five arrays',
  'test/property/connection-stress.test.ts': 'one randomized test with what it says of an end',
  'test/unit/attacker/api/attacker-api.test.ts': 'one test per route of one API',
  'test/unit/attacker/trace/trace.test.ts': 'one test per way in which a recording is broken',
  'test/unit/lab/scenario-errors.test.ts': 'a table of wrong scenarios and what is said of each',
  'test/unit/packetdrill/run.test.ts': 'one test per promise of the interpreter',
  'test/unit/tcpip/base/timer-wheel.test.ts': 'one test per promise of the wheel',
  'test/unit/tcpip/host/sockets.test.ts': 'one test per promise of the socket calls',
  'test/unit/tcpip/net/endpoint-duplex.test.ts': 'one test per promise of net.Socket',
  'test/unit/tcpip/udp-link/udp-sessions.test.ts': 'one test per rule of the link’s protocol',
}

const SKIPPED = new Set(['node_modules', 'dist', '.git', 'coverage', 'runs'])

/** Every source of the project, relative to its root; settings of its tools are none. */
function sources(directory = ''): string[] {
  return readdirSync(join(ROOT, directory), { withFileTypes: true }).flatMap((entry) => {
    if (SKIPPED.has(entry.name)) return []
    const path = join(directory, entry.name)
    if (entry.isDirectory()) return sources(path)
    return /\.tsx?$/.test(entry.name) && !/\.(d|config)\.ts$/.test(entry.name) ? [path] : []
  })
}

const TEXTS = new Map(sources().map((file) => [file, readFileSync(join(ROOT, file), 'utf8')]))

/** What a file imports: other files of the project relative to its root, anything else by its name. */
function importsOf(file: string, text: string): string[] {
  const specifiers = text.matchAll(
    /(?:^|\n)(?:import|export)\b[^'"]*?\bfrom '([^']+)'|\bimport\(\s*'([^']+)'|\nimport '([^']+)'/g,
  )
  return [...specifiers].map(([, from, dynamic, bare]) => {
    const specifier = (from ?? dynamic ?? bare) as string
    return specifier.startsWith('.') ? normalize(join(dirname(file), specifier)) : specifier
  })
}

const IMPORTS = new Map([...TEXTS].map(([file, text]) => [file, importsOf(file, text)]))

/** Imports that the table of rooms does not allow, as `file imports file: why`. */
function forbidden(imports: ReadonlyMap<string, readonly string[]>): string[] {
  return [...imports].flatMap(([file, targets]) => {
    const room = roomOf(file)
    if (room === undefined) return [`${file} is in no room`]
    const { mayImport, runs } = ROOMS[room] as Room
    return targets.flatMap((target) => {
      if (target.startsWith('node:'))
        return runs === 'node' ? [] : [`${file} imports ${target}: ${room} runs without Node`]
      if (!TEXTS.has(target)) return []
      const other = roomOf(target)
      const isAllowed =
        other === room || (mayImport === 'everything' ? other !== 'test' : mayImport.some((name) => name === other))
      return isAllowed ? [] : [`${file} imports ${target}: ${room} may not import ${other}`]
    })
  })
}

/** Imports inside tcpip that go up a floor, as `file imports file`. */
function upward(imports: ReadonlyMap<string, readonly string[]>): string[] {
  const floorOf = (file: string): number => FLOORS.findIndex((floor) => file.startsWith(`${floor}/`))
  return [...imports].flatMap(([file, targets]) =>
    floorOf(file) < 0
      ? []
      : targets.filter((target) => floorOf(target) > floorOf(file)).map((target) => `${file} imports ${target}`),
  )
}

/** Files that import each other in a circle, types included: each strongly connected set of them (Tarjan 1972). */
function circles(imports: ReadonlyMap<string, readonly string[]>): string[][] {
  const order = new Map<string, number>()
  const lowest = new Map<string, number>()
  const stack: string[] = []
  const found: string[][] = []
  const visit = (file: string): number => {
    const number = order.size
    order.set(file, number)
    let low = number
    stack.push(file)
    for (const target of imports.get(file) ?? []) {
      if (!imports.has(target)) continue
      const known = order.get(target)
      if (known === undefined) low = Math.min(low, visit(target))
      else if (stack.includes(target)) low = Math.min(low, known)
    }
    lowest.set(file, low)
    if (low === number) {
      const circle = stack.splice(stack.indexOf(file))
      if (circle.length > 1) found.push(circle.sort())
    }
    return low
  }
  for (const file of imports.keys()) if (!order.has(file)) visit(file)
  return found
}

const isShown = (room: string): boolean => [...TEXTS.keys()].some((file) => roomOf(file) === room)
const quote = (room: string): string => `\`${room}\``

/** The rooms that have files. */
function shownRooms(): [string, Room][] {
  return Object.entries(ROOMS).filter(([room]) => isShown(room))
}

describe('the house', () => {
  it('has files in it', () => {
    expect(TEXTS.size).toBeGreaterThan(400)
    expect([...IMPORTS.values()].flat().length).toBeGreaterThan(1000)
  })

  it('lets each room import what the table allows, and nothing else', () => {
    expect(forbidden(IMPORTS)).toEqual([])
  })

  it('lets no floor of tcpip import a floor above it', () => {
    expect(upward(IMPORTS)).toEqual([])
    const up = new Map([['tcpip/base/prng.ts', ['tcpip/wire/ipv4.ts']]])
    expect(upward(up)).toEqual(['tcpip/base/prng.ts imports tcpip/wire/ipv4.ts'])
  })

  it.each([
    ['tcpip/wire/ipv4.ts', 'server/listener/listener.ts', 'tcpip may not import server/listener'],
    ['tcpip/wire/ipv4.ts', 'node:fs', 'tcpip runs without Node'],
    ['attacker/guard.ts', 'server/options.ts', 'attacker may not import server'],
    ['server/app/responder.ts', 'control/errors.ts', 'server/app may not import control'],
    ['lab/client/lab-client.ts', 'lab/up/lab-up.ts', 'lab/client may not import lab'],
  ])('would not let %s import %s', (file, target, why) => {
    expect(forbidden(new Map([[file, [target]]]))).toEqual([`${file} imports ${target}: ${why}`])
  })

  it('has no circle of imports, of types neither', () => {
    expect(circles(IMPORTS)).toEqual([])
    expect(
      circles(
        new Map([
          ['a', ['b']],
          ['b', ['c']],
          ['c', ['b']],
        ]),
      ),
    ).toEqual([['b', 'c']])
  })

  it('has a header in every file that says what it owns', () => {
    const isHeadless = ([file, text]: [string, string]): boolean =>
      !file.endsWith('.test.ts') && !/^(#!.*\n)?\/\*\*/.test(text)
    expect([...TEXTS].filter(isHeadless).map(([file]) => file)).toEqual([])
  })

  it(`has no file of more than ${LINES_MAX} lines without a reason`, () => {
    const long = [...TEXTS].filter(([, text]) => text.split('\n').length - 1 > LINES_MAX).map(([file]) => file)
    expect(long.sort()).toEqual(Object.keys(LONG_FILES).sort())
  })

  it('has every room that runs anywhere under the linter’s rules for purity', () => {
    const { overrides } = JSON.parse(readFileSync(join(ROOT, 'biome.json'), 'utf8')) as {
      overrides: { includes: string[] }[]
    }
    const linted = overrides[0]?.includes.map((glob) => glob.replace('/**', '')) ?? []
    // Types alone need no rule.
    const pure = shownRooms().filter(([room, { runs }]) => runs === 'anywhere' && room !== 'dashboard/contract')
    for (const [room] of pure) expect(linted, room).toContain(room)
  })

  it('is printed in docs/architecture.md', async () => {
    const rows = shownRooms().map(([room, { mayImport, runs }]) => {
      const allowed = mayImport === 'everything' ? ['everything'] : mayImport.filter(isShown).map(quote)
      return [quote(room), allowed.join(', ') || 'nothing', runs]
    })
    const file = join(ROOT, 'docs/architecture.md')
    const table = ['', ...markdownTable(['room', 'may import', 'runs'], rows), '']
    await expect(withBlock(readFileSync(file, 'utf8'), 'rooms', table)).toMatchFileSnapshot(file)
  })
})
