/** The words of the controls, in English. */
import type { AttackKind } from '../../../attacker/traffic/attack-catalogue.ts'
import type { ServerConfig } from '../../contract/server.ts'
import {
  type AttackParameter,
  KIND_WORDS,
  KNOB_WORDS,
  type Named,
  PARAMETER_WORDS,
  wordsIn,
} from './catalogue-words.ts'
import type { PresetName } from './presets.ts'

export interface ControlsText {
  readonly presetsTitle: string
  readonly presets: Readonly<Record<PresetName, Named>>
  readonly attackTitle: string
  readonly kind: string
  readonly kinds: Readonly<Record<AttackKind, Named>>
  readonly parameters: Readonly<Record<AttackParameter, string>>
  readonly moreParameters: string
  readonly start: string
  readonly stop: string
  readonly stopAll: string
  running(rate: string, left: string): string
  readonly holdRatePace: string
  readonly tracePace: string
  readonly perSecond: Readonly<Record<'packets' | 'connections', string>>
  readonly seconds: string
  readonly defensesTitle: string
  readonly confirmed: string
  readonly knobs: Readonly<Record<keyof ServerConfig, Named>>
  /** Units of knobs, by the lab's own words. */
  readonly units: Readonly<Record<'connections' | 'seconds' | 'milliseconds' | 'retransmissions', string>>
  readonly moreKnobs: string
  readonly on: string
  readonly off: string
  asked(value: string): string
  refused(message: string): string
  readonly clientsTitle: string
  readonly clientsRate: string
  readonly reset: string
  readonly resetAbout: string
  readonly hintsTitle: string
  readonly noHints: string
  readonly calculatorTitle: string
  calculator(places: string, lifetime: string, rate: string): string
  readonly dismiss: string
  readonly notReady: string
}

export const CONTROLS_EN: ControlsText = {
  presetsTitle: 'Try',
  presets: {
    drown: { label: 'Drown it', about: 'Cookies off, a flood of 5,000 SYN/s for two minutes.' },
    save: { label: 'Save it', about: 'SYN cookies on: 1, when the queue is full.' },
    lowAndSlow: { label: 'Low and slow', about: 'Cookies off, and just as many SYNs as keep the queue full.' },
    forge: {
      label: 'Forge cookies',
      about: 'A small flood keeps the queue full, and 2,000 guessed cookies per second.',
    },
    slowAccept: {
      label: 'Slow accept',
      about: 'The program takes a connection only every 200 ms: the other queue fills.',
    },
    calm: { label: 'All calm', about: 'Stops every attack and puts every setting back to its default.' },
  },
  attackTitle: 'Attack',
  kind: 'Kind',
  kinds: wordsIn('en', KIND_WORDS),
  parameters: wordsIn('en', PARAMETER_WORDS),
  moreParameters: 'More of this attack',
  start: 'Start',
  stop: 'Stop',
  stopAll: 'Stop all attacks',
  running: (rate, left) => `${rate}, ${left} left`,
  holdRatePace: 'as many as keep the queue full',
  tracePace: 'as it was recorded',
  perSecond: { packets: 'packets/s', connections: 'connections/s' },
  seconds: 's',
  defensesTitle: 'Defenses',
  confirmed: 'as the server confirmed',
  knobs: wordsIn('en', KNOB_WORDS),
  units: {
    connections: 'connections',
    seconds: 'seconds',
    milliseconds: 'milliseconds',
    retransmissions: 'retransmissions',
  },
  moreKnobs: 'All settings',
  on: 'on',
  off: 'off',
  asked: (value) => `→ ${value}, asked`,
  refused: (message) => `Refused: ${message}`,
  clientsTitle: 'Honest clients',
  clientsRate: 'Clients per second',
  reset: 'Reset',
  resetAbout: 'Stops attacks, empties queues, sets counters to zero; settings stay.',
  hintsTitle: 'It did not work?',
  noHints: 'Nothing stands out. Start something and look here again.',
  calculatorTitle: 'Hold rate',
  calculator: (places, lifetime, rate) => `${places} places ÷ ${lifetime} = ${rate} SYN/s keep the queue full.`,
  dismiss: 'Dismiss',
  notReady: 'Waiting for the lab’s catalogue.',
}
