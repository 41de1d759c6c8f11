/** The steps of a run: the control of the first one that is not done is lit, the others are only named. */
import { useEffect, useState } from 'preact/hooks'
import type { Knobs } from '../../../contract/server.ts'
import { useFormat, useLab, useText } from '../../app/lab-context.ts'
import { Asked } from '../../controls/asked.tsx'
import { KnobRow } from '../../controls/knob-row.tsx'
import { CONTROLS } from '../../controls/strings.ts'
import type { Lesson, Step } from './lesson.ts'
import type { LessonText } from './lesson-texts.en.ts'
import { take } from './run.ts'
import { LESSONS_WORDS } from './strings.ts'
import type { Trial } from './use-run.ts'

interface RunStepsProps {
  readonly lesson: Lesson
  readonly trial: Trial
  readonly words: LessonText
}

export function RunSteps({ lesson, trial, words }: RunStepsProps) {
  const { store } = useLab()
  const text = useText(LESSONS_WORDS)
  const [taken, setTaken] = useState<ReadonlySet<Step>>(new Set())
  useEffect(() => setTaken(new Set()), [trial])
  const config = store.server.value?.state.config
  const isDone = (step: Step): boolean => (step.kind === 'knob' ? config?.[step.knob] === step.value : taken.has(step))
  const lit = lesson.steps.findIndex((step) => !isDone(step))
  const hasBegun = isDone(lesson.steps[0])
  useEffect(() => {
    if (hasBegun) trial.observer.begin()
  }, [hasBegun, trial])
  return (
    <>
      <ol class="run-steps">
        {lesson.steps.map((step, i) => (
          <li key={words.steps[i]} data-step={isDone(step) ? 'done' : i === lit ? 'lit' : 'later'}>
            <p>
              {words.steps[i]} {isDone(step) && <span class="quiet">✓ {text.stepDone}</span>}
            </p>
            {i === lit && (
              <StepControl
                step={step}
                onTake={() => trial.observer.begin()}
                onTaken={() => setTaken(new Set([...taken, step]))}
              />
            )}
          </li>
        ))}
      </ol>
      <p>{words.look}</p>
    </>
  )
}

interface StepControlProps {
  readonly step: Step
  onTake(): void
  onTaken(): void
}

function StepControl({ step, onTake, onTaken }: StepControlProps) {
  const { source, asks } = useLab()
  const text = useText(LESSONS_WORDS)
  const controls = useText(CONTROLS)
  const format = useFormat()
  if (step.kind === 'knob') return <StepKnob step={step} />
  const label =
    step.kind === 'follow'
      ? text.follow
      : step.kind === 'stop-clients'
        ? text.stopClients
        : `${controls.start}: ${controls.kinds[step.request.kind].label}, ${format.rate(Number(step.request.rate))}/s`
  const act = async (): Promise<void> => {
    onTake()
    const isTaken = await asks.ask('lesson-step', label, async () => {
      await take(step, source.controls)
      return true
    })
    if (isTaken) onTaken()
  }
  return (
    <>
      <button
        type="button"
        class={step.kind === 'attack' ? 'button strong' : 'button helpful'}
        onClick={() => void act()}
      >
        {label}
      </button>
      <Asked name="lesson-step" />
    </>
  )
}

function StepKnob({ step }: { step: Extract<Step, { kind: 'knob' }> }) {
  const { source } = useLab()
  const text = useText(LESSONS_WORDS)
  const names = useText(CONTROLS).knobs
  const format = useFormat()
  const [knobs, setKnobs] = useState<Knobs | undefined>(undefined)
  useEffect(() => {
    source.knobs().then(setKnobs, () => undefined)
  }, [source])
  const knob = knobs?.find(({ name }) => name === step.knob)
  return (
    <div class="controls">
      <p class="quiet">{text.setKnob(names[step.knob].label, format.count(step.value))}</p>
      {knob !== undefined && <KnobRow knob={knob} />}
    </div>
  )
}
