/** The sentence of a moment of the page's history. */
import type { LabStore } from '../store/lab-store.ts'
import { situationAt } from '../store/situation.ts'
import { chooseSentence, type Sentence } from './sentence.ts'

/** `isLive`: `at` is now. Who is gone now may have been there in the past. */
export function sentenceAt(store: LabStore, at: number, isLive: boolean): Sentence {
  return chooseSentence({
    status: isLive ? store.status.value : { kind: 'live' },
    isServerThere: !isLive || store.presence.value.get('server')?.isThere !== false,
    isAttackerThere: !isLive || store.attackers.value.size > 0,
    situation: situationAt(store, at),
  })
}
