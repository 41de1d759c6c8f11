/**
 * The guard where it counts: real processes, told to speak to somebody outside the lab, by somebody who knows the lab's
 * key. Name look-ups are the processes' own, with answers that a test chooses.
 */
import { afterEach, describe, expect, it } from 'vitest'
import { deriveLabKey } from '../../tcpip/io/lab-key.ts'
import { monotonicMicroseconds } from '../../tcpip/io/monotonic-clock.ts'
import { UdpSpoke } from '../../tcpip/io/udp-spoke.ts'
import { anyBlock, exactly, type PrefixRequest } from '../../tcpip/udp-link/prefix-request.ts'
import { type Prefix, parsePrefix } from '../../tcpip/wire/address.ts'
import {
  BOT_ADDRESSES,
  CLIENT_ADDRESSES,
  SERVER_ADDRESS,
  SERVER_PORT,
  SPOOFABLE_ADDRESSES,
} from '../../tcpip/wire/address-plan.ts'
import { packetBytes } from '../../tcpip/wire/codec.ts'
import { makeSegment, SYN } from '../../tcpip/wire/segment.ts'
import { LAB_KEY, LabProcess, until } from '../support/processes/lab-process.ts'
import { LiveLab, serverStateOf, stateOf } from '../support/processes/live-lab.ts'

const FLOOD = { kind: 'syn-flood', rate: 1000, duration: 60 }
const FOREIGN = ['8.8.8.8', '10.1.2.3', '169.254.169.254', '0.0.0.0', '255.255.255.255', '::1', '::ffff:127.0.0.1']

const lab = new LiveLab()
const processes: LabProcess[] = []
const spokes: UdpSpoke[] = []

afterEach(async () => {
  await Promise.all(spokes.splice(0).map((spoke) => spoke.close()))
  await Promise.all(processes.splice(0).map((process) => process.kill()))
  await lab.stop()
})

