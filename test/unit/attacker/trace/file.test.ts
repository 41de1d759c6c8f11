/**
 * Which files a trace may come from: those of one directory, and no other.
 */
import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { directoryRefusal, readTrace } from '../../../../attacker/engine/trace-file.ts'
import { SYN } from '../../../../tcpip/wire/segment.ts'
import { packetOf, pcapFile } from '../../../support/readers/capture-files.ts'

const VICTIM = { address: 0x5db8_d822, port: 443 }
const bytes = packetOf({ source: 5, destination: VICTIM.address, destinationPort: VICTIM.port, flags: SYN })
const FILE = pcapFile([{ seconds: 1, nanoseconds: 0, bytes }])

let outside: string
let directory: string

beforeAll(() => {
  outside = mkdtempSync(join(tmpdir(), 'synlab-test-'))
  directory = join(outside, 'traces')
  mkdirSync(join(directory, 'folder'), { recursive: true })
  writeFileSync(join(directory, 'flood.pcap'), FILE)
  writeFileSync(join(directory, '..flood'), FILE)
  writeFileSync(join(directory, 'text.pcap'), 'no capture at all, only text\n')
  writeFileSync(join(outside, 'secret.pcap'), FILE)
  mkdirSync(join(outside, 'traces-of-others'))
  writeFileSync(join(outside, 'traces-of-others', 'secret.pcap'), FILE)
  symlinkSync('flood.pcap', join(directory, 'inside'))
  symlinkSync('../secret.pcap', join(directory, 'outside'))
  symlinkSync(join(outside, 'traces-of-others', 'secret.pcap'), join(directory, 'beside'))
  symlinkSync('folder', join(directory, 'to-folder'))
  symlinkSync('.', join(directory, 'to-itself'))
  symlinkSync('circle', join(directory, 'circle'))
  symlinkSync('nowhere', join(directory, 'broken'))
  execFileSync('mkfifo', [join(directory, 'fifo')])
})

afterAll(() => rmSync(outside, { recursive: true, force: true }))

it.each([
  ['nowhere', 'there is no such directory'],
  ['flood.pcap', 'is no directory'],
  ['flood.pcap/x', 'there is no such file'],
  ['folder', undefined],
  ['to-folder', undefined],
])('traces are in a directory: %s', (name, refusal) => {
  expect(directoryRefusal(join(directory, name))).toBe(refusal)
})

describe('readTrace', () => {
  it.each(['flood.pcap', '..flood', 'inside'])('reads %s', async (name) => {
    expect(await readTrace(directory, name)).toMatchObject({
      count: 1,
      account: { victim: { address: VICTIM.address } },
    })
  })

  it('takes the destination it is told', async () => {
    const told = await readTrace(directory, 'flood.pcap', { address: 0x0101_0101, port: 9 })
    expect(told).toBe(
      'trace "flood.pcap": no TCP segment to 1.1.1.1:9 that can be replayed: of 1 packet: 1 to other hosts',
    )
  })

  it.each([
    ['', 'the name of a trace has 1 to 255 characters, got 0'],
    ['a'.repeat(256), 'the name of a trace has 1 to 255 characters, got 256'],
    ['flood.pcap\0.txt', 'the name of a trace must not contain NUL'],
    ['../secret.pcap', 'the name of a trace must not contain / or \\, got "../secret.pcap"'],
    ['/etc/passwd', 'the name of a trace must not contain / or \\, got "/etc/passwd"'],
    ['..\\secret.pcap', 'the name of a trace must not contain / or \\, got "..\\\\secret.pcap"'],
    ['./flood.pcap', 'the name of a trace must not contain / or \\, got "./flood.pcap"'],
    ['.', 'the name of a trace must be that of a file, got "."'],
    ['..', 'the name of a trace must be that of a file, got ".."'],
    ['outside', 'trace "outside": leads out of the directory of traces'],
    ['beside', 'trace "beside": leads out of the directory of traces'],
    ['to-itself', 'trace "to-itself": leads out of the directory of traces'],
    ['folder', 'trace "folder": not a file'],
    ['to-folder', 'trace "to-folder": not a file'],
    ['fifo', 'trace "fifo": not a file'],
    ['circle', 'trace "circle": cannot be read (ELOOP)'],
    ['broken', 'trace "broken": no such file in the directory of traces'],
    ['absent\n.pcap', 'trace "absent\\n.pcap": no such file in the directory of traces'],
    [
      'text.pcap',
      'trace "text.pcap": not a capture that can be read: neither a pcap nor a pcapng file, but text, at byte 0',
    ],
  ])('refuses %j in one line', async (name, reason) => {
    expect(await readTrace(directory, name)).toBe(reason)
  })

  it('says so when the directory does not exist', async () => {
    const reason = 'trace "flood.pcap": no such file in the directory of traces'
    expect(await readTrace(join(directory, 'absent'), 'flood.pcap')).toBe(reason)
  })
})
