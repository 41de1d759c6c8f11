/** A phrase with its meanings in colour. Colour adds nothing that the words do not say. */
import type { Phrase } from '../i18n/phrase.ts'

export function PhraseText({ phrase }: { phrase: Phrase }) {
  return (
    <>
      {phrase.map((part, i) =>
        typeof part === 'string' ? (
          part
        ) : (
          // A part has no name of its own: its place in the sentence is what it is.
          <span key={i} class={part.role}>
            {part.text}
          </span>
        ),
      )}
    </>
  )
}