/** An attacker whose resolver answers with these addresses, one after the other, the last one for ever. */
function launch(hub: string, answers: readonly string[], env: Record<string, string> = {}): LabProcess {
  const resolver = `
    import dns from 'node:dns/promises'
    import { syncBuiltinESMExports } from 'node:module'
    const answers = ${JSON.stringify(answers)}
    dns.lookup = async () => ({ address: answers.length > 1 ? answers.shift() : answers[0], family: 4 })
    syncBuiltinESMExports()`
  const attacker = new LabProcess('attacker/main.js', ['--api-port=0', `--hub=${hub}`], {
    NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(resolver)}`,
    ...env,
  })
  processes.push(attacker)
  return attacker
}

describe('an attacker that is told to speak to a name', () => {
  it.each(FOREIGN)('that is %s ends with one line, before it has listened anywhere', async (address) => {
    const attacker = launch('server:7400', [address], { SYNLAB_LAB_NETWORK: '172.28.5.0/24' })
    expect(await attacker.exit).toEqual({ code: 2, signal: null })
    expect(attacker.stderr).toContain(`hub ${address}: `)
    expect(attacker.stderr.trimEnd().split('\n')).toHaveLength(1)
    // What it would have said first is where its API listens.
    expect(attacker.ready).toEqual({})
  })

  it('that is the lab’s at first and somebody else’s later attacks nobody from then on', async () => {
    const server = await lab.server()
    const attacker = launch(`server:${server.ready.linkPort}`, ['127.0.0.1', '8.8.8.8'])
    await attacker.waitUntilReady()
    await until('the link is ready', async () => (await stateOf(attacker)).link.state === 'ready')
    expect((await attacker.request('POST', '/api/attacks', FLOOD)).status).toBe(201)
    await server.kill()
    const { detail } = await until('the new address is refused', async () => {
      const { link } = await stateOf(attacker)
      return link.state === 'refused' && link
    })
    expect(detail).toContain('hub 8.8.8.8: outside loopback')
    expect((await stateOf(attacker)).attacks).toMatchObject([{ state: 'stopped' }])
    const refused = await attacker.request<{ message: string }>('POST', '/api/attacks', FLOOD)
    expect(refused).toMatchObject({ status: 503, body: { code: 'UNAVAILABLE' } })
    expect(refused.body.message).toContain('8.8.8.8')
  })
})

/** Somebody who has the lab's key and none of the attacker's manners. */
async function openRogue(server: LabProcess, requests: readonly PrefixRequest[]): Promise<UdpSpoke> {
  const spoke = await UdpSpoke.open({
    key: deriveLabKey(LAB_KEY),
    requests,
    authorize: () => undefined,
    clock: monotonicMicroseconds,
    onReceive: () => {},
    port: server.ready.linkPort as number,
  })
  spokes.push(spoke)
  return spoke
}

function sendSyns(spoke: UdpSpoke, sources: readonly number[], destination = SERVER_ADDRESS): void {
  for (const [index, source] of sources.entries()) {
    const syn = makeSegment({ source, sourcePort: 1024 + index, destination, destinationPort: SERVER_PORT, flags: SYN })
    const bytes = packetBytes(syn)
    spoke.end.tx.push(bytes, 0, bytes.length)
  }
  spoke.flush()
}

describe('the hub of a live server', () => {
  it.each(['8.8.8.0/24', '10.9.0.5/32', '10.9.0.0/24', '10.0.0.0/8', '0.0.0.0/0', '127.0.0.0/8', '198.0.0.0/8'])(
    'grants nobody %s',
    async (text) => {
      const server = await lab.server()
      const rogue = await openRogue(server, [exactly(parsePrefix(text) as Prefix)])
      await until('it is refused', async () => rogue.state === 'refused')
      expect(rogue.detail).toBe(`${text} is not among the prefixes this lab allows`)
      expect((await serverStateOf(server)).link.peers).toEqual([])
    },
  )

  it('grants nobody the block of somebody else', async () => {
    const server = await lab.server()
    const attacker = await lab.attacker(server)
    const block = parsePrefix((await stateOf(attacker)).link.clientAddresses as string) as Prefix
    const rogue = await openRogue(server, [exactly(block)])
    await until('it is refused', async () => rogue.state === 'refused')
    expect(rogue.detail).toContain('in use by another process')
  })

  it('drops, and counts, what comes from addresses of others, of the server, and of nobody in the lab', async () => {
    const server = await lab.server('--backlog=64', '--syn-cookies=0')
    const attacker = await lab.attacker(server, '--clients-rate=50')
    const rogue = await openRogue(server, [anyBlock(CLIENT_ADDRESSES, 24), ...SPOOFABLE_ADDRESSES.map(exactly)])
    await until('it is let in', async () => rogue.state === 'ready')
    await attacker.request('PUT', '/api/clients', { rate: 0 })
    await until('nothing is on its way', async () => (await stateOf(attacker)).clients.inFlight === 0)
    const victim = parsePrefix((await stateOf(attacker)).link.clientAddresses as string) as Prefix
    const [own] = rogue.prefixes as [Prefix]
    const foreign = [
      victim.base + 7,
      BOT_ADDRESSES.base + 7,
      0x0a09_20ff,
      SERVER_ADDRESS,
      0x0808_0808,
      0x7f00_0001,
      0,
      -1,
    ]
    const before = await server.metric('synlab_syn_received_total')
    sendSyns(rogue, foreign)
    sendSyns(rogue, [own.base + 7])
    await until('its own SYN has arrived', async () => (await server.metric('synlab_syn_received_total')) > before)
    expect(await server.metric('synlab_syn_received_total')).toBe(before + 1)
    const dropped = 'synlab_link_packets_received_total{outcome="undeclared_source"}'
    expect(await server.metric(dropped)).toBe(foreign.length)
    expect((await serverStateOf(server)).synQueue.length).toBe(1)
    await attacker.request('PUT', '/api/clients', { rate: 50 })
    const served = (await stateOf(attacker)).clients.outcomes.ok
    await until(
      'the victim is served as before',
      async () => (await stateOf(attacker)).clients.outcomes.ok > served + 10,
    )
  })

  it('passes nothing on from one process to another, or to an address that is not the server’s', async () => {
    const server = await lab.server()
    const attacker = await lab.attacker(server)
    const rogue = await openRogue(server, [anyBlock(CLIENT_ADDRESSES, 24)])
    await until('it is let in', async () => rogue.state === 'ready')
    const victim = parsePrefix((await stateOf(attacker)).link.clientAddresses as string) as Prefix
    const [own] = rogue.prefixes as [Prefix]
    const others = [victim.base + 7, 0x0808_0808, 0x7f00_0001]
    for (const destination of others) sendSyns(rogue, [own.base + 7], destination)
    await until(
      'they have come in',
      async () => (await server.metric('synlab_packets_received_total')) >= others.length,
    )
    expect(await server.metric('synlab_packets_sent_total')).toBe(0)
    expect(await server.metric('synlab_syn_received_total')).toBe(0)
    expect(await attacker.metric('synlab_link_packets_received_total{outcome="delivered"}')).toBe(0)
  })
})
