/** A teacher's view: the progress of several students out of their exported files. */
import { useRef, useState } from 'preact/hooks'
import { useFormat, useText } from '../../app/lab-context.ts'
import { LESSONS } from './lesson.ts'
import {
  isProgressProblem,
  PROGRESS_BYTES_MAX,
  PROGRESS_VERSION,
  type Progress,
  type ProgressProblem,
  readProgress,
} from './progress.ts'
import { LESSON_TEXTS, LESSONS_WORDS } from './strings.ts'

interface ReadFile {
  readonly file: string
  readonly read: Progress | ProgressProblem
}

export function TeacherPanel() {
  const text = useText(LESSONS_WORDS)
  const input = useRef<HTMLInputElement>(null)
  const [files, setFiles] = useState<readonly ReadFile[]>([])
  const take = async (list: FileList | null | undefined): Promise<void> => {
    const read = await Promise.all([...(list ?? [])].map(readFile))
    // A file that is opened again takes the place of what it said before.
    setFiles((known) => [...known.filter(({ file }) => !read.some((other) => other.file === file)), ...read])
  }
  const students = files.flatMap(({ file, read }) => (isProgressProblem(read) ? [] : [{ file, read }]))
  return (
    <section
      class="panel teacher"
      aria-labelledby="lesson-teacher"
      onDragOver={(event) => event.preventDefault()}
      onDrop={(event) => {
        event.preventDefault()
        void take(event.dataTransfer?.files)
      }}
    >
      <h2 id="lesson-teacher">{text.teacher}</h2>
      <p class="quiet">{text.teacherAbout}</p>
      <p>
        <button type="button" class="button" onClick={() => input.current?.click()}>
          {text.openFiles}
        </button>
        <input
          ref={input}
          type="file"
          class="unseen"
          multiple
          accept=".json"
          tabIndex={-1}
          aria-label={text.openFiles}
          onChange={(event) => void take(event.currentTarget.files)}
        />
      </p>
      {files.map(({ file, read }) =>
        isProgressProblem(read) ? (
          <p key={file} role="alert">
            {read.kind === 'no-progress'
              ? text.noProgress(file)
              : text.otherVersion(file, read.version, String(PROGRESS_VERSION))}
          </p>
        ) : null,
      )}
      {students.length > 0 && <ClassTable students={students} />}
    </section>
  )
}

function ClassTable({ students }: { students: readonly { readonly file: string; readonly read: Progress }[] }) {
  const text = useText(LESSONS_WORDS)
  const texts = useText(LESSON_TEXTS)
  const format = useFormat()
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a box that scrolls has to be reached by the keyboard
    <section class="class-table" tabIndex={0} aria-label={text.classList}>
      <table>
        <thead>
          <tr>
            <th scope="col">{text.file}</th>
            {LESSONS.map(({ name }, i) => (
              <th key={name} scope="col" title={texts[name].title}>
                {i + 1}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {students.map(({ file, read: { student, lessons } }) => (
            <tr key={file}>
              <th scope="row">
                {student === '' ? text.nobody : student} <span class="quiet">{file}</span>
              </th>
              {LESSONS.map(({ name }) => {
                const done = lessons[name]
                const said =
                  done === undefined
                    ? text.open
                    : text.doneWith(format.figure(done.predicted), format.figure(done.seen))
                return (
                  <td key={name} title={said}>
                    {done === undefined ? '–' : '✓'}
                    <span class="unseen">{said}</span>
                  </td>
                )
              })}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  )
}

async function readFile(file: File): Promise<ReadFile> {
  const text = file.size > PROGRESS_BYTES_MAX ? '' : await file.text()
  return { file: file.name, read: readProgress(text) }
}
