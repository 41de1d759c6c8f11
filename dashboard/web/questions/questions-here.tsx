/** A quiet mark beside a thing: opens the questions whose answers that thing shows. */
import type { FunctionComponent } from 'preact'
import { useState } from 'preact/hooks'
import { useLab, useText } from '../app/lab-context.ts'
import { SHELL } from '../app/strings.ts'
import type { Place } from './places.ts'
import type { QuestionsDialogProps } from './questions-dialog.tsx'
import { ASKED } from './strings.ts'

export function QuestionsHere({ place }: { place: Place }) {
  const { ui } = useLab()
  const text = useText(ASKED)
  const shell = useText(SHELL)
  const [Dialog, setDialog] = useState<FunctionComponent<QuestionsDialogProps> | undefined>(undefined)
  const open = (): void => {
    import('./questions-dialog.tsx').then(
      ({ QuestionsDialog }) => setDialog(() => QuestionsDialog),
      () => {
        ui.notice.value = shell.loadFailed
      },
    )
  }
  return (
    <>
      <button
        type="button"
        class="questions-here"
        data-place={place}
        aria-label={text.here}
        title={text.here}
        onClick={open}
      >
        ?
      </button>
      {Dialog !== undefined && <Dialog place={place} onClose={() => setDialog(undefined)} />}
    </>
  )
}
