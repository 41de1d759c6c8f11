/**
 * Why a burst of clients sees resets when the machine is slow: a SYN is answered by a cookie while the SYN queue is full, the
 * answer takes more than a second, and the client's repeated SYN finds room and is stored. Now the two ends believe in two
 * different numbers, and Linux does what is held here (tcp_check_req, inet_ehash_insert, cookie_v4_check).
 */
import { expect, it } from 'vitest'
import { LISTENER_DEFAULTS } from '../../../../server/listener/listener-config.ts'
import { DropReason } from '../../../../tcpip/base/drop-reason.ts'
import { State } from '../../../../tcpip/base/states.ts'
import { ACK, type Segment, SYN } from '../../../../tcpip/wire/segment.ts'
import { TwoHosts } from '../../../support/worlds/two-hosts.ts'

it('a cookie that comes after the repeated SYN was stored ends in a reset', () => {
  const hosts = new TwoHosts()
  const late: Segment[] = []
  hosts.lose = (segment, direction) => {
    const isSynAck = direction === 'to client' && (segment.flags & (SYN | ACK)) === (SYN | ACK)
    if (isSynAck) late.push(segment)
    return isSynAck
  }
  const dropped = (reason: DropReason): number => hosts.server.counters.outcomes[reason] ?? 0

  hosts.listener.configure({ ...LISTENER_DEFAULTS, synCookies: 2 })
  const { tcb, owner } = hosts.connect()
  hosts.listener.configure({ ...LISTENER_DEFAULTS, synCookies: 1 })
  hosts.runUntil(1.5)
  const [cookie, stored] = late as [Segment, Segment]
  expect(late).toHaveLength(2)
  expect(stored.seq).not.toBe(cookie.seq)
  expect(hosts.listener.synQueue.length).toBe(1)

  // The cookie arrives first: the client is connected, and the server, which has an entry of that 4-tuple, ignores it.
  hosts.inject(cookie)
  hosts.settle()
  expect(tcb.state).toBe(State.ESTABLISHED)
  hosts.client.write(tcb, new Uint8Array(50), 0, 50, hosts.now)
  hosts.settle()
  expect(dropped(DropReason.COOKIE_OF_HALF_OPEN)).toBe(2)
  expect(hosts.listener.acceptQueue.length).toBe(0)

  // The other SYN-ACK arrives: what the client says to it carries the cookie beside a number that is not the SYN's.
  hosts.inject(stored)
  hosts.settle()
  expect(dropped(DropReason.COOKIE_INVALID)).toBe(1)
  expect(owner.closed).toBe('reset')
})
