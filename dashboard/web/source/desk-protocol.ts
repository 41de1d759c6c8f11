/** What the page and the worker that makes whole runs say to each other. Types only. */

import type { Language } from '../../../lab/checks/language.ts'
import type { ScenarioProblem } from '../../../lab/scenario/load.ts'
import type { BundleRequest } from '../../virtual/make-bundle.ts'
import type { PlayedStory, StoryName } from '../../virtual/story-scenes.ts'

export type DeskCall =
  | { readonly call: 'bundle'; readonly request: BundleRequest }
  | { readonly call: 'stories' }
  | { readonly call: 'story'; readonly name: string; readonly seed: number; readonly language: Language }

export type FromDesk =
  | { readonly kind: 'progress'; readonly share: number; readonly arm: string }
  | { readonly kind: 'bundle'; readonly zip: Uint8Array<ArrayBuffer> }
  | { readonly kind: 'problems'; readonly problems: readonly ScenarioProblem[] }
  | { readonly kind: 'stories'; readonly names: readonly StoryName[] }
  | { readonly kind: 'story'; readonly story: PlayedStory }
  | { readonly kind: 'refused'; readonly message: string }
