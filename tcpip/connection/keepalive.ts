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

/**
 * Watches a synchronized connection from now on, or by other options than before: another idle time counts from when the peer was last
 * heard (Linux tcp_set_keepalive, tcp_sock_set_keepidle_locked).
 */
export function startKeepalive(host: ConnectionHost, tcb: Tcb, options: KeepaliveOptions, now: number): void {
  const before = tcb.keepalive
  tcb.keepalive = options
  if (before === undefined) host.tcbs.arm(tcb, KEEPALIVE, now + options.idle)
  else if (before.idle !== options.idle) {
    host.tcbs.arm(tcb, KEEPALIVE, Math.max(now, tcb.lastReceivedAt + options.idle))
  }
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
  // Data in flight is a probe of its own: its retransmissions decide.
  const isBusy = host.tcbs.isArmed(tcb, RETRANSMIT)
  if (isBusy || now < heardUntil) {
    host.tcbs.arm(tcb, KEEPALIVE, isBusy ? now + options.idle : heardUntil)
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
