/** Which scenario is open, with which seed, and which of its arms is looked at. */

import type { PageRun } from '../../../lab/bundle/page-link.ts'
import { useLab, useText } from '../app/lab-context.ts'
import { NumberField } from '../controls/number-field.tsx'
import { Segments } from '../controls/segments.tsx'
import { problemText } from './problem-text.ts'
import { SCENARIOS } from './scenarios.ts'
import { FREE_LAB } from './session.ts'
import { useSession } from './session-context.ts'
import { BROWSER } from './strings.ts'

/** The value of the menu for the free lab, and for a text of the user's own. */
const FREE = '.free'
const OWN = '.own'

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
          values={[...opened.arms.keys()]}
          value={session.arm.value}
          name={(arm) => opened.arms[arm] ?? ''}
          onChoose={(arm) => {
            session.arm.value = arm
          }}
        />
      )}
    </section>
  )
}
