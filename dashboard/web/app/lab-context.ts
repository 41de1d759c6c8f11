/** What every part of the page can reach: the lab's source, what is known of it, its clock, and what was chosen. */
import { createContext } from 'preact'
import { useContext, useMemo } from 'preact/hooks'
import type { LabSource } from '../../contract/source.ts'
import type { PlayedStory, StoryName } from '../../virtual/story-scenes.ts'
import type { Painter } from '../charts/painter.ts'
import type { Asks } from '../controls/asks.ts'
import { type Format, makeFormat } from '../i18n/format.ts'
import type { Catalogues, Language } from '../i18n/language.ts'
import type { LabStore } from '../store/lab-store.ts'
import type { LabClock } from './lab-clock.ts'
import type { UiState } from './ui-state.ts'

export interface Lab {
  readonly source: LabSource
  readonly store: LabStore
  readonly clock: LabClock
  readonly ui: UiState
  /** What was asked of the lab and not answered yet, or refused. */
  readonly asks: Asks
  readonly painter: Painter
  /** Labs that are drawn beside this one, on the same scales. */
  readonly peers?: readonly LabStore[]
  /** Stories of the lab, where it can play them itself. */
  readonly stories?: Stories
}

export interface Stories {
  names(): Promise<readonly StoryName[]>
  /** Rejects with what went wrong. */
  play(name: string, seed: number, language: Language): Promise<PlayedStory>
}

export const LabContext = createContext<Lab | undefined>(undefined)

export function useLab(): Lab {
  const lab = useContext(LabContext)
  if (lab === undefined) throw new Error('a part of the page stands outside of its lab')
  return lab
}

/** The catalogue of the page's language. */
export function useText<Catalogue>(catalogues: Catalogues<Catalogue>): Catalogue {
  return catalogues[useLab().ui.language.value]
}

/** Numbers as the page's language writes them. */
export function useFormat(): Format {
  const { ui, store } = useLab()
  const language = ui.language.value
  const clock = store.hello.value?.clock ?? 'wall'
  return useMemo(() => makeFormat(language, clock), [language, clock])
}

/** The moment that is looked at: the pinned one, or now. Undefined before the lab has told anything. */
export function useMoment(): number | undefined {
  const { ui, clock } = useLab()
  return ui.pinned.value ?? clock.now.value
}
