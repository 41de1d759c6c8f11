/** Numbers, durations and times as a language writes them. What is not known is a dash, never a zero. */
import type { Language } from './language.ts'

export const UNKNOWN = '–'

export interface Format {
  readonly language: Language
  /** A count, grouped. */
  count(value: number): string
  /** A number as it was read or typed: grouped, with a digit after the point where it has one. */
  figure(value: number): string
  /** A rate per second: whole above 10, else one digit. */
  rate(value: number): string
  /** A share from 0 to 1, in percent. */
  percent(value: number): string
  /** A duration in milliseconds: "3.2 ms", "1.02 s", "2 min". */
  duration(ms: number): string
  /** Bytes: "24 KiB". */
  bytes(value: number): string
  /** How many of how many. */
  of(part: number, whole: number): string
  /** The time of day of a moment of the wall clock; of virtual time, seconds since the start. */
  clock(at: number): string
  /** The form that `count` takes: of English nouns "one" or "other", of Chinese ones always "other". */
  plural(count: number): 'one' | 'other'
}

const OF: Readonly<Record<Language, (part: string, whole: string) => string>> = {
  en: (part, whole) => `${part}\u00a0of\u00a0${whole}`,
  'zh-CN': (part, whole) => `${part} / ${whole}`,
}

const UNITS: Readonly<Record<Language, { ms: string; s: string; min: string }>> = {
  en: { ms: 'ms', s: 's', min: 'min' },
  'zh-CN': { ms: '毫秒', s: '秒', min: '分钟' },
}

const KIB = 1024

/** What would be rounded to 10 with one digit. */
const TEN = 9.95

/** Between a number and its unit: no line ends there. */
const NARROW = '\u00a0'

export function makeFormat(language: Language, clock: 'wall' | 'virtual'): Format {
  const whole = new Intl.NumberFormat(language, { maximumFractionDigits: 0 })
  const digits = [0, 1, 2].map((n) => new Intl.NumberFormat(language, { maximumFractionDigits: n }))
  const shares = new Intl.NumberFormat(language, { style: 'percent', maximumFractionDigits: 0 })
  const times = new Intl.DateTimeFormat(language, {
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
    hourCycle: 'h23',
  })
  const plurals = new Intl.PluralRules(language)
  const known = (value: number, write: (value: number) => string): string =>
    Number.isFinite(value) ? write(value) : UNKNOWN
  /** Three digits that count. */
  const short = (value: number): string => (digits[value >= 100 ? 0 : value >= 10 ? 1 : 2] ?? whole).format(value)
  const units = UNITS[language]
  const format: Format = {
    language,
    count: (value) => known(value, (n) => whole.format(n)),
    figure: (value) => known(value, (n) => (digits[1] ?? whole).format(n)),
    rate: (value) => known(value, (n) => (n >= TEN ? whole : (digits[1] ?? whole)).format(n)),
    // 99.6 % is not everybody, and 0.4 % is not nobody.
    percent: (value) => known(value, (n) => shares.format(n > 0.99 && n < 1 ? 0.99 : n > 0 && n < 0.01 ? 0.01 : n)),
    duration: (ms) => known(ms, (n) => formatDuration(n)),
    bytes: (value) => known(value, (n) => formatBytes(n)),
    of: (part, all) => OF[language](format.count(part), format.count(all)),
    clock: (at) =>
      known(at, (n) => (clock === 'wall' ? times.format(n) : `${(digits[1] ?? whole).format(n / 1000)} ${units.s}`)),
    plural: (count) => (plurals.select(count) === 'one' ? 'one' : 'other'),
  }
  return format

  function formatDuration(ms: number): string {
    if (ms < 1000) return `${short(ms)}${NARROW}${units.ms}`
    if (ms < 120_000) return `${short(ms / 1000)}${NARROW}${units.s}`
    return `${whole.format(ms / 60_000)}${NARROW}${units.min}`
  }

  function formatBytes(value: number): string {
    if (value < KIB) return `${whole.format(value)} B`
    return value < KIB * KIB ? `${short(value / KIB)}${NARROW}KiB` : `${short(value / KIB / KIB)}${NARROW}MiB`
  }
}
