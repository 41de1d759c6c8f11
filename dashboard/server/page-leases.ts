/**
 * What pages start ends with them: their attacks run under a lease at each attacker (attacker/api/leases.ts), which is renewed
 * from here as long as a page is open. Should the last page be closed, or this process die, no flood outlasts it by much.
 */
import { AttackerClient } from '../../lab/client/attacker-client.ts'

/** How long attacks outlast the last page, seconds: long enough to load it anew, or for a machine that is very busy. */
export const LEASE_SECONDS = 30

/** Between two renewals, milliseconds: several may fail. */
const RENEWAL_MS = 5_000

export class PageLeases {
  /** Ids, by the attacker's URL. */
  private readonly leases = new Map<string, string>()
  private readonly timer: NodeJS.Timeout

  /** `isLooking`: whether a page is open. */
  constructor(isLooking: () => boolean) {
    this.timer = setInterval(() => isLooking() && void this.renewAll(), RENEWAL_MS)
    this.timer.unref()
  }

  /** The lease for an attack at `url`; a new one where there is none that lives. Rejects when the attacker gives none. */
  async at(url: string): Promise<string> {
    const client = new AttackerClient(url)
    const known = this.leases.get(url)
    if (known !== undefined && (await this.renew(url, known))) return known
    const { id } = await client.openLease(LEASE_SECONDS)
    this.leases.set(url, id)
    return id
  }

  /** Nothing is renewed after this. */
  close(): void {
    clearInterval(this.timer)
  }

  private async renewAll(): Promise<void> {
    await Promise.all([...this.leases].map(([url, id]) => this.renew(url, id)))
  }

  /** False when it is over; then it is forgotten. */
  private async renew(url: string, id: string): Promise<boolean> {
    try {
      await new AttackerClient(url).renewLease(id)
      return true
    } catch {
      if (this.leases.get(url) === id) this.leases.delete(url)
      return false
    }
  }
}
