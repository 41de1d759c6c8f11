/** The student's own progress: a name for the teacher, a file of it, and beginning anew. */
import { useText } from '../../app/lab-context.ts'
import { download } from '../../export/save.ts'
import { NO_PROGRESS, STUDENT_MAX, writeProgress } from './progress.ts'
import { keepProgress, progress } from './progress-store.ts'
import { LESSONS_WORDS } from './strings.ts'

export function ProgressPanel() {
  const text = useText(LESSONS_WORDS)
  return (
    <section class="panel" aria-labelledby="lesson-progress">
      <h2 id="lesson-progress">{text.progressTitle}</h2>
      <p class="prediction">
        <label for="lesson-student">{text.student}</label>
        <input
          id="lesson-student"
          type="text"
          maxLength={STUDENT_MAX}
          placeholder={text.studentExample}
          value={progress.value.student}
          onInput={(event) => keepProgress({ ...progress.value, student: event.currentTarget.value })}
        />
      </p>
      <p class="prediction">
        <button
          type="button"
          class="button"
          data-act="export"
          onClick={() =>
            download(new Blob([writeProgress(progress.value)], { type: 'application/json' }), 'synlab-lessons.json')
          }
        >
          {text.export}
        </button>
        <button type="button" class="button" data-act="forget" onClick={() => keepProgress(NO_PROGRESS)}>
          {text.forget}
        </button>
      </p>
    </section>
  )
}
