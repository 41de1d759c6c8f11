/** Keeps the address and what is chosen on the page the same, in both directions. */
import { effect } from '@preact/signals'
import type { Lab } from '../app/lab-context.ts'
import { SHELL } from '../app/strings.ts'
import { pin, SPANS, VIEWS } from '../app/ui-state.ts'
import { LANGUAGES } from '../i18n/language.ts'
import { HISTORY_MS } from '../store/lab-store.ts'
import { formatDeepLink, parseDeepLink } from './deep-link.ts'

/** A link to a later moment than this, milliseconds, is none of ours. */
const WALK_MAX_MS = 86_400_000

/**
 * Begins; returns the function that ends it. `walkTo`: brings a lab whose time the page holds to a moment, milliseconds, that
 * it has not told of; of any other lab such a moment cannot be shown.
 */
export function watchAddress(lab: Lab, walkTo?: (at: number) => void): () => void {
  const { ui, store, clock } = lab
  let others: Readonly<Record<string, string>> = {}
  const read = (): void => {
    const link = parseDeepLink(location.hash, VIEWS, SPANS)
    others = link.others
    if (link.language !== undefined) ui.language.value = link.language
    if (link.view !== undefined) ui.view.value = link.view
    ui.lesson.value = link.lesson
    if (link.span !== undefined) ui.span.value = link.span
    const text = SHELL[ui.language.value]
    const notices: string[] = []
    if (link.unknownView !== undefined) {
      notices.push(text.noSuchView(link.unknownView))
      ui.view.value = 'control-room'
    }
    if (link.unknownLanguage !== undefined) {
      notices.push(text.noSuchLanguage(link.unknownLanguage, LANGUAGES.join(', ')))
    }
    if (link.unknownSpan !== undefined) {
      const seconds = (span: number): string => `${span / 1000}\u00a0s`
      notices.push(text.noSuchSpan(link.unknownSpan, SPANS.map(seconds).join(', '), seconds(ui.span.value)))
    }
    const now = store.now.value ?? (walkTo === undefined ? Date.now() : 0)
    const isToCome = walkTo !== undefined && link.moment !== undefined && link.moment > now
    const latest = isToCome ? WALK_MAX_MS : now + 1000
    const isShowable = link.moment === undefined || (link.moment > now - HISTORY_MS && link.moment <= latest)
    if (link.badMoment !== undefined || !isShowable) {
      notices.push(text.noSuchTime(link.badMoment ?? String(link.moment)))
      pin(ui, undefined, now)
    } else if (isToCome && link.moment !== undefined) {
      walkTo(link.moment)
    } else if (link.moment !== undefined && link.moment !== ui.pinned.value) {
      pin(ui, link.moment, clock.now.value ?? now)
    }
    if (notices.length > 0) ui.notice.value = notices.join(' ')
  }
  read()
  addEventListener('hashchange', read)
  const stop = effect(() => {
    const hash = formatDeepLink({
      view: ui.view.value,
      moment: ui.pinned.value,
      span: ui.span.value,
      language: ui.language.value,
      lesson: ui.view.value === 'lessons' ? ui.lesson.value : undefined,
      others,
    })
    if (hash === location.hash) return
    // Another view or lesson is a place to come back to; all else is not.
    const shown = parseDeepLink(location.hash, VIEWS, SPANS)
    const isOther = shown.view !== ui.view.value || (ui.view.value === 'lessons' && shown.lesson !== ui.lesson.value)
    if (isOther && location.hash !== '') history.pushState(null, '', hash)
    else history.replaceState(null, '', hash)
  })
  return () => {
    stop()
    removeEventListener('hashchange', read)
  }
}
