/** The words around the questions, in English. The questions themselves stand in questions.en.ts. */
export interface AskedText {
  /** Of the mark beside a thing. */
  readonly here: string
  readonly title: string
  readonly popular: string
  readonly where: string
  readonly lesson: string
  readonly close: string
}

export const ASKED_EN: AskedText = {
  here: 'Questions about this',
  title: 'Asked in courses and interviews',
  popular: 'What the popular answer gets wrong:',
  where: 'See it:',
  lesson: 'Lesson:',
  close: 'Close',
}
