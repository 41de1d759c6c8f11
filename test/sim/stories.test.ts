/**
 * The stories: every claim holds, whatever the seed; the conclusions come from the run and not from the text; the bundle
 * is the same for the same seed; what `handshake` prints is pinned.
 */
import { join } from 'node:path'
import { describe, expect, it, vi } from 'vitest'
import { STORIES } from '../../lab/stories/catalogue.ts'
import { claimEqual, claimNear } from '../../lab/stories/claim.ts'
import { describeFate } from '../../lab/stories/fate.ts'
import { tellStory } from '../../lab/stories/tell-story.ts'
import { DROP_REASON_NAMES, DropReason } from '../../tcpip/base/drop-reason.ts'
import { Endpoint } from '../../tcpip/host/endpoint.ts'
import { SERVER_PORT } from '../../tcpip/wire/address-plan.ts'
import { parsePacket } from '../../tcpip/wire/codec.ts'
import { Segment } from '../../tcpip/wire/segment.ts'
import { readDirectory, synlab, temporaryDirectory } from '../support/processes/lab-cli.ts'
import { readPcapng } from '../support/readers/pcapng-reader.ts'

const NAMES = STORIES.map(({ name }) => name)

function story(name: string) {
  const found = STORIES.find((one) => one.name === name)
  if (found === undefined) throw new Error(`no story ${name}`)
  return found
}

function failures(name: string): string[] {
  const { claims } = tellStory(story(name), 1, '').result
  return claims.filter(({ holds }) => !holds).map((claim) => claim.name)
}

describe.each(NAMES)('%s', (name) => {
  it.each([1, 2, 3])('holds every claim with seed %i', (seed) => {
    const { result } = tellStory(story(name), seed, '')
    expect(result.claims.length).toBeGreaterThan(5)
    expect(result.claims.filter(({ holds }) => !holds)).toEqual([])
    expect(result.passed).toBe(true)
  })

  it('prints nothing wider than 100 columns', () => {
    const { lines } = tellStory(story(name), 1, '')
    expect(lines.filter((line) => line.length > 100)).toEqual([])
  })

  it('writes the same bundle for the same seed, with every packet of the run in the capture', async () => {
    const root = temporaryDirectory()
    const [first, second] = [join(root, 'first'), join(root, 'second')]
    for (const out of [first, second]) expect((await synlab('run', name, '--seed', '5', '--out', out)).status).toBe(0)
    const files = readDirectory(first)
    expect(Object.keys(files).sort()).toEqual(['capture.pcapng', 'result.json'])
    const again = readDirectory(second)
    for (const [file, bytes] of Object.entries(files)) expect(bytes.equals(again[file]), file).toBe(true)
    const { scenes } = JSON.parse(String(files['result.json']))
    const { interfaces, packets } = readPcapng(files['capture.pcapng'])
    expect(interfaces.map((one) => one.name)).toEqual(scenes.map((scene: { name: string }) => scene.name))
    scenes.forEach((scene: { packets: number }, index: number) => {
      expect(packets.filter(({ interfaceId }) => interfaceId === index)).toHaveLength(scene.packets)
    })
    const segment = new Segment()
    const sceneOfPort = new Map<number, number>()
    let refused = 0
    let shared = 0
    for (const { bytes, interfaceId } of packets) {
      const outcome = parsePacket(bytes, new DataView(bytes.buffer, bytes.byteOffset), 0, bytes.length, segment)
      if (outcome !== DropReason.ACCEPTED) refused++
      // Scenes share no ports, or Wireshark would take one for the continuation of another.
      const port = segment.sourcePort === SERVER_PORT ? segment.destinationPort : segment.sourcePort
      if (!sceneOfPort.has(port)) sceneOfPort.set(port, interfaceId)
      if (sceneOfPort.get(port) !== interfaceId) shared++
    }
    expect({ refused, shared }).toEqual({ refused: 0, shared: 0 })
  })
})

