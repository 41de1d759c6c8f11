/** The words of what only the lab in the browser has: scenario and time. English. */
import type { SliderMark } from './slider-marks.ts'

export interface BrowserText {
  readonly time: string
  readonly run: string
  readonly pause: string
  readonly packet: string
  readonly event: string
  readonly backSecond: string
  readonly onSecond: string
  readonly moment: string
  readonly speed: string
  ofReached(time: string): string
  reached(speed: string): string
  turnBackTo(time: string): string
  readonly marks: Readonly<Record<SliderMark['kind'], string>>
  readonly runTitle: string
  readonly scenario: string
  readonly scenarios: string
  readonly freeLab: string
  ownText(name: string): string
  readonly seed: string
  badSeed(value: string): string
  readonly arms: string
  otherVersion(theirs: string, ours: string): string
  brokenLink(parameter: string): string
  unknownScenario(name: string): string
  refused(message: string): string
  badScenario(count: number, first: string): string
}

export const BROWSER_EN: BrowserText = {
  time: 'Time',
  run: 'Run',
  pause: 'Pause',
  packet: '+1 packet',
  event: '+1 event',
  backSecond: 'Back one second',
  onSecond: 'On one second',
  moment: 'Moment; everything that was reached can be gone back to',
  speed: 'Speed',
  ofReached: (time) => `of ${time}`,
  reached: (speed) => `${speed}× reached`,
  turnBackTo: (time) => `Turn time back to ${time}`,
  marks: {
    'attack-phase': 'the scenario’s attack begins',
    'recovery-phase': 'the scenario’s attack is over',
    configure: 'a knob was changed',
    'start-attack': 'an attack was started',
    'stop-attack': 'an attack was stopped',
    'stop-attack-id': 'an attack was stopped',
    clients: 'the clients were changed',
  },
  runTitle: 'Scenario',
  scenario: 'Scenario',
  scenarios: 'Scenarios, as written',
  freeLab: 'Free lab: nothing happens until you do it',
  ownText: (name) => `${name} (your text)`,
  seed: 'Seed',
  badSeed: (value) => `Seed ${value}: must be a whole number from 0 to ${Number.MAX_SAFE_INTEGER}.`,
  arms: 'Arm',
  otherVersion: (theirs, ours) =>
    `The link is of synlab ${theirs === '' ? 'of an unknown version' : theirs} and this page is ${ours}: it might show another run, so it was not opened.`,
  brokenLink: (parameter) => `The link is damaged (${parameter}), so it was not opened.`,
  unknownScenario: (name) => `There is no scenario “${name}” in this page, so nothing was opened.`,
  refused: (message) => `Not opened: ${message}.`,
  badScenario: (count, first) =>
    count === 1
      ? `The scenario has a mistake at ${first}.`
      : `The scenario has ${count} mistakes, the first at ${first}.`,
}
