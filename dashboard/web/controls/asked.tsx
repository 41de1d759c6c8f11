/** Beside a control: what was asked and is not confirmed yet, or the lab's words when it refused. */
import { useLab, useText } from '../app/lab-context.ts'
import { CONTROLS } from './strings.ts'

export function Asked({ name }: { name: string }) {
  const { asks } = useLab()
  const text = useText(CONTROLS)
  const ask = asks.open.value.get(name)
  if (ask === undefined) return null
  if (ask.state === 'waiting') return <span class="asked">{text.asked(ask.wanted)}</span>
  return (
    <p class="refusal" role="alert">
      {text.refused(ask.message)}{' '}
      <button type="button" class="button bare" onClick={() => asks.clear(name)}>
        {text.dismiss}
      </button>
    </p>
  )
}
