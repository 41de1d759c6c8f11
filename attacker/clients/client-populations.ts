/**
 * The honest clients of one host: one population or several side by side, each with a name, a spec and a block of addresses
 * of its own. They share what they count: its figures are those of all together.
 */
import { assert } from '../../tcpip/base/assert.ts'
import type { Prng } from '../../tcpip/base/prng.ts'
import { NEVER } from '../../tcpip/base/time.ts'
import type { Endpoint } from '../../tcpip/host/endpoint.ts'
import type { Prefix } from '../../tcpip/wire/address.ts'
import type { ConnectionRecord } from './attempt.ts'
import type { ClientCounters } from './client-counters.ts'
import { ClientPopulation } from './client-population.ts'
import { type ClientSpec, POPULATIONS_MAX } from './client-spec.ts'

/** The name of a population that is alone. */
const DEFAULT_POPULATION = 'clients'

export interface ClientPopulationsOptions {
  readonly endpoint: Endpoint
  /** Addresses of all clients: each population has an equal part, a power of two. */
  readonly addresses: Prefix
  readonly prng: Prng
  readonly counters: ClientCounters
  /** One to POPULATIONS_MAX different names; default: DEFAULT_POPULATION alone. */
  readonly names?: readonly string[] | undefined
  readonly onConnection?: ((record: ConnectionRecord) => void) | undefined
}

export class ClientPopulations {
  private readonly list: readonly ClientPopulation[]
  private block: Prefix

  constructor(options: ClientPopulationsOptions) {
    const { names = [DEFAULT_POPULATION], addresses, prng, ...shared } = options
    assert(names.length >= 1 && names.length <= POPULATIONS_MAX, `1 to ${POPULATIONS_MAX} populations`)
    assert(new Set(names).size === names.length, 'populations have different names')
    this.block = addresses
    this.list = names.map((name, index) => {
      // One population alone draws from the generator itself.
      const own = names.length === 1 ? prng : prng.fork(name)
      return new ClientPopulation({ ...shared, name, addresses: partOf(addresses, index, names.length), prng: own })
    })
  }

  /** What the first population does at present, undefined for nothing. */
  get spec(): ClientSpec | undefined {
    return this.list[0].spec
  }

  /** From `now` on a population, the first unless named, does what `spec` says, or nothing (`ClientPopulation.setSpec`). */
  setSpec(spec: ClientSpec | undefined, now: number, name: string = this.list[0].name): void {
    const population = this.list.find((candidate) => candidate.name === name)
    assert(population !== undefined, `there is a population "${name}"`)
    population.setSpec(spec, now)
  }

  /** Addresses that clients connect from; may change between polls. */
  get addresses(): Prefix {
    return this.block
  }

  set addresses(addresses: Prefix) {
    this.block = addresses
    for (const [index, population] of this.list.entries()) {
      population.addresses = partOf(addresses, index, this.list.length)
    }
  }

  advance(now: number): void {
    for (const population of this.list) population.advance(now)
  }

  nextDeadline(): number {
    let next = NEVER
    for (const population of this.list) next = Math.min(next, population.nextDeadline())
    return next
  }
}

/** The `index`th of at least `count` equal parts of a block. */
function partOf(block: Prefix, index: number, count: number): Prefix {
  const length = block.length + Math.ceil(Math.log2(count))
  assert(length <= 32, 'a block has an address for each population')
  return { base: (block.base + index * 2 ** (32 - length)) | 0, length }
}
