/**
 * Recordings as people have them, made by hand: each gives the right number of packets, or the true reason why not, and
 * tells what of it was not replayed.
 */
import { mkdirSync, mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { main } from '../../../lab/cli/main.ts'
import { Bytes, enhancedPacket, interfaceBlock, sectionHeader } from '../../support/readers/capture-files.ts'
import { allSegments, REFUSED, REPLAYED } from '../../support/worlds/recordings.ts'

const SCENARIO = `
name: replay
description: Replays one recording.
phases: { baseline: 1, attack: 10, recovery: 1 }
arms: { on: { synCookies: 1 } }
traffic:
  - { name: rec, kind: trace-replay, trace: plain.pcap }
`

let directory: string

beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'synlab-recordings-'))
  for (const { file, bytes } of [...REPLAYED, ...REFUSED]) writeFileSync(join(directory, file), bytes)
  writeFileSync(join(directory, 'replay.yaml'), SCENARIO)
  mkdirSync(join(directory, 'folder'))
})

afterAll(() => rmSync(directory, { recursive: true }))

/** Runs the scenario with one recording, as a user does. */
async function run(file: string, ...more: string[]): Promise<{ status: number; stdout: string; stderr: string }> {
  const said = { stdout: '', stderr: '' }
  const write = (stream: 'stdout' | 'stderr') => ({
    write: (text: string) => {
      said[stream] += text
      return true
    },
  })
  const args = ['run', join(directory, 'replay.yaml'), '--quiet', '--set', `traffic.rec.trace=${file}`, ...more]
  const status = await main(args, { stdout: write('stdout'), stderr: { ...write('stderr'), isTTY: false } } as never)
  return { status, ...said }
}

interface Recorded {
  readonly packets: number
  readonly replayed: number
  readonly leftOut: Readonly<Record<string, number>>
  readonly summary: string
}

describe('a recording', () => {
  it.each(REPLAYED)('is replayed, and what is not is told: $file', async ({ file, count, says }) => {
    const { status, stdout } = await run(file, '--json')
    expect(status).toBe(0)
    const result = JSON.parse(stdout)
    const recording: Recorded = result.scenario.definition.attacks[0].recording
    const { in: received } = result.arms.on.phases.attack.packets
    expect(`${recording.summary}.`).toMatch(says)
    // What is said is what reached the server, and every packet of the file is accounted for.
    expect(received).toBe(recording.replayed)
    if (file.startsWith('cut-last.pcap.gz')) expect(received).toBeGreaterThan(0)
    else expect(received).toBe(count)
    const leftOut = Object.values(recording.leftOut).reduce((sum, n) => sum + n, 0)
    expect(recording.packets).toBe(recording.replayed + leftOut)

    const shown = (await run(file)).stdout.split('\n').find((line) => line.startsWith('rec replays'))
    expect(shown).toBe(`rec replays ${file}: ${recording.summary}.`)
  })

  it.each(REFUSED)('is refused for its true reason, in one line: $file', async ({ file, says }) => {
    const { status, stdout, stderr } = await run(file)
    expect([status, stdout]).toEqual([2, ''])
    expect(stderr).toMatch(new RegExp(`^synlab: traffic\\.rec\\.trace: ${file.replace('.', '\\.')}: `))
    expect(stderr.trimEnd()).toMatch(says)
    expect(stderr.trimEnd().split('\n')).toHaveLength(1)
  })

  it('may be larger than 2 GiB: it is read piece by piece', async () => {
    const large = join(directory, 'large.pcapng')
    const packets = allSegments().map((bytes, i) => enhancedPacket(true, BigInt(i) * 10_000n, bytes))
    const head = Buffer.concat([sectionHeader(true), interfaceBlock(true), ...packets])
    // A block of 2.5 GiB that nobody reads, most of which takes no room on the disk, and a packet after it.
    const length = 2.5 * 1024 ** 3
    writeFileSync(large, Buffer.concat([head, new Bytes(true).u32(0x0bad, length).done()]))
    truncateSync(large, head.length + length - 4)
    writeFileSync(large, Buffer.concat([new Bytes(true).u32(length).done(), packets[0] as Uint8Array]), { flag: 'a' })
    const { status, stdout, stderr } = await run('large.pcapng')
    expect([status, stderr]).toEqual([0, ''])
    expect(stdout).toContain('41 of 41 packets')
  })
})

describe('the attacked host', () => {
  const told = async (...args: string[]) => JSON.parse((await run('mixed.pcap', '--json', ...args)).stdout)

  it.each([
    [['--victim', '10.9.9.50'], { victim: '10.9.9.50', foundBy: 'told', replayed: 0 }],
    [['--victim', '10.9.9.37'], { victim: '10.9.9.37', foundBy: 'told', replayed: 1, leftOut: { other_host: 39 } }],
    [['--set', 'traffic.rec.victim=10.9.9.9:80'], { victim: '10.9.9.9:80', foundBy: 'told', replayed: 26 }],
  ])('can be told: %j', async (args, recording) => {
    if (recording.replayed === 0) {
      const { status, stderr } = await run('mixed.pcap', ...args)
      expect(status).toBe(2)
      expect(stderr).toContain(`no TCP segment to ${recording.victim} that can be replayed: of 40 packets: 40 to other`)
      return
    }
    const result = await told(...args)
    expect(result.scenario.definition.attacks[0].recording).toMatchObject(recording)
    expect(result.command).toContain(`traffic.rec.victim=`)
    expect(result.arms.on.phases.attack.packets.in).toBe(recording.replayed)
  })

  it.each(['10.9.9', 'example.org', '10.9.9.9:0', '::1'])('must be an address: %s', async (victim) => {
    const { status, stderr } = await run('mixed.pcap', '--victim', victim)
    expect(status).toBe(2)
    expect(stderr).toContain(
      `traffic.rec.victim: "${victim}" is not an IPv4 address such as 192.0.2.1, or 192.0.2.1:80`,
    )
  })
})
