/**
 * All counters of the attacker in one piece of shared memory: the engine's thread writes, the main thread reads when it is
 * asked for metrics.
 */
import { Counters } from '../../tcpip/base/counters.ts'
import { UdpCounters } from '../../tcpip/udp-link/udp-counters.ts'
import { ClientCounters } from '../clients/client-counters.ts'
import { GatewayCounters } from '../gateway/gateway-counters.ts'
import { AttackCounters } from '../traffic/attack-counters.ts'

const HOST_AT = 0
const UDP_AT = HOST_AT + Counters.BYTES
const CLIENTS_AT = UDP_AT + UdpCounters.BYTES
const ATTACKS_AT = CLIENTS_AT + ClientCounters.BYTES
const GATEWAY_AT = ATTACKS_AT + AttackCounters.BYTES
const BYTES = GATEWAY_AT + GatewayCounters.BYTES

export class SharedCounters {
  /** What the other thread has to be given. */
  readonly buffer: SharedArrayBuffer
  /** The clients' TCP. */
  readonly host: Counters
  readonly udp: UdpCounters
  readonly clients: ClientCounters
  readonly attacks: AttackCounters
  readonly gateway: GatewayCounters

  constructor(buffer = new SharedArrayBuffer(BYTES)) {
    this.buffer = buffer
    this.host = new Counters(buffer, HOST_AT)
    this.udp = new UdpCounters(buffer, UDP_AT)
    this.clients = new ClientCounters(buffer, CLIENTS_AT)
    this.attacks = new AttackCounters(buffer, ATTACKS_AT)
    this.gateway = new GatewayCounters(buffer, GATEWAY_AT)
  }
}
