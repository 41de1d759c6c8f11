/**
 * A flood of another program, recorded by two others: hping3's SYNs in a network of their own, without a way out, captured
 * by tcpdump (pcap) and dumpcap (pcapng). What a replay sends is compared with what tshark reads out of the same file.
 * Needs hping3, tcpdump, tshark with dumpcap, ip and unshare, as root or where users may have namespaces.
 */
import { execFileSync, spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { readTrace } from '../../attacker/engine/trace-file.ts'
import { TraceReplay } from '../../attacker/trace/replay.ts'
import { peakRate } from '../../attacker/trace/timeline.ts'
import type { Trace } from '../../attacker/trace/trace.ts'
import { DropReason } from '../../tcpip/base/drop-reason.ts'
import { NEVER } from '../../tcpip/base/time.ts'
import { makeMemoryLink } from '../../tcpip/link/memory-link.ts'
import { prefixContains } from '../../tcpip/wire/address.ts'
import { SERVER_ADDRESS, SERVER_PORT, SPOOFABLE_ADDRESSES } from '../../tcpip/wire/address-plan.ts'
import { parsePacket } from '../../tcpip/wire/codec.ts'
import { Segment } from '../../tcpip/wire/segment.ts'
import { describeWith } from '../support/processes/tools.ts'

const PACKETS = 2000
const VICTIM = '10.77.0.2'

/** One SYN per millisecond from random addresses, with a timestamps option, recorded at both ends of a virtual cable. */
const RECORD = `
set -e
ip link add here type veth peer name there
ip link set here up
ip link set there up
ip address add 10.77.0.1/24 dev here
ip neighbour add ${VICTIM} lladdr 02:00:00:00:00:02 dev here
test -z "$(ip route show default)"
cd "$1"
timeout 60 tcpdump -Z "$(id -un)" -i there -s 96 -c ${PACKETS} -w flood.pcap tcp 2>tcpdump.log &
timeout 60 dumpcap -q -i here -f tcp -c ${PACKETS} -w flood.pcapng 2>dumpcap.log &
until grep -q listening tcpdump.log && grep -q File: dumpcap.log; do sleep 0.05; done
# It ends with an error: nobody answers.
timeout 60 hping3 -q -S -p 80 -c ${PACKETS} -i u1000 --rand-source --tcp-timestamp ${VICTIM} >hping3.log 2>&1 || true
wait
`

const UNSHARE = process.getuid?.() === 0 ? ['--net'] : ['--map-root-user', '--net']
const hasNamespaces = spawnSync('unshare', [...UNSHARE, 'true']).status === 0
const OBSTACLE = hasNamespaces ? undefined : 'this user may not have a network namespace (root may)'
const NEEDS = ['hping3', 'tcpdump', 'dumpcap', 'tshark', 'ip', 'unshare']

/** A packet as tshark reads it. Times in microseconds since the first. */
interface Recorded {
  readonly time: number
  readonly source: string
  readonly sourcePort: number
  readonly seq: number
  readonly ack: number
  readonly flags: number
  readonly window: number
  readonly options: string
}

const FIELDS = [
  'frame.time_epoch',
  'ip.src',
  'tcp.srcport',
  'tcp.seq_raw',
  'tcp.ack_raw',
  'tcp.flags',
  'tcp.window_size_value',
  'tcp.options',
]

function groundTruth(file: string): Recorded[] {
  const args = ['-r', file, '-Y', `ip.dst == ${VICTIM}`, '-T', 'fields', ...FIELDS.flatMap((field) => ['-e', field])]
  const output = execFileSync('tshark', args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] })
  let first: bigint | undefined
  return output
    .trimEnd()
    .split('\n')
    .map((line) => {
      const [time = '', source = '', sourcePort, seq, ack, flags, window, options = ''] = line.split('\t')
      const [seconds = '', fraction = ''] = time.split('.')
      const nanoseconds = BigInt(seconds + fraction.padEnd(9, '0'))
      first ??= nanoseconds
      return {
        time: Number(nanoseconds - first) / 1000,
        source,
        sourcePort: Number(sourcePort),
        seq: Number(seq),
        ack: Number(ack),
        flags: Number(flags),
        window: Number(window),
        options,
      }
    })
}

interface Replayed {
  /** Virtual microseconds since the start. */
  readonly time: number
  readonly segment: Segment
  readonly options: string
  readonly bytes: Uint8Array
}

