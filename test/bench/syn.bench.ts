/**
 * What a SYN costs the server, from the packet in memory to the answer in memory, both checksums verified and both
 * computed: with a cookie, dropped, and stored with everything its life brings (repeats, timers, expiry). Then what a
 * half-open entry weighs. The yardstick is one call of the npm package `siphash` on 16 bytes, in the same run.
 */
import { Listener } from '../../server/listener/listener.ts'
import { LISTENER_DEFAULTS } from '../../server/listener/listener-config.ts'
import { LINUX } from '../../server/listener/profile.ts'
import { COOKIE_SECRET_BYTES } from '../../server/listener/syn-cookies.ts'
import { SynQueue } from '../../server/listener/syn-queue.ts'
import { Counters, Mib } from '../../tcpip/base/counters.ts'
import { SECOND } from '../../tcpip/base/time.ts'
import { Endpoint, SECRET_BYTES } from '../../tcpip/host/endpoint.ts'
import { makeMemoryLink } from '../../tcpip/link/memory-link.ts'
import { SERVER_ADDRESS, SERVER_PORT } from '../../tcpip/wire/address-plan.ts'
import { writePacket } from '../../tcpip/wire/codec.ts'
import { makeSegment, SYN } from '../../tcpip/wire/segment.ts'
import { report } from './bounds.ts'
import { type BenchCase, measureApart, measurePaired } from './measure.ts'
import { yardstick } from './yardstick.ts'

const COOKIE = 'SYN answered with a cookie'
const MILLION = 1_048_576

const secret = (length: number): Uint8Array => Uint8Array.from({ length }, (_, i) => i * 7)

function server(synCookies: number, backlog: number): { endpoint: Endpoint; counters: Counters; clearTx: () => void } {
  const link = makeMemoryLink(256)
  const counters = new Counters()
  const endpoint = new Endpoint({
    link: link.a,
    addresses: { base: SERVER_ADDRESS, length: 32 },
    secret: secret(SECRET_BYTES),
    counters,
    maxConnections: 1024,
  })
  const config = { ...LISTENER_DEFAULTS, synCookies, backlog, somaxconn: 4_194_304, maxSynBacklog: 4_194_304 }
  const listener = new Listener({
    host: endpoint,
    config,
    profile: LINUX,
    cookieSecret: secret(COOKIE_SECRET_BYTES),
  })
  endpoint.listen(SERVER_PORT, listener)
  return { endpoint, counters, clearTx: () => link.a.tx.clear() }
}

/** SYNs of `count` sources, one after the other in one buffer, 64 bytes apart. */
function prepareSyns(count: number): { bytes: Uint8Array; view: DataView; length: number } {
  const bytes = new Uint8Array(count * 64)
  const view = new DataView(bytes.buffer)
  const syn = makeSegment({
    destination: SERVER_ADDRESS,
    destinationPort: SERVER_PORT,
    flags: SYN,
    window: 64_240,
    mss: 1460,
  })
  let length = 0
  for (let i = 0; i < count; i++) {
    syn.source = (0xc612_0000 + (i & 0x1_ffff)) | 0
    syn.sourcePort = 1024 + (i >>> 17)
    syn.seq = Math.imul(i, 0x9e37_79b1)
    length = writePacket(bytes, view, i * 64, syn)
  }
  return { bytes, view, length }
}

/** A SYN whose answer leaves no state: with cookies for every SYN, or dropped by a full queue without cookies. */
function statelessSyn(name: string, synCookies: number): BenchCase {
  return {
    name,
    iterations: 8192,
    prepare() {
      const { endpoint, counters, clearTx } = server(synCookies, 0)
      const count = 4096
      const { bytes, view, length } = prepareSyns(count)
      return (iterations) => {
        for (let i = 0; i < iterations; i++) {
          endpoint.receive(bytes, view, (i & (count - 1)) * 64, length, SECOND)
          if ((i & 0xff) === 0xff) clearTx()
        }
        return counters.mib[Mib.SyncookiesSent]
      }
    },
  }
}

/**
 * A SYN that is stored, with all that follows until it expires, in the steady state of a flood that keeps the queue just
 * short of full: one SYN per backlog / 9 s arrives and as many requests expire.
 */
function storedSyn(backlog: number): BenchCase {
  return {
    name: storedName(backlog),
    iterations: 200_000,
    prepare() {
      const { endpoint, counters, clearTx } = server(0, backlog)
      // Twice as many sources as can be waiting: none comes again before its request is gone.
      const count = Math.max(4096, 2 * backlog)
      const { bytes, view, length } = prepareSyns(count)
      const gap = (9.5 * SECOND) / backlog
      let now = SECOND
      let next = 0
      const run = (iterations: number): number => {
        for (let i = 0; i < iterations; i++) {
          now += gap
          endpoint.advance(now)
          endpoint.receive(bytes, view, next * 64, length, now)
          next = next + 1 === count ? 0 : next + 1
          clearTx()
        }
        return counters.mib[Mib.HalfOpenCreated]
      }
      run(3 * backlog)
      return run
    },
  }
}

function storedName(backlog: number): string {
  return `SYN stored, repeated and expired, backlog ${backlog}`
}

const backlogs = [128, 1024, 65_536, MILLION]
const cookieSyn = statelessSyn(COOKIE, 2)
const results = measureApart(import.meta.url, [
  yardstick,
  cookieSyn,
  statelessSyn('SYN dropped, queue full, cookies off', 0),
  ...backlogs.map(storedSyn),
])

const cost = (name: string): number => results.get(name) ?? Number.NaN
report(
  { what: 'cookie SYN in yardsticks, paired', side: 'at most', limit: 0.25, digits: 3, kind: 'timing' },
  measurePaired(cookieSyn, yardstick),
)
report(
  { what: 'stored SYN, backlog 1,048,576 against 128', side: 'at most', limit: 2, digits: 2, kind: 'timing' },
  cost(storedName(MILLION)) / cost(storedName(128)),
)
for (const backlog of backlogs) {
  const what = `bytes per half-open entry, backlog ${backlog}`
  report(
    { what, side: 'at most', limit: 96, digits: 1, kind: 'size' },
    new SynQueue(backlog, 'none').bytes / (backlog + 1),
  )
}
