/**
 * Where the SYNs of a flood come from. Read first: RFC 4987 2.
 *
 * It decides whether the flood has an effect at all: a SYN-ACK to an address that nobody has is lost, and the half-open
 * entry waits; one to a host that knows nothing of it is answered with RST, and the entry is gone.
 */
import { prefixSize } from '../../tcpip/wire/address.ts'
import type { AttackSpecOf } from './attack-spec.ts'
import { type Botnet, FIREWALLED_PORTS, RAW_PORTS } from './botnet.ts'
import { anyPort, type SourcePlaces } from './syn-writer.ts'

/** The sources of the SYNs that `spec` asks for. */
export function floodSources(spec: AttackSpecOf<'syn-flood'>, botnet: Botnet): SourcePlaces {
  switch (spec.origin) {
    case 'silent':
      return anyPort(spec.sources.base, prefixSize(spec.sources))
    case 'live':
      return anyPort(botnet.bystanderAddresses.base, prefixSize(botnet.bystanderAddresses))
    case 'bots':
      return { base: botnet.addresses.base, addresses: spec.bots, ...RAW_PORTS }
    case 'bots-firewalled':
      return { base: botnet.addresses.base, addresses: spec.bots, ...FIREWALLED_PORTS }
  }
}
