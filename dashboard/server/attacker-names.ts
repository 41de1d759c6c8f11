/**
 * Where the attackers are. A URL may have a name that stands for several machines, and those come and go: names are looked
 * up again and again.
 */
import { lookup } from 'node:dns/promises'
import { isIP } from 'node:net'

/** An attacker's control plane. */
export interface AttackerPlace {
  /** Host and port, which name it as long as it runs. */
  readonly id: string
  readonly url: string
}

/** Every address behind the URLs, once, in their order; a name that cannot be resolved stands for nobody. */
export async function findAttackers(urls: readonly URL[]): Promise<AttackerPlace[]> {
  const places = await Promise.all(urls.map(placesOf))
  return [...new Map(places.flat().map((place) => [place.id, place])).values()]
}

async function placesOf({ hostname, port }: URL): Promise<AttackerPlace[]> {
  // An IPv6 address stands in brackets, which no name has.
  const isAddress = isIP(hostname) === 4 || hostname.startsWith('[')
  const addresses = isAddress ? [hostname] : await addressesOf(hostname)
  return addresses.map((address) => {
    const id = `${address}:${port || 80}`
    return { id, url: `http://${id}` }
  })
}

async function addressesOf(name: string): Promise<string[]> {
  const found = await lookup(name, { all: true, family: 4 }).catch(() => [])
  return found.map(({ address }) => address).sort()
}
