/** The list of lessons with what is done and open, the lesson that is chosen, and what a teacher sees of a class. */
import { useEffect } from 'preact/hooks'
import { useFormat, useLab, useText } from '../../app/lab-context.ts'
import '../../controls/controls.css'
import { isLessonName, LESSONS, type Lesson } from './lesson.ts'
import { LessonPage } from './lesson-page.tsx'
import './lessons.css'
import { ProgressPanel } from './progress-panel.tsx'
import { isForgetful, progress, recallProgress } from './progress-store.ts'
import { LESSON_TEXTS, LESSONS_WORDS } from './strings.ts'
import { TeacherPanel } from './teacher-panel.tsx'

export function LessonsView() {
  const { ui } = useLab()
  const text = useText(LESSONS_WORDS)
  useEffect(recallProgress, [])
  const name = ui.lesson.value
  const index = isLessonName(name) ? LESSONS.findIndex((lesson) => lesson.name === name) : -1
  const lesson = LESSONS[index]
  if (lesson !== undefined) return <LessonPage key={lesson.name} lesson={lesson} next={LESSONS[index + 1]?.name} />
  return (
    <section class="lessons-view" aria-label={text.title}>
      <div class="view-head">
        <h1>{text.title}</h1>
        <p class="quiet">{text.about}</p>
        {isForgetful.value && <p role="alert">{text.forgetful}</p>}
      </div>
      <ol class="lesson-list">
        {LESSONS.map((entry, i) => (
          <LessonEntry key={entry.name} lesson={entry} number={i + 1} />
        ))}
      </ol>
      <div class="lesson-files">
        <ProgressPanel />
        <TeacherPanel />
      </div>
    </section>
  )
}

function LessonEntry({ lesson: { name }, number }: { lesson: Lesson; number: number }) {
  const { ui } = useLab()
  const text = useText(LESSONS_WORDS)
  const texts = useText(LESSON_TEXTS)
  const format = useFormat()
  const done = progress.value.lessons[name]
  return (
    <li>
      <a
        class="panel lesson-entry"
        href={`#lessons?lesson=${name}`}
        data-lesson={name}
        data-done={done !== undefined}
        onClick={(event) => {
          event.preventDefault()
          ui.lesson.value = name
        }}
      >
        <span class="lesson-number" aria-hidden="true">
          {number}
        </span>
        <span>
          <strong>{texts[name].title}</strong>
          <span class="quiet">
            {done === undefined
              ? text.open
              : `✓ ${text.done}: ${text.doneWith(format.figure(done.predicted), format.figure(done.seen))}`}
          </span>
        </span>
      </a>
    </li>
  )
}
