/**
 * One cell of `synlab bench http` after the other, in a lab that is up. Owns the order of events in a cell; what the cells
 * are, who sends and who counts is elsewhere.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import type { AttackerState } from '../../attacker/contract.ts'
import { LabClient } from '../client/lab-client.ts'
import type { LabAddresses } from '../up/lab-processes.ts'
import { RunFailure } from '../usage-error.ts'
import type { CellKey } from './bench-cells.ts'
import { Load, type LoadFigures } from './load.ts'

export interface MatrixOptions {
  /** Seconds that are measured in each cell. */
  readonly duration: number
  readonly connections: number
  /** Seconds that a request may take. */
  readonly timeout: number
  /** SYN/s. */
  readonly floodRate: number
}

export interface Cell extends CellKey, LoadFigures {
  /** Connections that came to the gateway in the window. */
  readonly opened: number
  /** SYN/s that the attacker sent in the window. */
  readonly floodSent: number
  /** Half-open entries at the end of the window, and how many the queue holds. */
  readonly synQueue: { readonly length: number; readonly limit: number }
}

/** Milliseconds between two looks at the lab. */
const LOOK_MS = 25

/** Milliseconds within which the lab has to do what is waited for. */
const PATIENCE_MS = 15_000

const WARM_UP_MS = 4_000

/** Seconds that a flood goes on by itself, should nobody stop it. */
const FLOOD_MARGIN = 30

export class HttpMatrix {
  private readonly options: MatrixOptions
  private readonly addresses: LabAddresses
  private readonly lab: LabClient
  private readonly signal: AbortSignal

  /** Runs in a lab that is up; `signal` ends it. */
  constructor(options: MatrixOptions, addresses: LabAddresses, signal: AbortSignal) {
    this.options = options
    this.addresses = addresses
    this.lab = new LabClient(addresses.serverUrl, addresses.attackerUrls)
    this.signal = signal
  }

  /** Nothing is asked of the lab after this. */
  close(): void {
    this.lab.close()
  }

  /** Lets every program involved compile its hot paths, so that the first cell is no slower than the others. */
  async warmUp(first: CellKey): Promise<void> {
    await this.load({ ...first, flood: false, keepAlive: false }, () => this.pass(WARM_UP_MS))
  }

  /** Runs one cell. Throws RunFailure when the lab does not do what it is told, AbortError when `signal` was aborted. */
  async run(key: CellKey): Promise<Cell> {
    return this.load(key, async (load) => {
      if (key.flood) await this.flood(key)
      return { ...key, ...(await this.measure(load)) }
    })
  }

  /** Does `work` in an empty lab, under a load whose connections have all had an answer. */
  private async load<T>(key: CellKey, work: (load: Load) => Promise<T>): Promise<T> {
    const { connections, timeout } = this.options
    const { rate, keepAlive } = key
    await this.begin(key)
    const load = new Load({ url: this.addresses.gatewayUrl, connections, rate, timeout, isKeepAlive: keepAlive })
    try {
      await this.until('every connection has had an answer', async () => load.answeredConnections >= connections)
      return await work(load)
    } finally {
      await load.stop()
      if (!this.signal.aborted) await this.lab.stopFlood()
    }
  }

  /** An empty lab: nothing left of the cell before. */
  private async begin({ synCookies, backlog }: CellKey): Promise<void> {
    await this.until('the gateway is idle', async () => (await this.lab.attackers.state()).gateway.open === 0)
    await this.lab.reset()
    await this.lab.server.configure({ synCookies, backlog })
  }

  /** Lets the flood do its work until nothing is left of the time before. */
  private async flood({ keepAlive }: CellKey): Promise<void> {
    const { duration, timeout, floodRate } = this.options
    await this.lab.startFlood(floodRate, duration + timeout + FLOOD_MARGIN)
    await this.until('the SYN queue is full', async () => {
      const { length, limit } = (await this.lab.server.state()).synQueue
      return length > limit
    })
    // A request without an answer counts when its time is up: the first ones now, and at a steady rate from then on.
    if (!keepAlive) await this.pass(timeout * 1000)
  }

  private async measure(load: Load): Promise<Omit<Cell, keyof CellKey>> {
    const before = await this.lab.attackers.state()
    load.openWindow()
    await this.pass(this.options.duration * 1000)
    const figures = load.readWindow()
    const { attacker: after, server } = await this.lab.sample()
    const { length, limit } = server.synQueue
    return {
      ...figures,
      opened: after.gateway.accepted - before.gateway.accepted,
      floodSent: (floodPackets(after) - floodPackets(before)) / figures.seconds,
      synQueue: { length, limit },
    }
  }

  private async pass(milliseconds: number): Promise<void> {
    await sleep(milliseconds, undefined, { signal: this.signal })
  }

  private async until(what: string, isSo: () => Promise<boolean>): Promise<void> {
    const end = performance.now() + PATIENCE_MS
    while (!(await isSo())) {
      if (performance.now() > end) throw new RunFailure(`waited ${PATIENCE_MS / 1000} s in vain until ${what}`)
      await this.pass(LOOK_MS)
    }
  }
}

function floodPackets({ attacks }: AttackerState): number {
  return attacks.reduce((sum, { sent }) => sum + sent, 0)
}
