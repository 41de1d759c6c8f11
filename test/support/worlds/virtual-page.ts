/** A lab in virtual time and what a page knows of it, without any page: what the lessons are tested on. */

import type { LabControls } from '../../../dashboard/contract/source.ts'
import { VirtualLab } from '../../../dashboard/virtual/virtual-lab.ts'
import { LabStore } from '../../../dashboard/web/store/lab-store.ts'
import { readScenario } from '../../../lab/files/scenario-source.ts'
import { loadScenario } from '../../../lab/scenario/load.ts'
import { resolveScenario } from '../../../lab/scenario/resolve.ts'
import { KNOB_VIEWS } from '../../../server/knobs/knob-catalogue.ts'
import { assert } from '../../../tcpip/base/assert.ts'
import { MILLISECOND, SECOND } from '../../../tcpip/base/time.ts'

/** How often the page is told, microseconds. */
const TICK = 100 * MILLISECOND

export class VirtualPage {
  readonly store = new LabStore()
  readonly controls: LabControls
  readonly knobs = KNOB_VIEWS
  private lab: VirtualLab
  private sessions = 0

  constructor() {
    this.lab = this.open()
    this.controls = {
      configure: async (patch) => this.lab.configure(patch),
      startAttack: async (request) => this.lab.startAttack(request),
      stopAttack: async (_attacker, id) => this.lab.stopAttack(id),
      stopAllAttacks: async () => this.lab.stopAllAttacks(),
      setClients: async (request) => this.lab.setClients(request),
      reset: async () => {
        this.lab = this.open()
        return this.lab.serverState()
      },
      sockets: async (state, limit) => this.lab.sockets(state, limit),
      follow: async (request) => this.lab.follow(request),
      cookie: async (request) => this.lab.cookie(request),
    }
  }

  /** Lets time pass until `condition` holds, at most `seconds`; `onTick` hears of every tenth of a second. */
  async pass(
    seconds: number,
    onTick: () => void | Promise<void> = () => {},
    condition: () => boolean = () => false,
  ): Promise<void> {
    const end = this.lab.now + seconds * SECOND
    while (this.lab.now < end && !condition()) {
      this.lab.advance(this.lab.now + TICK, SECOND)
      this.lab.tellAll()
      await onTick()
    }
  }

  /** Lets one packet pass. */
  step(): void {
    this.lab.step('packet')
  }

  /** Goes back to, or on to, a moment that was reached; seconds. */
  goTo(seconds: number): void {
    this.lab.goTo(seconds * SECOND)
  }

  private open(): VirtualLab {
    const scenario = resolveScenario(loadScenario(readScenario('classic')))
    const [arm] = scenario.arms
    assert(arm !== undefined, 'classic has arms')
    const byHand = scenario.attacks.map(({ name }) => name)
    const lab = new VirtualLab({ version: '0', scenario, arm, byHand, tell: (message) => this.store.apply(message) })
    this.store.apply(lab.hello(String(++this.sessions)))
    lab.tellAll()
    return lab
  }
}
