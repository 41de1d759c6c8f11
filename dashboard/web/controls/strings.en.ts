/**
 * Names of everything that can be set, in English. Each knob, kind of attack and parameter of the lab's catalogues must be
 * here: one that is not does not compile.
 */
import type { ATTACK_CATALOGUE, AttackKind, PACE_PARAMETERS } from '../../../attacker/traffic/attack-catalogue.ts'
import type { ServerConfig } from '../../contract/server.ts'
import type { PresetName } from './presets.ts'

export interface Named {
  readonly label: string
  /** What it is about; in English the lab's catalogue says it. */
  readonly about?: string
}

/** Every parameter of any kind of attack. */
export type AttackParameter =
  | 'rate'
  | 'duration'
  | keyof typeof PACE_PARAMETERS
  | { [Kind in AttackKind]: keyof (typeof ATTACK_CATALOGUE)[Kind]['parameters'] }[AttackKind]

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
  kinds: {
    'syn-flood': { label: 'SYN flood' },
    'low-and-slow': { label: 'Low and slow' },
    'syn-data': { label: 'SYNs with data' },
    'ack-flood': { label: 'Forged cookies (ACK flood)' },
    'cookie-replay': { label: 'Cookie replay' },
    'connect-flood': { label: 'Connect flood' },
    'slow-request': { label: 'Slow requests (slowloris)' },
    'rst-flood': { label: 'RST flood' },
    'fin-flood': { label: 'FIN flood' },
    'flash-crowd': { label: 'Flash crowd (no attack)' },
    'trace-replay': { label: 'Replay of a recording' },
  },
  parameters: {
    rate: 'Rate',
    duration: 'Ends by itself after',
    origin: 'Source addresses',
    sources: 'Spoofed range',
    bots: 'Bots',
    fingerprint: 'Look of a SYN',
    backlog: 'Backlog it believes in',
    synAckRetries: 'SYN-ACK retries it believes in',
    payload: 'Payload, bytes',
    cookies: 'Cookies to obtain',
    age: 'Age of the cookies, s',
    hold: 'Held for, s',
    interval: 'Between two lines, s',
    victims: 'What is known of the victims',
    stride: 'Step of the sweep, bytes',
    connectTimeout: 'Visitors’ patience, s',
    trace: 'File of the recording',
    victim: 'Victim in the recording',
    speed: 'Times as fast',
    arrivals: 'Arrivals',
    shape: 'Shape',
    rampFrom: 'Ramp begins at (share)',
    pulseOn: 'Pulse, s',
    pulseOff: 'Silence after it, s',
    steps: 'Steps',
  },
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
  knobs: {
    synCookies: { label: 'SYN cookies' },
    backlog: { label: 'Backlog' },
    queueRule: { label: 'SYN queue is full' },
    eviction: { label: 'Who makes room' },
    somaxconn: { label: 'Most of any backlog' },
    maxSynBacklog: { label: 'Last-quarter rule' },
    synAckRetries: { label: 'SYN-ACK retries' },
    abortOnOverflow: { label: 'RST on overflow' },
    deferAccept: { label: 'Wait for data' },
    acceptInterval: { label: 'Time between accepts' },
    workers: { label: 'Workers' },
    requestTimeout: { label: 'Request timeout' },
    greeting: { label: 'Server speaks first' },
  },
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
