/**
 * The lab inside the page: a worker that carries it, and a source for each arm of the scenario that is open.
 */
import { batch } from '@preact/signals'
import { ATTACK_CATALOGUE, ATTACK_KINDS, parametersOf } from '../../../attacker/traffic/attack-catalogue.ts'
import type { ScenarioProblem } from '../../../lab/scenario/load.ts'
import { KNOB_VIEWS } from '../../../server/knobs/knob-catalogue.ts'
import type { AttackKinds } from '../../contract/attacker.ts'
import type { LabControls, LabSource, TimeControls } from '../../contract/source.ts'
import type { StreamMessage } from '../../contract/stream.ts'
import type { OpenRequest } from '../../virtual/open-request.ts'
import type { Opened, TimeState } from '../../virtual/virtual-labs.ts'
import type { ArmCall, CallBody, FromWorker } from './worker-protocol.ts'

interface Waiting {
  readonly resolve: (value: unknown) => void
  readonly reject: (refusal: unknown) => void
}

/** What of a worker is needed; a test brings another. */
export interface WorkerLike {
  postMessage(message: unknown): void
  onmessage: ((event: MessageEvent<FromWorker>) => void) | null
}

export class BrowserLab implements TimeControls {
  private readonly worker: WorkerLike
  private readonly waiting = new Map<number, Waiting>()
  private readonly listeners = new Map<number, Set<(message: StreamMessage) => void>>()
  private readonly timeListeners = new Set<(time: TimeState) => void>()
  private lastId = 0

  constructor(worker: WorkerLike) {
    this.worker = worker
    worker.onmessage = ({ data }) => this.hear(data)
  }

  open(request: OpenRequest): Promise<Opened | { readonly problems: readonly ScenarioProblem[] }> {
    return this.call({ call: 'open', request })
  }

  /** Tells how far time is, whenever that changes; returns the function that ends it. */
  onTime(listener: (time: TimeState) => void): () => void {
    this.timeListeners.add(listener)
    return () => this.timeListeners.delete(listener)
  }

  pause(): void {
    void this.call({ call: 'pause' })
  }

  /** Stops by itself at `until`, milliseconds; never by default. */
  run(speed: number, until?: number): void {
    void this.call({ call: 'run', speed, ...(until === undefined ? {} : { until }) })
  }

  step(by: 'packet' | 'event' | 'second'): Promise<void> {
    return this.call({ call: 'step', by })
  }

  goTo(at: number): Promise<void> {
    return this.call({ call: 'goTo', at })
  }

  /** The source of arm `arm` of whatever scenario is open. */
  source(arm: number): LabSource {
    return {
      subscribe: (listener, onStatus) => {
        const listeners = this.listeners.get(arm) ?? new Set()
        this.listeners.set(arm, listeners.add(listener))
        onStatus({ kind: 'live' })
        void this.call({ arm, call: 'greet' })
        return () => listeners.delete(listener)
      },
      knobs: async () => KNOB_VIEWS,
      attackKinds: async () => ATTACK_KIND_VIEWS,
      controls: this.controls(arm),
      time: this,
    }
  }

  private controls(arm: number): LabControls {
    const ask = <T>(call: ArmCall): Promise<T> => this.call({ arm, ...call })
    return {
      configure: (patch) => ask({ call: 'configure', patch }),
      startAttack: (request) => ask({ call: 'startAttack', request }),
      stopAttack: (_attacker, attack) => ask({ call: 'stopAttack', attack }),
      stopAllAttacks: () => ask({ call: 'stopAllAttacks' }),
      setClients: (request) => ask({ call: 'setClients', request }),
      reset: () => ask({ call: 'reset' }),
      sockets: (state, limit) => ask({ call: 'sockets', state, limit }),
      follow: (request) => ask({ call: 'follow', request }),
      cookie: (request) => ask({ call: 'cookie', request }),
    }
  }

  private call<T>(body: CallBody): Promise<T> {
    const id = ++this.lastId
    return new Promise<T>((resolve, reject) => {
      this.waiting.set(id, { resolve: resolve as (value: unknown) => void, reject })
      this.worker.postMessage({ id, ...body })
    })
  }

  private hear(told: FromWorker): void {
    switch (told.kind) {
      case 'messages':
        batch(() => {
          for (const { arm, message } of told.messages)
            for (const listener of this.listeners.get(arm) ?? []) listener(message)
        })
        return
      case 'time':
        for (const listener of this.timeListeners) listener(told.time)
        return
      case 'answer': {
        const waiting = this.waiting.get(told.id)
        this.waiting.delete(told.id)
        if ('refusal' in told) waiting?.reject(told.refusal)
        else waiting?.resolve(told.value)
      }
    }
  }
}

const ATTACK_KIND_VIEWS = Object.fromEntries(
  ATTACK_KINDS.map((kind) => [kind, { ...ATTACK_CATALOGUE[kind], parameters: parametersOf(kind) }]),
) as unknown as AttackKinds
