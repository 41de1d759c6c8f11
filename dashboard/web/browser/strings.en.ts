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
  readonly compare: string
  lookAtArm(name: string): string
  readonly save: string
  readonly saveAbout: string
  saving(arm: string, share: string): string
  readonly stopSaving: string
  saveFailed(why: string): string
  readonly edit: string
  readonly editing: string
  readonly editAbout: string
  readonly scenarioText: string
  readonly runText: string
  readonly runByHand: string
  readonly closeEditor: string
  readonly openFile: string
  readonly copyLink: string
  readonly copied: string
  readonly copyFailed: string
  wrongFile(name: string): string
  tooLarge(name: string): string
  noResult(name: string): string
  otherBundle(name: string, theirs: string, ours: string): string
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
  freeLab: 'Free lab: you begin',
  ownText: (name) => `${name} (your text)`,
  seed: 'Seed',
  badSeed: (value) => `Seed ${value}: must be a whole number from 0 to ${Number.MAX_SAFE_INTEGER}.`,
  arms: 'Arm',
  compare: 'Side by side',
  lookAtArm: (name) => `Look at ${name} alone`,
  save: 'Save result',
  saveAbout:
    'Runs all arms from beginning to end and saves the bundle of synlab run. What you switched by hand is not part of it.',
  saving: (arm, share) => `${arm}, ${share}`,
  stopSaving: 'Stop',
  saveFailed: (why) => `The result could not be saved: ${why}.`,
  edit: 'Edit',
  editing: 'Scenario',
  editAbout: 'Change it and run it; or drop a scenario file anywhere on the page.',
  scenarioText: 'Text of the scenario',
  runText: 'Run it as written',
  runByHand: 'Open it by hand',
  closeEditor: 'Close',
  openFile: 'Open a file',
  copyLink: 'Copy link',
  copied: 'The link is copied. It holds the scenario and the seed; whoever opens it with this page sees the same run.',
  copyFailed: 'The browser does not let the page copy. The link is the address of this page.',
  wrongFile: (name) => `${name} is neither a scenario (.yaml) nor a result.json, so it was not opened.`,
  tooLarge: (name) => `${name} is too large, so it was not opened.`,
  noResult: (name) => `${name} is not the result.json of a run, so it was not opened.`,
  otherBundle: (name, theirs, ours) =>
    `${name} is of synlab ${theirs} and this page is ${ours}: it might show another run, so it was not opened.`,
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
