/** The page: a lab's source, what is known of it, and the views. */
import { render } from 'preact'
import { LabClock } from './app/lab-clock.ts'
import { type Lab, LabContext } from './app/lab-context.ts'
import { Shell } from './app/shell.tsx'
import { SHELL } from './app/strings.ts'
import { makeUiState } from './app/ui-state.ts'
import { Painter } from './charts/painter.ts'
import { Asks } from './controls/asks.ts'
import { watchKeys } from './keys/keys.ts'
import { watchAddress } from './links/address-bar.ts'
import { LiveSource } from './source/live-source.ts'
import { LabStore } from './store/lab-store.ts'
import './theme/tokens.css'
import './theme/base.css'

const host = document.getElementById('page')
if (host !== null) start(host)

function start(host: HTMLElement): void {
  const ui = makeUiState()
  const missing = findMissing()
  if (missing !== undefined) {
    host.textContent = SHELL[ui.language.value].missing(missing)
    return
  }
  const store = new LabStore()
  const lab: Lab = {
    source: new LiveSource(),
    store,
    ui,
    clock: new LabClock(store),
    asks: new Asks(),
    painter: new Painter(),
  }
  lab.clock.start()
  watchKeys(lab)
  lab.source.subscribe(
    (message) => store.apply(message),
    (status) => {
      store.status.value = status
    },
  )
  render(
    <LabContext.Provider value={lab}>
      <Shell />
    </LabContext.Provider>,
    host,
  )
  watchAddress(lab)
}

/** What the page needs and an old browser lacks; undefined when all is there. */
function findMissing(): string | undefined {
  if (typeof EventSource === 'undefined') return 'EventSource'
  if (typeof ResizeObserver === 'undefined') return 'ResizeObserver'
  if (!('toReversed' in Array.prototype)) return 'ES2023'
  return undefined
}
