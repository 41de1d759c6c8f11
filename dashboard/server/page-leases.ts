/**
 * What pages start ends with them: their attacks run under a lease at each attacker (attacker/api/leases.ts), which is renewed
 * from here as long as a page is open. Should the last page be closed, or this process die, no flood outlasts it by much.
 */
import { AttackerClient } from '../../lab/client/attacker-client.ts'
import { Refusal } from '../../lab/client/control-plane.ts'

/** How long attacks outlast the last page, seconds: long enough to load it anew, or for a machine that is very busy. */
export const LEASE_SECONDS = 30

/** Between two renewals, milliseconds: several may fail. */
const RENEWAL_MS = 5_000

export class PageLeases {
  /** Ids, by the attacker's URL. */
  private readonly leases = new Map<string, string>()
  /** Leases that are being asked for: attacks that are started at the same time share one. */
  private readonly asked = new Map<string, Promise<string>>()
  private readonly timer: NodeJS.Timeout

  /** `isLooking`: whether a page is open. */
  constructor(isLooking: () => boolean) {
    this.timer = setInterval(() => isLooking() && void this.renewAll(), RENEWAL_MS)
    this.timer.unref()
  }

  /** The lease for an attack at `url`; a new one where there is none that lives. Rejects when the attacker gives none. */
  at(url: string): Promise<string> {
    const asked = this.asked.get(url) ?? this.ask(url).finally(() => this.asked.delete(url))
    this.asked.set(url, asked)
    return asked
  }

  /** Nothing is renewed after this. */
  close(): void {
    clearInterval(this.timer)
  }

  private async ask(url: string): Promise<string> {
    const known = this.leases.get(url)
    if (known !== undefined && (await this.renew(url, known))) return known
    const { id } = await new AttackerClient(url).openLease(LEASE_SECONDS)
    this.leases.set(url, id)
    return id
  }

  private async renewAll(): Promise<void> {
    // An attacker that does not answer is asked again.
    await Promise.allSettled([...this.leases].map(([url, id]) => this.renew(url, id)))
  }

  /** False when the attacker has no such lease any more; then it is forgotten. Rejects when there is no answer. */
  private async renew(url: string, id: string): Promise<boolean> {
    try {
      await new AttackerClient(url).renewLease(id)
      return true
    } catch (error) {
      if (!(error instanceof Refusal && error.status === 404)) throw error
      this.leases.delete(url)
      return false
    }
  }
}
