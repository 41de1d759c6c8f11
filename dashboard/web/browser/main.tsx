/** The page that carries the whole lab: a worker with it, what is open in it, and the same views as a live page has. */
import { render } from 'preact'
import { LINK_PARAMETERS, linkParameters, parseLink } from '../../../lab/bundle/page-link.ts'
import { SHELL } from '../app/strings.ts'
import { makeUiState, SPANS, VIEWS } from '../app/ui-state.ts'
import { formatDeepLink, parseDeepLink, withRun } from '../links/deep-link.ts'
import { BrowserLab } from '../source/browser-lab.ts'
import { App } from './app.tsx'
import { watchDrops } from './drop.ts'
import { makeWorker } from './make-worker.ts'
import { problemText } from './problem-text.ts'
import { FREE_LAB, LabSession } from './session.ts'
import { SessionContext } from './session-context.ts'
import { BROWSER } from './strings.ts'
import { VERSION } from './version.ts'
import '../theme/tokens.css'
import '../theme/base.css'
import './browser.css'

const host = document.getElementById('page')
if (host !== null) void start(host)

async function start(host: HTMLElement): Promise<void> {
  const ui = makeUiState()
  const missing = findMissing()
  if (missing !== undefined) {
    host.textContent = SHELL[ui.language.value].missing(missing)
    return
  }
  const session = new LabSession(new BrowserLab(makeWorker()), ui)
  /** A run is opened because the address says so. */
  let isFollowing = true
  const follow = async (): Promise<void> => {
    const wanted = parseLink(parseDeepLink(location.hash, VIEWS, SPANS).others, VERSION)
    const isOpen = session.open.value !== undefined
    if (wanted === undefined && isOpen) return
    if (isOpen && linkOf(session) === JSON.stringify(wanted)) return
    const problem = await session.openRun(wanted ?? FREE_LAB)
    if (problem === undefined) return
    if (!isOpen) await session.openRun(FREE_LAB)
    ui.notice.value = problemText(problem, BROWSER[ui.language.value])
  }
  // The rest of the address is read when a lab is there to be shown; this much, before the address is written.
  const { view, language, span } = parseDeepLink(location.hash, VIEWS, SPANS)
  if (view !== undefined) ui.view.value = view
  if (language !== undefined) ui.language.value = language
  if (span !== undefined) ui.span.value = span
  await follow()
  // What is open stands in the address, so that the address is a link to it.
  session.open.subscribe((open) => {
    if (open === undefined) return
    const run = linkParameters(open.run, VERSION)
    // What a link says besides its run is still to be read by whoever shows that run.
    const hash = isFollowing
      ? withRun(location.hash, ui.view.peek(), LINK_PARAMETERS, run)
      : formatDeepLink({
          view: ui.view.peek(),
          moment: undefined,
          span: ui.span.peek(),
          language: ui.language.peek(),
          lesson: ui.view.peek() === 'lessons' ? ui.lesson.peek() : undefined,
          others: run,
        })
    if (hash !== location.hash) history.replaceState(null, '', hash)
  })
  isFollowing = false
  addEventListener('hashchange', () => {
    isFollowing = true
    void follow().finally(() => {
      isFollowing = false
    })
  })
  watchDrops(session)
  render(
    <SessionContext.Provider value={session}>
      <App />
    </SessionContext.Provider>,
    host,
  )
}

/** The run that is open, as its link would be read. */
function linkOf({ open }: LabSession): string | undefined {
  const { run } = open.peek() ?? {}
  return run === undefined ? undefined : JSON.stringify(parseLink(linkParameters(run, VERSION), VERSION))
}

/** What the page needs and an old browser lacks; undefined when all is there. */
function findMissing(): string | undefined {
  if (typeof Worker === 'undefined') return 'Worker'
  if (typeof ResizeObserver === 'undefined') return 'ResizeObserver'
  if (!('toReversed' in Array.prototype)) return 'ES2023'
  return undefined
}
