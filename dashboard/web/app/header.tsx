/** The bar at the top: views, whether the lab is live, and what is chosen about the page. */

import { Segments } from '../controls/segments.tsx'
import { saveView } from '../export/save.ts'
import { LANGUAGE_NAMES, LANGUAGES } from '../i18n/language.ts'
import { useFormat, useLab, useText } from './lab-context.ts'
import { SHELL } from './strings.ts'
import { chooseLanguageOf, pin, SPANS, toggleTheme, VIEWS } from './ui-state.ts'

export function Header() {
  const lab = useLab()
  const { ui } = lab
  const text = useText(SHELL)
  const format = useFormat()
  return (
    <header>
      <b class="word">synlab</b>
      <nav aria-label={text.viewsLabel}>
        {VIEWS.map((view) => (
          <a
            key={view}
            href={`#${view}`}
            {...(view === ui.view.value ? { 'aria-current': 'page' as const } : {})}
            onClick={(event) => {
              event.preventDefault()
              ui.view.value = view
            }}
          >
            {text.views[view]}
          </a>
        ))}
      </nav>
      <LiveStatus />
      <div class="choices">
        <select
          aria-label={text.span}
          value={ui.span.value}
          onChange={(event) => {
            ui.span.value = Number(event.currentTarget.value)
          }}
        >
          {SPANS.map((span) => (
            <option key={span} value={span}>
              {format.duration(span)}
            </option>
          ))}
        </select>
        <SaveMenu />
        <Segments
          label={text.language}
          values={LANGUAGES}
          value={ui.language.value}
          name={(language) => LANGUAGE_NAMES[language]}
          onChoose={(language) => chooseLanguageOf(ui, language)}
        />
        <button type="button" class="button bare" data-act="theme" onClick={() => toggleTheme(ui)}>
          {ui.theme.value === 'dark' ? text.toLight : text.toDark}
        </button>
        <button
          type="button"
          class="button bare present"
          aria-pressed={ui.isPresenting.value}
          onClick={() => {
            ui.isPresenting.value = !ui.isPresenting.value
          }}
        >
          {ui.isPresenting.value ? text.stopPresenting : text.present}
        </button>
        <button
          type="button"
          class="button bare"
          aria-label={text.keys}
          onClick={() => {
            ui.isHelpOpen.value = true
          }}
        >
          ?
        </button>
      </div>
    </header>
  )
}

function LiveStatus() {
  const { ui, store, clock } = useLab()
  const text = useText(SHELL)
  const format = useFormat()
  const now = clock.now.value
  const status = store.status.value
  const isVirtual = store.hello.value?.clock === 'virtual'
  const pinned = ui.pinned.value
  if (pinned !== undefined && now !== undefined) {
    return (
      <button type="button" class="button bare status" onClick={() => pin(ui, undefined, now)}>
        <i class="dot still" /> {text.ago(format.duration(Math.max(0, Math.round((now - pinned) / 1000) * 1000)))}
      </button>
    )
  }
  // Time that is the page's own is told where it is held.
  if (isVirtual) return null
  const isGone = store.presence.value.get('server')?.isThere === false
  if (status.kind === 'live' && !isGone) {
    return (
      <p class="status" role="status">
        <i class="dot" /> {text.live}
      </p>
    )
  }
  // The seconds are not read out: a screen reader would never come to an end.
  return (
    <p class="status troubled">
      <i class="dot still" />{' '}
      {isGone
        ? text.serverGone
        : status.kind === 'silent'
          ? text.silent(format.duration(Date.now() - status.since))
          : text.connecting}
    </p>
  )
}

function SaveMenu() {
  const lab = useLab()
  const text = useText(SHELL)
  const format = useFormat()
  const save =
    (kind: 'png' | 'svg' | 'html') =>
    (event: Event): void => {
      ;(event.currentTarget as HTMLElement).closest('details')?.removeAttribute('open')
      void saveView(lab, kind, format)
    }
  return (
    <details class="menu">
      <summary class="button bare">{text.save}</summary>
      <div>
        <button type="button" class="button bare" onClick={save('png')}>
          {text.savePng}
        </button>
        <button type="button" class="button bare" onClick={save('svg')}>
          {text.saveSvg}
        </button>
        <button type="button" class="button bare" onClick={save('html')}>
          {text.saveReport}
        </button>
      </div>
    </details>
  )
}
