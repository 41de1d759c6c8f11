/**
 * What of the page stands in its address: view, moment, stretch, language, and the lesson that is open. Never anything that
 * changes the server. `#handshake?t=1764284400000&span=120&lang=en`, `#lessons?lesson=flood&span=120&lang=en`
 */
import { isLanguage, type Language } from '../i18n/language.ts'

export interface DeepLink<View extends string> {
  readonly view: View | undefined
  /** The text that names no view; undefined when all is well. */
  readonly unknownView: string | undefined
  /** Milliseconds of the lab's clock. */
  readonly moment: number | undefined
  readonly badMoment: string | undefined
  /** Milliseconds. */
  readonly span: number | undefined
  readonly unknownSpan: string | undefined
  readonly language: Language | undefined
  readonly unknownLanguage: string | undefined
  readonly lesson: string | undefined
  /** What the link holds beside that, kept as it is. */
  readonly others: Readonly<Record<string, string>>
}

export function parseDeepLink<View extends string>(
  hash: string,
  views: readonly View[],
  spans: readonly number[],
): DeepLink<View> {
  const [name = '', query = ''] = hash.replace(/^#/, '').split('?', 2)
  const parameters = new URLSearchParams(query)
  const view = views.find((candidate) => candidate === name)
  const t = parameters.get('t') ?? undefined
  const moment = t === undefined || !/^\d{1,16}$/.test(t) ? undefined : Number(t)
  const wantedSpan = parameters.get('span') ?? undefined
  const span = spans.find((known) => String(known / 1000) === wantedSpan)
  const language = parameters.get('lang') ?? undefined
  const lesson = parameters.get('lesson') ?? undefined
  for (const known of ['t', 'span', 'lang', 'lesson']) parameters.delete(known)
  return {
    view,
    unknownView: view === undefined && name !== '' ? name : undefined,
    moment,
    badMoment: t !== undefined && moment === undefined ? t : undefined,
    span,
    unknownSpan: span === undefined ? wantedSpan : undefined,
    language: isLanguage(language) ? language : undefined,
    unknownLanguage: isLanguage(language) ? undefined : language,
    lesson,
    others: Object.fromEntries(parameters),
  }
}

/** The address `hash` with the parameters `run` in place of those in `names`; all its others stay, whatever they are worth. */
export function withRun(
  hash: string,
  view: string,
  names: readonly string[],
  run: Readonly<Record<string, string>>,
): string {
  const [name = '', query = ''] = hash.replace(/^#/, '').split('?', 2)
  const parameters = new URLSearchParams(query)
  for (const one of names) parameters.delete(one)
  for (const [one, value] of Object.entries(run)) parameters.set(one, value)
  return `#${name === '' ? view : name}?${parameters}`
}

export function formatDeepLink(link: {
  readonly view: string
  readonly moment: number | undefined
  readonly span: number
  readonly language: Language
  readonly lesson?: string | undefined
  readonly others?: Readonly<Record<string, string>>
}): string {
  const parameters = new URLSearchParams(link.others)
  if (link.moment !== undefined) parameters.set('t', String(Math.round(link.moment)))
  parameters.set('span', String(link.span / 1000))
  parameters.set('lang', link.language)
  if (link.lesson !== undefined) parameters.set('lesson', link.lesson)
  return `#${link.view}?${parameters}`
}