describe('what is told of the segments', () => {
  it.each(NAMES)('names no drop reason without saying what the receiver did: %s', (name) => {
    const { scenes } = tellStory(story(name), 1, '').result
    const reasons = scenes.flatMap(({ segments }) => segments.map(({ fate }) => fate))
    const refusals = reasons.filter((fate) => fate !== 'accepted' && DROP_REASON_NAMES.includes(fate))
    expect(refusals.filter((fate) => describeFate(fate) === fate.replaceAll('_', ' '))).toEqual([])
  })

  it('counts those that are left out, before and after', () => {
    const text = tellStory(story('two-way-handshake'), 1, '').lines.join('\n')
    const { scenes } = tellStory(story('two-way-handshake'), 1, '').result
    const off = scenes.find(({ name }) => name === 'old-syn-off-three-way')
    const [before, after] =
      text
        .slice(text.indexOf('switched off'))
        .match(/\.\.\. \d+ .*segments?/g)
        ?.slice(1, 3) ?? []
    expect([before, after]).toEqual(['... 6 segments', `... ${(off?.segments.length ?? 0) - 10} more segments`])
  })

  it('leaves nothing out unsaid: of a scene that is traced in two parts, every segment up to the last one told', () => {
    const { lines } = tellStory(story('time-wait-old-duplicate'), 1, '')
    const start = lines.findIndex((line) => line.startsWith('TIME-WAIT 0, with timestamps'))
    let told = 0
    for (const line of lines.slice(start)) {
      const cut = /\.\.\. (\d+) (more )?segments? /.exec(line)
      const number = /^ *(\d+) +\d+\.\d+ s /.exec(line)
      if (cut !== null) told += Number(cut[1])
      if (number !== null) expect(Number(number[1])).toBe(++told)
    }
    expect(told).toBeGreaterThan(500)
  })

  it('is a change of state once, with the segment that caused it', () => {
    const { lines } = tellStory(story('four-way-close'), 1, '')
    const [first = '', second = ''] = lines.filter((line) => line.includes('CLOSE-WAIT'))
    expect(first.trim()).toBe('client ESTABLISHED -> FIN-WAIT-1; server ESTABLISHED -> CLOSE-WAIT')
    expect(second.trim()).toBe('server CLOSE-WAIT; client FIN-WAIT-1 -> FIN-WAIT-2')
  })

  it.each(NAMES)('has no figure of four or more digits behind the point, except in a fast trace: %s', (name) => {
    const { lines } = tellStory(story(name), 1, '')
    const figures = lines.filter((line) => /\d\.\d{4,}/.test(line) && !/^ *\d+ +\d\.\d{6} s |^connect\(\)/.test(line))
    expect(figures).toEqual([])
  })
})

describe('a claim', () => {
  it('shows whole numbers in full and others to four digits, but compares them to the millionth', () => {
    expect(claimNear('places', 129, 128.007317, 0.02)).toMatchObject({ measured: '128', holds: true })
    expect(claimEqual('number', 2_098_853_477, 2_098_853_477).measured).toBe('2098853477')
    expect(claimEqual('slope', 2.5, 2.50001)).toMatchObject({ measured: '2.5', holds: false })
  })

  it('fails when the code under test does something else, and the exit status says so', async () => {
    const connect = vi.spyOn(Endpoint.prototype, 'openChild').mockReturnValue(undefined)
    try {
      expect(failures('handshake')).toContain('both sides ESTABLISHED, and the server program has the connection')
      expect((await synlab('run', 'handshake')).status).toBe(99)
    } finally {
      connect.mockRestore()
    }
  })

  it('about the leak fails when closing does nothing', () => {
    const close = vi.spyOn(Endpoint.prototype, 'close').mockImplementation(() => {})
    try {
      expect(failures('close-wait-leak')).toContain('slope of CLOSE-WAIT (1/s)')
    } finally {
      close.mockRestore()
    }
  })
})

describe('the command', () => {
  it('prints the handshake', async () => {
    const { status, stdout } = await synlab('run', 'handshake', '--seed', '1')
    expect(status).toBe(0)
    await expect(stdout).toMatchFileSnapshot('./snapshots/handshake.txt')
  })

  it('prints result.json with --json', async () => {
    const { stdout } = await synlab('run', 'syn-timeout', '--json')
    expect(JSON.parse(stdout)).toMatchObject({ story: 'syn-timeout', seed: 1, passed: true })
  })

  it('lists the stories in a group of their own', async () => {
    const { stdout } = await synlab('scenarios')
    const [, stories = ''] = stdout.split('\n\n')
    expect(
      stories
        .trim()
        .split('\n')
        .slice(1)
        .map((line) => line.split(' ')[0]),
    ).toEqual(NAMES)
  })

  it('refuses --set, and writes nothing', async () => {
    const { status, stderr } = await synlab('run', 'handshake', '--set', 'seed=2')
    expect(status).toBe(2)
    expect(stderr).toBe('synlab: --set seed=2: handshake is a story, which has no settings; --set is for scenarios\n')
  })
})
