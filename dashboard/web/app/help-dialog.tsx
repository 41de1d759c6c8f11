/** The list of keys, and whether changes are read out. */
import { useEffect, useRef } from 'preact/hooks'
import { useLab, useText } from './lab-context.ts'
import { SHELL } from './strings.ts'

export function HelpDialog() {
  const { ui } = useLab()
  const text = useText(SHELL)
  const dialog = useRef<HTMLDialogElement>(null)
  useEffect(() => dialog.current?.showModal(), [])
  const close = (): void => {
    ui.isHelpOpen.value = false
  }
  return (
    <dialog ref={dialog} aria-labelledby="keys" onClose={close}>
      <h2 id="keys">{text.keys}</h2>
      <dl>
        {text.keyList.map(([keys, what]) => (
          <div key={keys} class="key-row">
            <dt>{keys.split(' ').map((key) => (key === '–' ? ' – ' : <kbd key={key}>{key}</kbd>))}</dt>
            <dd>{what}</dd>
          </div>
        ))}
      </dl>
      <label>
        <input
          type="checkbox"
          checked={ui.isSpeaking.value}
          onChange={(event) => {
            ui.isSpeaking.value = event.currentTarget.checked
          }}
        />{' '}
        {text.speaking}
      </label>
      <button type="button" class="button done" onClick={() => dialog.current?.close()}>
        {text.close}
      </button>
    </dialog>
  )
}
