/**
 * The steady state of the SYN queue under a flood that nobody answers: a thread of the pool floods the kernel's listener and the
 * endpoint's with the same Poisson arrivals.
 */
import { Prng } from '../../tcpip/base/prng.ts'
import { SECOND } from '../../tcpip/base/time.ts'
import { SYN } from '../../tcpip/wire/segment.ts'
import { EndpointStack } from '../packetdrill/endpoint-stack.ts'
import { encodePacket } from '../packetdrill/runner/packet.ts'
import { STRICT_SETTINGS } from '../packetdrill/runner/settings.ts'
import type { StackUnderTest } from '../packetdrill/stack.ts'
import { KernelStack } from './kernel-stack.ts'
import { withKernelTimers } from './kernel-timers.ts'
import { KERNEL_SYSCTLS } from './sysctls.ts'
import { serveJobs } from './thread.ts'

export interface Flood {
  readonly backlog: number
  /** SYNs per second. */
  readonly rate: number
}

export interface SteadyState {
  /** Mean length of the SYN queue, sampled, and the share of SYNs that found a place in it. */
  readonly mean: number
  readonly admitted: number
}

export interface SteadyOutcome {
  readonly kernel: SteadyState
  /** The endpoint with the kernel's timers, and as it is: with timers on time. */
  readonly endpoint: SteadyState
  readonly exact: SteadyState
}

/** Longer than any request lives, then long enough for a mean; microseconds. */
const WARM_UP = 90 * SECOND
const MEASURED = 120 * SECOND
const SAMPLE = SECOND / 2

/** Sources: hosts that do not exist (RFC 2544). */
const FIRST_SOURCE = 0xc612_0000 | 0

serveJobs<Flood, SteadyOutcome>((flood, ask) => {
  const kernel = new KernelStack(ask, STRICT_SETTINGS.localAddress, KERNEL_SYSCTLS)
  const { began, ticks } = kernel.clock()
  const endpoint = (): EndpointStack => new EndpointStack(STRICT_SETTINGS.localAddress, 0, began)
  const late = endpoint()
  return {
    kernel: measure(kernel, flood),
    endpoint: withKernelTimers(
      ticks,
      () => late.now,
      () => measure(late, flood),
    ),
    exact: measure(endpoint(), flood),
  }
})

function measure(stack: StackUnderTest, { backlog, rate }: Flood): SteadyState {
  const prng = new Prng(backlog * 1000 + rate)
  stack.sysctl('net.ipv4.tcp_syncookies', '1')
  const listener = stack.socket(true)
  stack.bind(listener, STRICT_SETTINGS.localAddress, STRICT_SETTINGS.bindPort)
  stack.listen(listener, backlog)
  const began = stack.now
  let nextSyn = began + prng.exponential(SECOND / rate)
  let nextSample = began + WARM_UP
  let syns = 0
  let before = { syns: 0, cookies: 0 }
  let sum = 0
  let samples = 0
  while (nextSample < began + WARM_UP + MEASURED) {
    const next = Math.min(nextSyn, nextSample)
    while (stack.advanceToNext(next)) stack.collect()
    if (stack.now < next) stack.advance(next)
    stack.collect()
    if (next === nextSyn) {
      stack.inject(synFrom(FIRST_SOURCE + ++syns))
      nextSyn += prng.exponential(SECOND / rate)
      continue
    }
    if (samples++ === 0) before = { syns, cookies: cookiesOf(stack) }
    sum += stack.inspect('syn_queue') ?? 0
    nextSample += SAMPLE
  }
  const admitted = 1 - (cookiesOf(stack) - before.cookies) / (syns - before.syns)
  return { mean: sum / samples, admitted }
}

function cookiesOf(stack: StackUnderTest): number {
  return stack.inspect('TCPReqQFullDoCookies') ?? 0
}

function synFrom(source: number): Uint8Array {
  const { localAddress, bindPort } = STRICT_SETTINGS
  return encodePacket({
    source: source | 0,
    destination: localAddress,
    sourcePort: 40_000,
    destinationPort: bindPort,
    tos: 0,
    ttl: 64,
    seq: 0,
    ack: 0,
    flags: SYN,
    window: 64_240,
    urgent: 0,
    options: [{ kind: 'mss', value: 1460 }],
    payload: new Uint8Array(0),
  })
}
