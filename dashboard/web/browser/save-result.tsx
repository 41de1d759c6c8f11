/** Saves the bundle of the run that is open: as `synlab run` writes it, in one archive. */
import { useSignal } from '@preact/signals'
import { useEffect, useRef } from 'preact/hooks'
import { useFormat, useLab, useText } from '../app/lab-context.ts'
import { download } from '../export/save.ts'
import { work } from './desk.ts'
import { problemText } from './problem-text.ts'
import { useSession } from './session-context.ts'
import { BROWSER } from './strings.ts'

export function SaveResult() {
  const session = useSession()
  const { ui } = useLab()
  const text = useText(BROWSER)
  const format = useFormat()
  const progress = useSignal<{ share: number; arm: string } | undefined>(undefined)
  const stop = useRef<AbortController | undefined>(undefined)
  useEffect(() => () => stop.current?.abort(), [])
  const open = session.open.value
  if (open === undefined) return null

  const save = async (): Promise<void> => {
    const { run, opened } = open
    const { set, seed = opened.seed } = run
    const request = { text: open.text, set, seed, reference: run.scenario, isOwnText: run.text !== undefined }
    stop.current = new AbortController()
    progress.value = { share: 0, arm: opened.arms[0] ?? '' }
    const { signal } = stop.current
    try {
      const answer = await work(
        { call: 'bundle', request },
        (share, arm) => {
          progress.value = { share, arm }
        },
        signal,
      )
      if (answer.kind === 'bundle') {
        const name = `${run.scenario.replace(/\.ya?ml$/, '')}-seed-${seed}.zip`
        download(new Blob([answer.zip], { type: 'application/zip' }), name)
      } else if (answer.kind === 'refused') ui.notice.value = problemText(answer, text)
    } catch (problem) {
      if (!signal.aborted) ui.notice.value = text.saveFailed(String(problem))
    } finally {
      progress.value = undefined
    }
  }
  const { value } = progress
  if (value === undefined) {
    return (
      <button type="button" class="button" data-act="save" title={text.saveAbout} onClick={() => void save()}>
        {text.save}
      </button>
    )
  }
  return (
    <span class="lab-progress" role="status">
      <progress max={1} value={value.share} aria-label={text.saving(value.arm, format.percent(value.share))} />
      <span>{text.saving(value.arm, format.percent(value.share))}</span>
      <button type="button" class="button" onClick={() => stop.current?.abort()}>
        {text.stopSaving}
      </button>
    </span>
  )
}
