/** Which scenario is open, with which seed, and which of its arms is looked at. */

import { useRef } from 'preact/hooks'
import type { PageRun } from '../../../lab/bundle/page-link.ts'
import { useLab, useText } from '../app/lab-context.ts'
import type { UiState } from '../app/ui-state.ts'
import { NumberField } from '../controls/number-field.tsx'
import { Segments } from '../controls/segments.tsx'
import { takeFile } from './drop.ts'
import { problemText } from './problem-text.ts'
import { SaveResult } from './save-result.tsx'
import { SCENARIOS } from './scenarios.ts'
import { FREE_LAB } from './session.ts'
import { useSession } from './session-context.ts'
import type { BrowserText } from './strings.en.ts'
import { BROWSER } from './strings.ts'

/** The value of the menu for the free lab, and for a text of the user's own. */
const FREE = '.free'
const OWN = '.own'

/** In place of an arm: all of them. */
const ALL_ARMS = -1

export function RunBar() {
  const session = useSession()
  const { ui } = useLab()
  const text = useText(BROWSER)
  const open = session.open.value
  if (open === undefined) return null
  const { run, opened } = open
  const show = async (wanted: PageRun): Promise<void> => {
    const problem = await session.openRun(wanted)
    ui.notice.value = problem === undefined ? undefined : problemText(problem, text)
  }
  const chosen = run.isByHand && run.text === undefined ? FREE : run.text === undefined ? run.scenario : OWN
  return (
    <section class="lab-run" aria-label={text.runTitle}>
      <label>
        <span class="unseen">{text.scenario}</span>
        <select
          value={chosen}
          data-act="scenario"
          title={opened.description}
          onChange={(event) => {
            const { value } = event.currentTarget
            if (value === OWN) return
            void show(value === FREE ? FREE_LAB : { scenario: value, set: [], isByHand: false })
          }}
        >
          <option value={FREE}>{text.freeLab}</option>
          <optgroup label={text.scenarios}>
            {[...SCENARIOS.keys()].map((name) => (
              <option key={name} value={name}>
                {name}
              </option>
            ))}
          </optgroup>
          {run.text !== undefined && <option value={OWN}>{text.ownText(run.scenario)}</option>}
        </select>
      </label>
      <span class="lab-seed">
        <label for="lab-seed">{text.seed}</label>{' '}
        <NumberField
          id="lab-seed"
          value={opened.seed}
          min={0}
          isWhole
          onSet={(seed) => {
            if (Number.isSafeInteger(seed) && seed >= 0) void show({ ...run, seed })
            else ui.notice.value = text.badSeed(String(seed))
          }}
        />
      </span>
      {opened.arms.length > 1 && (
        <Segments
          label={text.arms}
          values={[...opened.arms.keys(), ALL_ARMS]}
          value={session.isComparing.value ? ALL_ARMS : session.arm.value}
          name={(arm) => (arm === ALL_ARMS ? text.compare : (opened.arms[arm] ?? ''))}
          onChoose={(arm) => {
            session.isComparing.value = arm === ALL_ARMS
            if (arm !== ALL_ARMS) session.arm.value = arm
          }}
        />
      )}
      <button
        type="button"
        class="button"
        data-act="edit"
        onClick={() => {
          session.draft.value = { name: run.scenario, text: open.text, problems: [] }
        }}
      >
        {text.edit}
      </button>
      <OpenFile />
      <SaveResult />
      <button type="button" class="button" data-act="link" onClick={() => void copyLink(ui, text)}>
        {text.copyLink}
      </button>
    </section>
  )
}

/** A touch screen drops no files. */
function OpenFile() {
  const session = useSession()
  const text = useText(BROWSER)
  const file = useRef<HTMLInputElement>(null)
  return (
    <>
      <button type="button" class="button" onClick={() => file.current?.click()}>
        {text.openFile}
      </button>
      <input
        ref={file}
        type="file"
        class="unseen"
        aria-label={text.openFile}
        tabIndex={-1}
        data-act="file"
        accept=".yaml,.yml,.json"
        onChange={(event) => {
          const chosen = event.currentTarget.files?.[0]
          event.currentTarget.value = ''
          if (chosen !== undefined) void takeFile(session, chosen)
        }}
      />
    </>
  )
}

async function copyLink(ui: UiState, text: BrowserText): Promise<void> {
  try {
    await navigator.clipboard.writeText(location.href)
    ui.notice.value = text.copied
  } catch {
    ui.notice.value = text.copyFailed
  }
}
