/** The words around the views: header, keys, notices. English. */
import type { ViewName } from './ui-state.ts'

export interface ShellText {
  readonly views: Readonly<Record<ViewName, string>>
  readonly viewsLabel: string
  readonly skip: string
  readonly live: string
  readonly connecting: string
  ago(time: string): string
  silent(time: string): string
  serverGone: string
  readonly span: string
  readonly language: string
  readonly toLight: string
  readonly toDark: string
  readonly present: string
  readonly stopPresenting: string
  readonly save: string
  readonly savePng: string
  readonly saveSvg: string
  readonly saveReport: string
  readonly keys: string
  readonly close: string
  readonly loading: string
  readonly loadFailed: string
  readonly keyList: readonly (readonly [keys: string, what: string])[]
  readonly speaking: string
  readonly saveFailed: string
  noSuchView(name: string): string
  noSuchTime(text: string): string
  noSuchSpan(text: string, known: string, shown: string): string
  noSuchLanguage(text: string, known: string): string
  missing(feature: string): string
}

export const SHELL_EN: ShellText = {
  views: {
    'control-room': 'Control room',
    handshake: 'Handshake',
    cookie: 'Cookie',
    states: 'States',
    lessons: 'Lessons',
  },
  viewsLabel: 'Views',
  skip: 'To the view',
  live: 'live',
  connecting: 'connecting',
  ago: (time) => `${time} ago`,
  silent: (time) => `silent for ${time}`,
  serverGone: 'server gone',
  span: 'Time shown',
  language: 'Language',
  toLight: 'Light',
  toDark: 'Dark',
  present: 'Present',
  stopPresenting: 'Controls',
  save: 'Save',
  savePng: 'Picture (PNG)',
  saveSvg: 'Picture (SVG)',
  saveReport: 'Report (HTML)',
  keys: 'Keys',
  close: 'Close',
  loading: 'Loading.',
  loadFailed: 'This view could not be loaded. Is the page’s server still there? Reload to try again.',
  keyList: [
    ['Space', 'stand still, go on'],
    ['← →', 'a second back, a second on'],
    ['Home End', 'the oldest moment, now'],
    ['f', 'start a flood, stop all attacks'],
    ['c', 'SYN cookies: 0, 1, 2'],
    ['r', 'reset the lab'],
    ['1 – 5', 'views'],
    ['p', 'presenter mode'],
    ['t', 'light, dark'],
    ['l', 'language'],
    ['?', 'this list'],
  ],
  speaking: 'Read changes out (screen readers)',
  saveFailed: 'This view could not be saved.',
  noSuchView: (name) => `There is no view “${name}”. This is the control room.`,
  noSuchTime: (text) => `The link’s time “${text}” is not one that can be shown. This is now.`,
  noSuchSpan: (text, known, shown) => `The link’s stretch of time “${text}” is none of ${known}. ${shown} are shown.`,
  noSuchLanguage: (text, known) => `The page does not speak the link’s language “${text}”. It speaks ${known}.`,
  missing: (feature) => `This browser lacks ${feature}, which the page needs. A browser of 2023 or later has it.`,
}
