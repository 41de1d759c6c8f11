/** Header, the view that is chosen, notices and the list of keys. All views but the first are loaded when they are wanted. */
import type { ComponentChildren, ComponentType } from 'preact'
import { useEffect, useState } from 'preact/hooks'
import { ControlRoom } from '../views/control-room/control-room.tsx'
import { Header } from './header.tsx'
import { HelpDialog } from './help-dialog.tsx'
import { useLab, useText } from './lab-context.ts'
import { SHELL } from './strings.ts'
import type { ViewName } from './ui-state.ts'
import './shell.css'

const LAZY: Readonly<Record<Exclude<ViewName, 'control-room'>, () => Promise<ComponentType>>> = {
  handshake: async () => (await import('../views/handshake/handshake-view.tsx')).HandshakeView,
  cookie: async () => (await import('../views/cookie/cookie-view.tsx')).CookieView,
  states: async () => (await import('../views/states/states-view.tsx')).StatesView,
  lessons: async () => (await import('../views/lessons/lessons-view.tsx')).LessonsView,
}

interface ShellProps {
  /** What stands between the header and every view. */
  readonly bar?: ComponentChildren
  /** What stands in place of the view that is chosen. */
  readonly children?: ComponentChildren
}

export function Shell({ bar, children }: ShellProps) {
  const { ui } = useLab()
  const text = useText(SHELL)
  const view = ui.view.value
  useEffect(() => {
    document.documentElement.lang = ui.language.value
    document.title = `synlab – ${text.views[view]}`
  }, [ui.language.value, view, text])
  return (
    <div class="shell">
      <button type="button" class="button skip" onClick={() => document.getElementById('view')?.focus()}>
        {text.skip}
      </button>
      <Header />
      {ui.notice.value !== undefined && (
        <p class="notice" role="alert">
          {ui.notice.value}{' '}
          <button
            type="button"
            class="button bare"
            onClick={() => {
              ui.notice.value = undefined
            }}
          >
            {text.close}
          </button>
        </p>
      )}
      {bar}
      <main id="view" tabIndex={-1}>
        {children ?? (view === 'control-room' ? <ControlRoom /> : <LazyView key={view} name={view} />)}
      </main>
      {ui.isHelpOpen.value && <HelpDialog />}
    </div>
  )
}

function LazyView({ name }: { name: Exclude<ViewName, 'control-room'> }) {
  const text = useText(SHELL)
  const [View, setView] = useState<ComponentType | undefined>(undefined)
  const [hasFailed, setHasFailed] = useState(false)
  useEffect(() => {
    LAZY[name]().then(
      (component) => setView(() => component),
      () => setHasFailed(true),
    )
  }, [name])
  if (View !== undefined) return <View />
  return (
    <p class="loading" role="status">
      {hasFailed ? text.loadFailed : text.loading}
    </p>
  )
}