/** Lets virtual time jump from packet to packet, and takes at the other end of a memory link what arrives. */
function replay(trace: Trace, speed: number): Replayed[] {
  const { a, b } = makeMemoryLink(64)
  const start = 5_000_000
  const player = new TraceReplay(trace, start, speed)
  const received: Replayed[] = []
  for (let now = player.next; now !== NEVER; now = player.next) {
    a.tx.commit(player.write(a.tx.bytes, a.tx.view, a.tx.reserve()))
    player.step()
    const at = b.rx.peek()
    const bytes = b.rx.bytes.slice(at, at + b.rx.peekLength())
    b.rx.release()
    const segment = new Segment()
    expect(parsePacket(bytes, new DataView(bytes.buffer), 0, bytes.length, segment)).toBe(DropReason.ACCEPTED)
    const options = Buffer.from(bytes.subarray(40, segment.payloadAt)).toString('hex')
    received.push({ time: now - start, segment, options, bytes })
  }
  return received
}

let directory: string

function checkReplay(name: string): void {
  describe(`replayed from ${name}`, () => {
    let recorded: Recorded[]
    let replayed: Replayed[]
    let trace: Trace

    beforeAll(async () => {
      recorded = groundTruth(join(directory, name))
      const read = await readTrace(directory, name)
      if (typeof read === 'string') throw new Error(read)
      trace = read
      replayed = replay(trace, 1)
    })

    it('has every packet, with its ports, numbers, flags, window and options', () => {
      expect(recorded).toHaveLength(PACKETS)
      const what = replayed.map(({ segment, options }) => ({
        sourcePort: segment.sourcePort,
        seq: segment.seq >>> 0,
        ack: segment.ack >>> 0,
        flags: segment.flags,
        window: segment.window,
        options,
      }))
      expect(what).toEqual(recorded.map(({ time: _, source: __, ...rest }) => rest))
      expect(what[0]?.options).toMatch(/^0101080a/)
      expect(Object.values(trace.account.leftOut).every((count) => count === 0)).toBe(true)
    })

    it('sends each at its time: within a microsecond of the recorded one, which is far less than 1 %', () => {
      const worst = Math.max(...recorded.map(({ time }, i) => Math.abs((replayed[i] as Replayed).time - time)))
      expect(worst).toBeLessThanOrEqual(1)
      // The recording is of the flood that was asked for: 2000 packets, about a millisecond apart.
      const last = (recorded.at(-1) as Recorded).time
      expect(last).toBeGreaterThan(1_900_000)
      expect(replayed.at(-1)?.time).toBeGreaterThan(last * 0.99)
      expect(peakRate(trace, 1)).toBeLessThanOrEqual(1010)
    })

    it('sends ten times as fast when it is told to', () => {
      const fast = replay(trace, 10)
      const worst = Math.max(...recorded.map(({ time }, i) => Math.abs((fast[i] as Replayed).time - time / 10)))
      expect(worst).toBeLessThanOrEqual(1)
    })

    it('gives every source an address of the lab, the same for all its packets, and the server for a destination', () => {
      const given = new Map<string, number>()
      recorded.forEach(({ source }, i) => {
        const { segment } = replayed[i] as Replayed
        expect(given.get(source) ?? segment.source).toBe(segment.source)
        given.set(source, segment.source)
        expect(SPOOFABLE_ADDRESSES.some((range) => prefixContains(range, segment.source))).toBe(true)
        expect([segment.destination, segment.destinationPort]).toEqual([SERVER_ADDRESS, SERVER_PORT])
      })
      expect(new Set(given.values()).size).toBe(given.size)
      expect(given.size).toBeGreaterThan(PACKETS * 0.99)
    })

    it('has no address of the recording in any packet', () => {
      const octets = (address: string): Buffer => Buffer.from(address.split('.').map(Number))
      const victim = octets(VICTIM)
      replayed.forEach(({ bytes }, i) => {
        const packet = Buffer.from(bytes)
        // A random number of hping3 may contain the bytes of its own source address, once in 2^32 / 60 packets.
        expect(packet.includes(octets((recorded[i] as Recorded).source))).toBe(false)
        expect(packet.includes(victim)).toBe(false)
      })
    })
  })
}

function checkFlood(): void {
  beforeAll(() => {
    directory = mkdtempSync(join(tmpdir(), 'synlab-test-'))
    const { status, stderr } = spawnSync('unshare', [...UNSHARE, 'bash', '-c', RECORD, 'record', directory], {
      encoding: 'utf8',
    })
    const said = ['tcpdump.log', 'dumpcap.log', 'hping3.log'].map((log) => {
      try {
        return readFileSync(join(directory, log), 'utf8')
      } catch {
        return ''
      }
    })
    if (status !== 0) throw new Error(`the recording failed: ${stderr} ${said.join(' ')}`)
  })

  afterAll(() => rmSync(directory, { recursive: true, force: true }))

  checkReplay('flood.pcap')
  checkReplay('flood.pcapng')
}

describeWith(NEEDS, 'a flood of hping3', checkFlood, OBSTACLE)
