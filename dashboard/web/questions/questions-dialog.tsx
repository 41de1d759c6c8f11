/** The questions of one place, over the page; each answer names the lesson that shows it. */
import { useEffect, useId, useRef } from 'preact/hooks'
import { useLab, useText } from '../app/lab-context.ts'
import { LESSONS } from '../views/lessons/lesson.ts'
import { LESSON_TEXTS } from '../views/lessons/strings.ts'
import { PLACES, type Place } from './places.ts'
import { QuestionList } from './question-list.tsx'
import { ASKED } from './strings.ts'

export interface QuestionsDialogProps {
  readonly place: Place
  onClose(): void
}

export function QuestionsDialog({ place, onClose }: QuestionsDialogProps) {
  const text = useText(ASKED)
  const id = useId()
  const dialog = useRef<HTMLDialogElement>(null)
  useEffect(() => dialog.current?.showModal(), [])
  const numbers = PLACES[place]
  return (
    <dialog ref={dialog} class="asked-dialog" aria-labelledby={id} onClose={onClose}>
      <h2 id={id}>{text.title}</h2>
      <QuestionList
        numbers={numbers}
        isOpen={numbers.length === 1}
        where={(number) => <LessonLink number={number} />}
      />
      <button type="button" class="button done" onClick={() => dialog.current?.close()}>
        {text.close}
      </button>
    </dialog>
  )
}

function LessonLink({ number }: { number: number }) {
  const { ui } = useLab()
  const text = useText(ASKED)
  const titles = useText(LESSON_TEXTS)
  const lesson = LESSONS.find(({ questions }) => questions.includes(number))
  if (lesson === undefined) return null
  return (
    <>
      {text.lesson}{' '}
      <a
        href={`#lessons?lesson=${lesson.name}`}
        onClick={(event) => {
          event.preventDefault()
          ui.lesson.value = lesson.name
          ui.view.value = 'lessons'
        }}
      >
        {titles[lesson.name].title}
      </a>
    </>
  )
}
