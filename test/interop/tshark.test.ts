/**
 * A specialist's eye on our captures: tshark opens them, finds nothing malformed and every checksum right. Needs tshark.
 */
import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { STORIES } from '../../lab/stories/catalogue.ts'
import { synlab, temporaryDirectory } from '../support/processes/lab-cli.ts'
import { describeWith } from '../support/processes/tools.ts'

const CHECKSUMS = ['-o', 'tcp.check_checksum:TRUE', '-o', 'ip.check_checksum:TRUE']

function tshark(file: string, ...args: string[]): string[] {
  const output = execFileSync('tshark', ['-r', file, ...CHECKSUMS, ...args], {
    encoding: 'utf8',
    maxBuffer: 1 << 28,
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  return output.split('\n').filter((line) => line !== '')
}

describeWith(['tshark'], 'the capture of a run', () => {
  it('opens in tshark: all packets IPv4 and TCP, none malformed, no checksum wrong', async () => {
    const out = join(temporaryDirectory(), 'bundle')
    const shorter = ['phases.baseline=2', 'phases.attack=5', 'phases.recovery=2'].flatMap((set) => ['--set', set])
    const { status } = await synlab('run', 'classic', '--seed', '7', '--out', out, '--quiet', ...shorter)
    // Thresholds are for the whole scenario; the capture is there whether they hold or not.
    expect([0, 99]).toContain(status)
    const file = join(out, 'capture.pcapng')
    const all = tshark(file, '-T', 'fields', '-e', 'frame.interface_name')
    expect(all.length).toBeGreaterThan(5000)
    expect(new Set(all)).toEqual(new Set(['cookies-off', 'cookies-on']))
    expect(tshark(file, '-Y', 'tcp && tcp.checksum.status == "Good" && ip.checksum.status == "Good"')).toHaveLength(
      all.length,
    )
    expect(tshark(file, '-Y', '_ws.malformed || _ws.expert.severity == "Error"')).toEqual([])
  })
})

describeWith(['tshark'], 'the capture of a story', () => {
  it.each(STORIES.map((story) => [story.name, story] as const))(
    '%s opens clean, and every display filter that it gives finds something',
    async (name, { wireshark }) => {
      const out = join(temporaryDirectory(), 'bundle')
      expect((await synlab('run', name, '--out', out)).status).toBe(0)
      const file = join(out, 'capture.pcapng')
      const good = 'tcp.checksum.status == "Good" && ip.checksum.status == "Good"'
      expect(tshark(file).length).toBeGreaterThan(0)
      expect(tshark(file, '-Y', `!(${good}) || _ws.malformed || _ws.expert.severity == "Error"`)).toEqual([])
      for (const { filter } of wireshark) expect(tshark(file, '-Y', filter).length, filter).toBeGreaterThan(0)
    },
  )
})
