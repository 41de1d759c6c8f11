/** The server's knobs, made from its own list: the few that lectures turn first, all others behind a word. */

import type { Knobs } from '../../contract/server.ts'
import { useText } from '../app/lab-context.ts'
import { QuestionsHere } from '../questions/questions-here.tsx'
import { KnobRow } from './knob-row.tsx'
import { CONTROLS } from './strings.ts'

const FIRST = ['synCookies', 'backlog', 'synAckRetries', 'acceptInterval']

export function Defenses({ knobs }: { knobs: Knobs | undefined }) {
  const text = useText(CONTROLS)
  const first = FIRST.flatMap((name) => knobs?.find((knob) => knob.name === name) ?? [])
  const others = knobs?.filter(({ name }) => !FIRST.includes(name)) ?? []
  return (
    <section class="panel controls" aria-labelledby="defenses">
      <div class="panel-title">
        <h2 id="defenses">{text.defensesTitle}</h2>
        <QuestionsHere place="defenses" />
        <span>{text.confirmed}</span>
      </div>
      {knobs === undefined && <p class="quiet">{text.notReady}</p>}
      {first.map((knob) => (
        <KnobRow key={knob.name} knob={knob} />
      ))}
      {others.length > 0 && (
        <details>
          <summary>{text.moreKnobs}</summary>
          {others.map((knob) => (
            <KnobRow key={knob.name} knob={knob} />
          ))}
        </details>
      )}
    </section>
  )
}
