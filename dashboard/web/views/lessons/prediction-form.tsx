/** A number goes in before anything runs. */
import { useId, useState } from 'preact/hooks'
import { useFormat, useText } from '../../app/lab-context.ts'
import type { Prediction } from './lesson.ts'
import { LESSONS_WORDS } from './strings.ts'

interface PredictionFormProps {
  readonly prediction: Prediction
  /** What was predicted for the run that is on; undefined before the first. */
  readonly given: number | undefined
  readonly isReady: boolean
  readonly isWaiting: boolean
  onGive(predicted: number): void
}

export function PredictionForm({ prediction, given, isReady, isWaiting, onGive }: PredictionFormProps) {
  const text = useText(LESSONS_WORDS)
  const format = useFormat()
  const id = useId()
  const [typed, setTyped] = useState('')
  const [isWrong, setIsWrong] = useState(false)
  const number = Number(typed)
  const isNumber = typed.trim() !== '' && number >= 0 && number <= prediction.max
  return (
    <form
      class="prediction"
      noValidate
      onSubmit={(event) => {
        event.preventDefault()
        setIsWrong(!isNumber)
        if (isNumber) onGive(number)
      }}
    >
      <label for={id}>{text.yourPrediction}</label>
      <input
        id={id}
        type="number"
        inputMode="decimal"
        min={0}
        max={prediction.max}
        step="any"
        value={typed}
        aria-invalid={isWrong}
        onInput={(event) => setTyped(event.currentTarget.value)}
      />
      <span>{text.units[prediction.unit]}</span>
      <button type="submit" class={given === undefined ? 'button helpful' : 'button'} disabled={!isReady || isWaiting}>
        {given === undefined ? text.begin : text.again}
      </button>
      {isWrong && <p role="alert">{text.noNumber(format.count(prediction.max))}</p>}
      {isWaiting && <p role="status">{text.preparing}</p>}
      {!isReady && <p role="status">{text.labAway}</p>}
      {given === undefined && <p class="quiet">{text.beginAbout}</p>}
    </form>
  )
}
