/**
 * What the keys do. Commands run one after the other; one that is refused says why in the log.
 */
import type { LabClient, Sample } from '../client/lab-client.ts'

/** Seconds after which a flood stops by itself. */
const FLOOD_SECONDS = 600

/** Rates that `+` and `-` go through, SYN per second. */
const FLOOD_RATES = [
  10, 20, 50, 100, 200, 500, 1_000, 2_000, 5_000, 10_000, 20_000, 50_000, 100_000, 200_000, 500_000, 1_000_000,
]

const COOKIE_MODES = 3

/** What a terminal in raw mode sends for these keys. */
const CTRL_C = '\x03'
const CTRL_D = '\x04'

export class Controls {
  /** SYN per second of the flood, present or next. */
  floodRate: number
  private readonly client: LabClient
  private readonly onProblem: (line: string) => void
  private readonly quit: () => void
  private commands: Promise<void> = Promise.resolve()
  private sample: Sample | undefined
  /** A flood was asked for before the link was up. */
  private isFloodDue: boolean

  constructor(
    client: LabClient,
    options: { readonly flood: boolean; readonly floodRate: number },
    onProblem: (line: string) => void,
    quit: () => void,
  ) {
    this.client = client
    this.floodRate = options.floodRate
    this.isFloodDue = options.flood
    this.onProblem = onProblem
    this.quit = quit
  }

  /** Takes the latest state of the lab. */
  onSample(sample: Sample): void {
    this.sample = sample
    if (!this.isFloodDue || sample.attacker.link.state !== 'ready') return
    this.isFloodDue = false
    this.run(() => this.client.startFlood(this.floodRate, FLOOD_SECONDS))
  }

  /** One key, as the terminal sends it. */
  onKey(key: string): void {
    if (key === 'f') this.toggleFlood()
    else if (key === '+' || key === '=') this.changeRate(FLOOD_RATES.find((rate) => rate > this.floodRate))
    else if (key === '-') this.changeRate(FLOOD_RATES.findLast((rate) => rate < this.floodRate))
    else if (key === 'c') this.cycleCookies()
    else if (key === 'r') this.run(() => this.client.reset())
    else if (key === 'q' || key === CTRL_C || key === CTRL_D) this.quit()
  }

  private get isFlooding(): boolean {
    return this.sample?.attacker.attacks.some(({ state }) => state === 'running') ?? false
  }

  private cycleCookies(): void {
    const mode = this.sample?.server.config.synCookies ?? 0
    this.run(() => this.client.setSynCookies((mode + 1) % COOKIE_MODES))
  }

  private toggleFlood(): void {
    if (this.isFlooding) this.run(() => this.client.stopFlood())
    else this.run(() => this.client.startFlood(this.floodRate, FLOOD_SECONDS))
  }

  private changeRate(rate: number | undefined): void {
    if (rate === undefined) return
    this.floodRate = rate
    if (this.isFlooding) this.run(() => this.client.startFlood(rate, FLOOD_SECONDS))
  }

  private run(command: () => Promise<void>): void {
    this.commands = this.commands.then(command).catch((error: Error) => this.onProblem(`refused  ${error.message}`))
  }
}
