/** Questions as courses and interviews ask them, each with its answer behind it. */
import type { ComponentChildren } from 'preact'
import { useFormat, useText } from '../app/lab-context.ts'
import type { Question } from './questions.en.ts'
import { QUESTIONS } from './questions.ts'
import './questions.css'
import { ASKED } from './strings.ts'

interface QuestionListProps {
  readonly numbers: readonly number[]
  /** What stands below an answer: where it can be seen. */
  readonly where: (number: number, question: Question) => ComponentChildren
  /** An only question needs no second click. */
  readonly isOpen?: boolean
}

export function QuestionList({ numbers, where, isOpen = false }: QuestionListProps) {
  const text = useText(ASKED)
  const questions = useText(QUESTIONS)
  const format = useFormat()
  return (
    <div class="questions">
      {numbers.map((number) => {
        const entry = questions[number]
        if (entry === undefined) return null
        return (
          <details key={number} data-question={number} open={isOpen}>
            <summary>
              {format.count(number)}. {entry.question}
            </summary>
            <p>{entry.answer}</p>
            {entry.popular !== undefined && (
              <p>
                <strong>{text.popular}</strong> {entry.popular}
              </p>
            )}
            <p class="quiet">{where(number, entry)}</p>
          </details>
        )
      })}
    </div>
  )
}
