/** The words around the lessons, in English. What each lesson says stands in lesson-texts.en.ts. */
import type { FigureName } from '../../../../lab/checks/figures.ts'
import type { Prediction } from './lesson.ts'

export interface LessonsText {
  readonly title: string
  readonly about: string
  readonly open: string
  readonly done: string
  doneWith(predicted: string, seen: string): string
  readonly back: string
  readonly next: string
  readonly step: Readonly<Record<'read' | 'predict' | 'run' | 'check', string>>
  readonly yourPrediction: string
  readonly begin: string
  readonly beginAbout: string
  readonly again: string
  readonly preparing: string
  noNumber(max: string): string
  readonly units: Readonly<Record<Prediction['unit'], string>>
  readonly stepDone: string
  readonly follow: string
  readonly stopClients: string
  setKnob(knob: string, value: string): string
  readonly check: string
  readonly reached: string
  readonly notReached: string
  readonly notYet: Readonly<Partial<Record<FigureName, string>>>
  readonly notBegun: string
  readonly notSeen: string
  readonly paused: string
  readonly labAway: string
  predicted(predicted: string, seen: string): string
  readonly right: string
  readonly wrong: string
  readonly picture: string
  readonly waiting: string
  readonly forgetful: string
  readonly progressTitle: string
  readonly student: string
  readonly studentExample: string
  readonly export: string
  readonly forget: string
  readonly teacher: string
  readonly teacherAbout: string
  readonly openFiles: string
  readonly file: string
  readonly nobody: string
  noProgress(file: string): string
  otherVersion(file: string, version: string, own: string): string
  readonly classList: string
}

export const LESSONS_EN: LessonsText = {
  title: 'Lessons',
  about:
    'Eight lessons on the lab that runs here. Each begins with a number of yours, and ends with what the counters say.',
  open: 'open',
  done: 'done',
  doneWith: (predicted, seen) => `predicted ${predicted}, seen ${seen}`,
  back: 'All lessons',
  next: 'Next lesson',
  step: { read: 'Read', predict: 'Predict', run: 'Run', check: 'Check' },
  yourPrediction: 'Your prediction',
  begin: 'Put it to the test',
  beginAbout: 'The lab begins anew with the settings of this lesson; leaving the lesson brings the old ones back.',
  again: 'Once more',
  preparing: 'The lab is being prepared …',
  noNumber: (max) => `Write down a number from 0 to ${max} first.`,
  units: {
    segments: 'segments',
    seconds: 'seconds',
    requests: 'requests',
    percent: 'percent',
    rate: 'SYNs per second',
    connections: 'connections',
    sockets: 'sockets',
  },
  stepDone: 'done',
  follow: 'Follow the next honest client',
  stopClients: 'Send the clients home',
  setKnob: (knob, value) => `Set “${knob}” to ${value}.`,
  check: 'Check',
  reached: 'Reached.',
  notReached: 'Not reached yet.',
  notYet: {
    'handshake.segments': 'No connection has been followed yet.',
    'close.segments': 'No connection has been followed yet.',
    'sockets.close_wait_before': 'The lab has not been quiet for five seconds yet: clients are still on their way.',
  },
  notBegun: 'The control above has not been turned yet.',
  notSeen: 'The number that you predicted has not shown yet. Wait a little and check again.',
  paused: 'Time stands still. Press play in the bar at the top.',
  labAway: 'The lab tells nothing at the moment. The lesson goes on when it is back.',
  predicted: (predicted, seen) => `You predicted ${predicted}, and the lab showed ${seen}.`,
  right: 'Near enough.',
  wrong: 'That is another number. The questions below say why.',
  picture: 'The lab',
  waiting: 'Nothing is followed yet.',
  forgetful:
    'This browser does not let the page remember: your progress holds until you close it. Export it to keep it.',
  progressTitle: 'Your progress',
  student: 'Your name',
  studentExample: 'for your teacher',
  export: 'Export as a file',
  forget: 'Begin anew',
  teacher: 'For teachers',
  teacherAbout: 'Drop the files of your students here. They are read in this browser and go nowhere.',
  openFiles: 'Open files',
  file: 'Student',
  nobody: 'no name',
  noProgress: (file) => `“${file}” is not a progress file of these lessons.`,
  otherVersion: (file, version, own) =>
    `“${file}” is a progress file of version ${version}; this page reads version ${own}.`,
  classList: 'What each student has done',
}
