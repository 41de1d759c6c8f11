/** The text of the scenario that is open, to be changed in place; its mistakes, all of them, with line and column. */
import { useSignal } from '@preact/signals'
import { useEffect, useRef } from 'preact/hooks'
import type { ScenarioProblem } from '../../../lab/scenario/load.ts'
import { useLab, useText } from '../app/lab-context.ts'
import { problemText } from './problem-text.ts'
import { useSession } from './session-context.ts'
import { BROWSER } from './strings.ts'

/** What a text is called that has no file. */
const UNNAMED = 'scenario.yaml'

export function ScenarioEditor() {
  const session = useSession()
  const { ui } = useLab()
  const text = useText(BROWSER)
  const area = useRef<HTMLTextAreaElement>(null)
  const lines = useRef<HTMLOListElement>(null)
  const dialog = useRef<HTMLDialogElement>(null)
  const draft = session.draft.value
  const problems = useSignal<readonly ScenarioProblem[]>(draft?.problems ?? [])
  useEffect(() => dialog.current?.showModal(), [])
  if (draft === undefined) return null

  const close = (): void => {
    session.draft.value = undefined
  }
  const run = async (isByHand: boolean): Promise<void> => {
    const problem = await session.openRun({ scenario: draft.name, text: draft.text, set: [], isByHand })
    if (problem === undefined) {
      ui.notice.value = undefined
      close()
    } else if (problem.kind === 'text') problems.value = problem.problems
    else problems.value = [{ line: 1, column: 1, length: 1, what: problemText(problem, text) }]
  }
  const showPlace = ({ line, column, length }: ScenarioProblem): void => {
    const before = draft.text.split('\n').slice(0, line - 1)
    const at = before.reduce((sum, one) => sum + one.length + 1, 0) + column - 1
    area.current?.focus()
    area.current?.setSelectionRange(at, at + length)
  }
  const bad = new Set(problems.value.map(({ line }) => line))
  return (
    <dialog ref={dialog} class="lab-editor" aria-labelledby="editor-title" onClose={close}>
      <h2 id="editor-title">
        {text.editing} <code>{draft.name}</code>
      </h2>
      <p class="quiet">{text.editAbout}</p>
      <div class="lab-text">
        <ol ref={lines} aria-hidden="true">
          {draft.text.split('\n').map((_, index) => (
            <li key={index} class={bad.has(index + 1) ? 'bad' : ''}>
              {index + 1}
            </li>
          ))}
        </ol>
        <textarea
          ref={area}
          aria-label={text.scenarioText}
          spellcheck={false}
          wrap="off"
          value={draft.text}
          onInput={(event) => {
            session.draft.value = { ...draft, name: ownName(draft.name), text: event.currentTarget.value }
          }}
          onScroll={(event) => {
            if (lines.current !== null) lines.current.scrollTop = event.currentTarget.scrollTop
          }}
        />
      </div>
      {problems.value.length > 0 && (
        <ul class="lab-problems" role="alert">
          {problems.value.map((problem) => (
            <li key={`${problem.line}:${problem.column} ${problem.what}`}>
              <button type="button" class="button bare" onClick={() => showPlace(problem)}>
                <b>
                  {problem.line}:{problem.column}
                </b>{' '}
                {problem.what}
              </button>
            </li>
          ))}
        </ul>
      )}
      <p class="lab-editor-acts">
        <button type="button" class="button helpful" data-act="run-text" onClick={() => void run(false)}>
          {text.runText}
        </button>
        <button type="button" class="button" onClick={() => void run(true)}>
          {text.runByHand}
        </button>
        <button type="button" class="button" onClick={() => dialog.current?.close()}>
          {text.closeEditor}
        </button>
      </p>
    </dialog>
  )
}

/** A text that differs from the lab's own is a file. */
function ownName(name: string): string {
  return /\.ya?ml$/.test(name) ? name : UNNAMED
}
