/** What one click can bring about: settings of the server and attacks, in this order. Nothing is hidden: the log says each. */
import type { AttackRequest } from '../../contract/attacker.ts'
import type { Knobs, ServerConfig } from '../../contract/server.ts'
import type { LabControls } from '../../contract/source.ts'

export const PRESETS = ['drown', 'save', 'lowAndSlow', 'forge', 'slowAccept', 'calm'] as const
export type PresetName = (typeof PRESETS)[number]

/** The flood of the key `f` and of most presets. */
export const FLOOD: AttackRequest = { kind: 'syn-flood', rate: 5000, duration: 120 }

/** Carries out a preset; rejects with the lab's refusal, and what was confirmed before that stays. */
export async function runPreset(
  name: PresetName,
  controls: LabControls,
  config: ServerConfig,
  knobs: Knobs | undefined,
): Promise<void> {
  switch (name) {
    case 'drown':
      await controls.configure({ synCookies: 0 })
      await controls.startAttack(FLOOD)
      return
    case 'save':
      await controls.configure({ synCookies: 1 })
      return
    case 'lowAndSlow':
      await controls.configure({ synCookies: 0 })
      await controls.startAttack({ ...believed(config), kind: 'low-and-slow', duration: 120 })
      return
    case 'forge':
      await controls.configure({ synCookies: 1 })
      await controls.startAttack({ ...FLOOD, rate: 200 })
      await controls.startAttack({ kind: 'ack-flood', rate: 2000, duration: 120 })
      return
    case 'slowAccept':
      await controls.configure({ acceptInterval: 200 })
      return
    case 'calm':
      await controls.stopAllAttacks()
      if (knobs !== undefined) await controls.configure(defaultsOf(knobs))
  }
}

/** The attacker's arithmetic covers up to five retries; it believes what the server really has. */
function believed({ backlog, somaxconn, synAckRetries }: ServerConfig): { backlog: number; synAckRetries: number } {
  const effective = backlog < 0 ? somaxconn : Math.min(backlog, somaxconn)
  return { backlog: Math.min(effective, 65_535), synAckRetries: Math.min(synAckRetries, 5) }
}

function defaultsOf(knobs: Knobs): Partial<ServerConfig> {
  return Object.fromEntries(knobs.map((knob) => [knob.name, knob.default]))
}
