/** One lesson: text, prediction, run and check on the left, the lab as it is now on the right. */
import { useState } from 'preact/hooks'
import { useLab, useText } from '../../app/lab-context.ts'
import { Asked } from '../../controls/asked.tsx'
import { QuestionList } from '../../questions/question-list.tsx'
import { ASKED } from '../../questions/strings.ts'
import type { Lesson, LessonName } from './lesson.ts'
import { LessonPicture } from './lesson-picture.tsx'
import { PredictionForm } from './prediction-form.tsx'
import { isForgetful } from './progress-store.ts'
import { RunSteps } from './run-steps.tsx'
import { LESSON_TEXTS, LESSONS_WORDS } from './strings.ts'
import { useRun } from './use-run.ts'
import { VerdictPanel } from './verdict-panel.tsx'

export function LessonPage({ lesson, next }: { lesson: Lesson; next: LessonName | undefined }) {
  const { ui } = useLab()
  const text = useText(LESSONS_WORDS)
  const words = useText(LESSON_TEXTS)[lesson.name]
  const asked = useText(ASKED)
  const run = useRun(lesson)
  const [isReached, setIsReached] = useState(false)
  const { trial } = run
  return (
    <section class="lesson" aria-label={words.title} data-lesson={lesson.name} data-state={run.state}>
      <div class="lesson-text">
        <p>
          <button type="button" class="button bare" onClick={() => open(undefined)}>
            ← {text.back}
          </button>
        </p>
        <h1>{words.title}</h1>
        <ol class="lesson-read">
          {words.read.map((paragraph) => (
            <li key={paragraph}>{paragraph}</li>
          ))}
        </ol>
        <section class="panel" aria-labelledby="lesson-predict">
          <h2 id="lesson-predict">{text.step.predict}</h2>
          <p>{words.predict}</p>
          <PredictionForm
            prediction={lesson.prediction}
            given={trial?.predicted}
            isReady={run.isReady}
            isWaiting={run.state === 'preparing'}
            onGive={(predicted) => {
              setIsReached(false)
              run.begin(predicted)
            }}
          />
          <Asked name="lesson" />
        </section>
        {trial !== undefined && run.state === 'running' && (
          <>
            <section class="panel lit" aria-labelledby="lesson-run">
              <h2 id="lesson-run">{text.step.run}</h2>
              <RunSteps lesson={lesson} trial={trial} words={words} />
              {run.trouble !== undefined && <p role="status">{text[run.trouble]}</p>}
            </section>
            <VerdictPanel
              key={trial.number}
              lesson={lesson}
              trial={trial}
              trouble={run.trouble}
              onReached={() => setIsReached(true)}
            />
          </>
        )}
        {isForgetful.value && isReached && (
          <p class="lesson-after" role="alert">
            {text.forgetful}
          </p>
        )}
        {isReached && (
          <p class="lesson-after">
            <button type="button" class="button helpful" onClick={() => open(next)}>
              {next === undefined ? text.back : text.next} →
            </button>
          </p>
        )}
        <section class="lesson-after" aria-labelledby="lesson-questions">
          <h2 id="lesson-questions">{asked.title}</h2>
          <QuestionList numbers={lesson.questions} where={(_number, { see }) => `${asked.where} ${see}`} />
        </section>
      </div>
      <div class="lesson-picture">
        <LessonPicture lesson={lesson} trial={trial} />
      </div>
    </section>
  )

  function open(name: LessonName | undefined): void {
    ui.lesson.value = name
    document.getElementById('view')?.scrollTo({ top: 0 })
  }
}
