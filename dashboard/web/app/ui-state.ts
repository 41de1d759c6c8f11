/**
 * What the person before the page has chosen: view, language, theme, the stretch of time that is drawn, the moment that is
 * looked at. Nothing here changes the lab.
 */
import { effect, type ReadonlySignal, signal } from '@preact/signals'
import { chooseLanguage, isLanguage, type Language } from '../i18n/language.ts'

export const VIEWS = ['control-room', 'handshake', 'cookie', 'states', 'lessons'] as const
export type ViewName = (typeof VIEWS)[number]

export type Theme = 'light' | 'dark'

/** Stretches of time that can be drawn, milliseconds. */
export const SPANS = [60_000, 120_000, 300_000, 600_000] as const

export interface UiState {
  readonly view: Signal<ViewName>
  /** Name of the lesson that is open; undefined: the list of all. */
  readonly lesson: Signal<string | undefined>
  readonly language: Signal<Language>
  readonly theme: Signal<Theme>
  readonly span: Signal<number>
  /** The moment that is looked at; undefined: now. While there is one, the charts stand still. */
  readonly pinned: Signal<number | undefined>
  /** Where the charts end while they stand still; undefined: now. */
  readonly end: Signal<number | undefined>
  /** The time under the pointer, shown in all charts. */
  readonly hover: Signal<number | undefined>
  readonly isPresenting: Signal<boolean>
  readonly isHelpOpen: Signal<boolean>
  /** Whether the small charts are those behind "more". */
  readonly hasMoreCharts: Signal<boolean>
  /** Whether the text twins are read out as they change. */
  readonly isSpeaking: Signal<boolean>
  /** A sentence for the whole page, for example about a link to nothing; undefined when there is none. */
  readonly notice: Signal<string | undefined>
}

type Signal<T> = ReadonlySignal<T> & { value: T }

const LANGUAGE_KEY = 'synlab.language'
const THEME_KEY = 'synlab.theme'

export function makeUiState(): UiState {
  const wanted = recall(LANGUAGE_KEY)
  const ui: UiState = {
    view: signal<ViewName>('control-room'),
    lesson: signal<string | undefined>(undefined),
    language: signal<Language>(isLanguage(wanted) ? wanted : chooseLanguage(navigator.languages)),
    theme: signal<Theme>(chooseTheme()),
    span: signal<number>(SPANS[1]),
    pinned: signal<number | undefined>(undefined),
    end: signal<number | undefined>(undefined),
    hover: signal<number | undefined>(undefined),
    isPresenting: signal(false),
    isHelpOpen: signal(false),
    hasMoreCharts: signal(false),
    isSpeaking: signal(true),
    notice: signal<string | undefined>(undefined),
  }
  // At once: what paints next reads the colours of the new theme off the document.
  effect(() => {
    document.documentElement.dataset.theme = ui.theme.value
  })
  matchMedia(DARK).addEventListener('change', () => {
    ui.theme.value = chooseTheme()
  })
  return ui
}

/** Speaks another language, also the next time. */
export function chooseLanguageOf(ui: UiState, language: Language): void {
  ui.language.value = language
  remember(LANGUAGE_KEY, language)
}

export function toggleTheme(ui: UiState): void {
  ui.theme.value = ui.theme.value === 'dark' ? 'light' : 'dark'
  remember(THEME_KEY, ui.theme.value)
}

/** Looks at `moment` with the charts standing still; undefined goes back to now. Moves the stretch if it lies outside. */
export function pin(ui: UiState, moment: number | undefined, now: number): void {
  ui.pinned.value = moment
  if (moment === undefined) {
    ui.end.value = undefined
    return
  }
  const end = ui.end.value ?? now
  const isSeen = moment <= end && moment >= end - ui.span.value
  ui.end.value = isSeen ? end : Math.min(now, moment + ui.span.value / 2)
}

const DARK = '(prefers-color-scheme: dark)'

function chooseTheme(): Theme {
  const chosen = recall(THEME_KEY)
  if (chosen === 'light' || chosen === 'dark') return chosen
  return matchMedia(DARK).matches ? 'dark' : 'light'
}

/** A browser may refuse to remember; then the choice holds for this page. */
function remember(key: string, value: string): void {
  try {
    localStorage.setItem(key, value)
  } catch {}
}

function recall(key: string): string | undefined {
  try {
    return localStorage.getItem(key) ?? undefined
  } catch {
    return undefined
  }
}
