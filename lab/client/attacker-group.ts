/**
 * All attackers of a lab as one: a flood is shared out among them evenly. Floods run under a lease at each attacker, which
 * is renewed from here: should this process die, they stop (attacker/api/leases.ts).
 */
import type { AttackerState } from '../../attacker/contract.ts'
import { AttackerClient } from './attacker-client.ts'

/** Milliseconds between two renewals: several fit into the life of a lease. */
const RENEW_MS = 500

interface Attacker {
  readonly client: AttackerClient
  lease: string | undefined
}

export class AttackerGroup {
  private readonly attackers: readonly Attacker[]
  private readonly timer: NodeJS.Timeout

  /** The first of `urls` is the one with the honest clients. */
  constructor(urls: readonly string[]) {
    this.attackers = urls.map((url) => ({ client: new AttackerClient(url), lease: undefined }))
    this.timer = setInterval(() => void this.renew(), RENEW_MS)
    this.timer.unref()
  }

  /** Clients and link of the first attacker, unless the link of another is in a worse state; the attacks of all. */
  async state(): Promise<AttackerState> {
    const states = await Promise.all(this.attackers.map(({ client }) => client.state()))
    const [first] = states as [AttackerState, ...AttackerState[]]
    const broken = states.find(({ link }) => link.state !== 'ready')
    return { ...first, link: (broken ?? first).link, attacks: states.flatMap(({ attacks }) => attacks) }
  }

  /** Starts a flood of `rate` SYN/s in all that stops by itself after `duration` seconds, in the place of any other. */
  async startFlood(rate: number, duration: number): Promise<void> {
    await this.stopAttacks()
    const share = rate / this.attackers.length
    await Promise.all(
      this.attackers.map(async (attacker) => {
        attacker.lease ??= (await attacker.client.openLease()).id
        const { client, lease } = attacker
        await client.startAttack({ kind: 'syn-flood', rate: share, duration, lease })
      }),
    )
  }

  async stopAttacks(): Promise<void> {
    await Promise.all(this.attackers.map(({ client }) => client.stopAttacks()))
  }

  /** Stops attacks and sets all counters to zero. */
  async reset(): Promise<void> {
    await Promise.all(this.attackers.map(({ client }) => client.reset()))
  }

  /** No lease is renewed after this. */
  close(): void {
    clearInterval(this.timer)
  }

  /** A lease that cannot be renewed is over, and so are its attacks: the next flood gets a new one. */
  private async renew(): Promise<void> {
    // All at once: one attacker that does not answer must not cost the others their leases.
    await Promise.all(
      this.attackers.map(async (attacker) => {
        const { client, lease } = attacker
        if (lease === undefined) return
        await client.renewLease(lease).catch(() => {
          // A flood may have got a new one while nobody answered for this one.
          if (attacker.lease === lease) attacker.lease = undefined
        })
      }),
    )
  }
}
