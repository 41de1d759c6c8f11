/** The questions that belong to what is seen, each with its short answer behind it. */
import { useFormat, useText } from '../../app/lab-context.ts'
import { LESSONS_WORDS, QUESTIONS } from './strings.ts'

export function QuestionList({ numbers }: { numbers: readonly number[] }) {
  const text = useText(LESSONS_WORDS)
  const questions = useText(QUESTIONS)
  const format = useFormat()
  return (
    <section class="questions" aria-labelledby="lesson-questions">
      <h2 id="lesson-questions">{text.questions}</h2>
      {numbers.map((number) => {
        const entry = questions[number]
        if (entry === undefined) return null
        return (
          <details key={number} data-question={number}>
            <summary>
              {format.count(number)}. {entry.question}
            </summary>
            <p>{entry.answer}</p>
            {entry.popular !== undefined && (
              <p>
                <strong>{text.popular}</strong> {entry.popular}
              </p>
            )}
            <p class="quiet">
              {text.where} {entry.see}
            </p>
          </details>
        )
      })}
    </section>
  )
}
