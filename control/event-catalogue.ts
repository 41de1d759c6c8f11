/**
 * What an event of a control plane's stream is, as data. Each plane has one list, whose keys its contract gives; the
 * stream, its query and the documentation are made from it.
 */

export interface EventEntry {
  /** When it is told, as a sentence. */
  readonly about: string
  /** `engine`: passed on as the engine tells it; `api`: made by the API. */
  readonly from: 'engine' | 'api'
  /** It costs something to make: told to those alone who name it in `?events=`. */
  readonly onRequest?: true
}

type Entries<K extends string> = Readonly<Record<K, EventEntry>>

/** The events of a catalogue that are told to every listener, or on request only. */
export function eventNames<K extends string>(catalogue: Entries<K>, kind: 'usual' | 'on request'): K[] {
  const names = Object.keys(catalogue) as K[]
  return names.filter((name) => (catalogue[name].onRequest === true) === (kind === 'on request'))
}

/** Those among the keys of a catalogue whose events the engine tells. */
type EngineEventOf<C extends Entries<string>> = {
  [K in keyof C & string]: C[K]['from'] extends 'engine' ? K : never
}[keyof C & string]

/** The events of a catalogue that the engine tells. */
export function engineEventNames<C extends Entries<string>>(catalogue: C): EngineEventOf<C>[] {
  return Object.keys(catalogue).filter((name) => catalogue[name]?.from === 'engine') as EngineEventOf<C>[]
}
