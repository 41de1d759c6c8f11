/**
 * The guard where it counts: between the resolver and the socket.
 */
import { describe, expect, test } from 'vitest'
import { openGuardedSpoke } from '../../../attacker/engine/guarded-spoke.ts'
import { parseLabNetwork } from '../../../attacker/guard.ts'
import { deriveLabKey } from '../../../tcpip/io/lab-key.ts'
import { monotonicMicroseconds } from '../../../tcpip/io/monotonic-clock.ts'
import type { UdpSpoke } from '../../../tcpip/io/udp-spoke.ts'
import type { Prefix } from '../../../tcpip/wire/address.ts'

/** Opens a spoke to a hub whose name resolves to these addresses, one after the other; counts datagrams sent. */
function open(addresses: readonly string[], labNetwork?: string) {
  const sent: number[] = []
  const remaining = [...addresses]
  const spoke: Promise<UdpSpoke> = openGuardedSpoke({
    hub: { host: 'server', port: 9 },
    labNetwork: labNetwork === undefined ? undefined : (parseLabNetwork(labNetwork) as Prefix),
    key: deriveLabKey('a key of a test'),
    clock: monotonicMicroseconds,
    onReceive: () => {},
    resolve: async () => (remaining.length > 1 ? remaining.shift() : remaining[0]) as string,
    tap: (direction) => {
      if (direction === 'out') sent.push(1)
    },
  })
  return { spoke, sent }
}

describe('a hub’s name', () => {
  test.each(['8.8.8.8', '0.0.0.0', '10.0.0.1', '255.255.255.255', '::1', '::ffff:127.0.0.1'])(
    'that resolves to %s is refused before anything is sent',
    async (address) => {
      const { spoke, sent } = open([address], '172.28.0.0/24')
      await expect(spoke).rejects.toMatchObject({ code: 'TARGET_REFUSED', message: expect.stringContaining(address) })
      expect(sent).toEqual([])
    },
  )

  test('that resolves to loopback is greeted', async () => {
    const { spoke, sent } = open(['127.0.0.1'])
    expect((await spoke).state).toBe('connecting')
    expect(sent.length).toBeGreaterThan(0)
    await (await spoke).close()
  })

  test('that resolves to another address later is checked again, and refused', async () => {
    const { spoke, sent } = open(['127.0.0.1', '8.8.8.8'])
    const opened = await spoke
    const greeted = sent.length
    await expect.poll(() => opened.state, { timeout: 10_000 }).toBe('refused')
    expect(opened.detail).toContain('8.8.8.8')
    expect(sent).toHaveLength(greeted)
    await opened.close()
  })
})
