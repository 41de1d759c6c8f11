/** The keyboard. Keys do nothing while somebody types, or together with Ctrl, Alt or Meta, which belong to the browser. */
import type { Lab } from '../app/lab-context.ts'
import { chooseLanguageOf, pin, toggleTheme, VIEWS } from '../app/ui-state.ts'
import { FLOOD } from '../controls/presets.ts'
import { LANGUAGES } from '../i18n/language.ts'
import { HISTORY_MS } from '../store/lab-store.ts'

/** What one key moves the moment by, milliseconds; with Shift ten times that. */
const STEP_MS = 1000

/** Begins to listen; returns the function that ends it. Keys that `own` takes mean nothing else. */
export function watchKeys(lab: Lab, own: (key: string, isShift: boolean) => boolean = () => false): () => void {
  const onKey = (event: KeyboardEvent): void => {
    if (isInDialog(event) && !lab.ui.isHelpOpen.value) return
    if (event.ctrlKey || event.altKey || event.metaKey || isTyping(event)) return
    if (own(event.key, event.shiftKey) || press(lab, event.key, event.shiftKey)) event.preventDefault()
  }
  addEventListener('keydown', onKey)
  return () => removeEventListener('keydown', onKey)
}

/** A dialog has keys of its own; that of the list of keys has these. */
function isInDialog({ target }: KeyboardEvent): boolean {
  return target instanceof HTMLElement && target.closest('dialog') !== null
}

function isTyping({ target, key }: KeyboardEvent): boolean {
  if (!(target instanceof HTMLElement)) return false
  if (target.matches('input:not([type="radio"]), select, textarea, [contenteditable]')) return true
  // Space and Enter press the button, link or disclosure that has the focus; arrows belong to radio groups, sliders and tabs.
  if (key === ' ' || key === 'Enter') return target.matches('button, a, summary, input')
  return key.startsWith('Arrow') && target.matches('input, [role="slider"], [data-keys="own"], [data-keys="own"] *')
}

/** Whether the key meant something. */
function press(lab: Lab, key: string, isShift: boolean): boolean {
  const { ui, clock } = lab
  const now = clock.now.value
  const view = VIEWS[Number(key) - 1]
  if (view !== undefined) {
    ui.view.value = view
    return true
  }
  switch (key) {
    case ' ':
      if (now !== undefined) pin(ui, ui.pinned.value === undefined ? now : undefined, now)
      return true
    case 'ArrowLeft':
    case 'ArrowRight':
      if (now !== undefined) move(lab, now, (key === 'ArrowLeft' ? -1 : 1) * STEP_MS * (isShift ? 10 : 1))
      return true
    case 'Home':
      if (now !== undefined) pin(ui, oldest(lab, now), now)
      return true
    case 'End':
      pin(ui, undefined, now ?? 0)
      return true
    case 'f':
      flood(lab)
      return true
    case 'c':
      cycleCookies(lab)
      return true
    case 'r':
      void lab.asks.ask('reset', 'r', () => lab.source.controls.reset())
      return true
    case 'p':
      ui.isPresenting.value = !ui.isPresenting.value
      return true
    case 't':
      toggleTheme(ui)
      return true
    case 'l':
      chooseLanguageOf(ui, LANGUAGES[(LANGUAGES.indexOf(ui.language.value) + 1) % LANGUAGES.length] ?? 'en')
      return true
    case '?':
      ui.isHelpOpen.value = !ui.isHelpOpen.value
      return true
    case 'Escape':
      ui.isHelpOpen.value = false
      ui.notice.value = undefined
      return true
    default:
      return false
  }
}

function move(lab: Lab, now: number, by: number): void {
  const wanted = (lab.ui.pinned.value ?? now) + by
  pin(lab.ui, wanted >= now ? undefined : Math.max(wanted, oldest(lab, now)), now)
}

function oldest({ store }: Lab, now: number): number {
  const first = store.serverHistory.time(0)
  return Number.isNaN(first) ? now : Math.max(first, now - HISTORY_MS)
}

function flood({ store, asks, source }: Lab): void {
  const isRunning = store.attacks.value.some(({ to }) => to === undefined)
  if (isRunning) void asks.ask('stop', 'f', () => source.controls.stopAllAttacks())
  else void asks.ask('attack', 'f', () => source.controls.startAttack(FLOOD))
}

function cycleCookies({ store, asks, source }: Lab): void {
  const config = store.server.value?.state.config
  if (config === undefined) return
  const synCookies = (config.synCookies + 1) % 3
  void asks.ask('knob.synCookies', String(synCookies), () => source.controls.configure({ synCookies }))
}
