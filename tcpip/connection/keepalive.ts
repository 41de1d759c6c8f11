/**
 * Keepalive: a peer that has been silent for long is asked whether it still exists, and given up when it does not answer.
 * Off by default: a program has to ask for it. Read first: RFC 9293 3.8.4, Linux tcp_keepalive_timer().
 */

import { State } from '../base/states.ts'
import type { ConnectionHost } from './host.ts'
import type { KeepaliveOptions } from './keepalive-options.ts'
import { sendActiveReset, sendKeepaliveProbe } from './send.ts'
import type { Tcb } from './tcb.ts'
import { KEEPALIVE, RETRANSMIT } from './tcb-table.ts'

/** Starts to watch a synchronized connection. */
export function startKeepalive(host: ConnectionHost, tcb: Tcb, options: KeepaliveOptions, now: number): void {
  tcb.keepalive = options
  tcb.keepaliveProbes = 0
  tcb.lastReceivedAt = now
  host.tcbs.arm(tcb, KEEPALIVE, now + options.idle)
}

/** Watches no longer. */
export function stopKeepalive(host: ConnectionHost, tcb: Tcb): void {
  tcb.keepalive = undefined
  host.tcbs.disarm(tcb, KEEPALIVE)
}

/** The timer fired: probes, or waits on if the peer was heard meanwhile. False when the peer is given up. */
export function onKeepaliveTimeout(host: ConnectionHost, tcb: Tcb, now: number): boolean {
  const options = tcb.keepalive
  if (options === undefined || tcb.state === State.TIME_WAIT) return true
  const heardUntil = tcb.lastReceivedAt + options.idle
  if (now < heardUntil || host.tcbs.isArmed(tcb, RETRANSMIT)) {
    // Data in flight is a probe of its own: its retransmissions decide.
    host.tcbs.arm(tcb, KEEPALIVE, Math.max(heardUntil, now + options.interval))
    return true
  }
  if (isGivenUp(tcb, options, now)) {
    sendActiveReset(host, tcb, now)
    return false
  }
  tcb.keepaliveProbes++
  sendKeepaliveProbe(host, tcb, now)
  host.tcbs.arm(tcb, KEEPALIVE, now + options.interval)
  return true
}

/** After so many probes, or if the program has said for how long it waits, then and with one probe at least. */
function isGivenUp(tcb: Tcb, options: KeepaliveOptions, now: number): boolean {
  if (tcb.userTimeout === 0) return tcb.keepaliveProbes === options.probes
  return tcb.keepaliveProbes > 0 && now - tcb.lastReceivedAt >= tcb.userTimeout
}
