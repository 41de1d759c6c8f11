/** The attacks that run, as the attackers tell, each with a button that ends it, and one that ends them all. */
import { useFormat, useLab, useText } from '../app/lab-context.ts'
import { CONTROLS } from './strings.ts'

export function RunningAttacks() {
  const { store, source, asks } = useLab()
  const text = useText(CONTROLS)
  const format = useFormat()
  const running = store.attacks.value.filter(({ to }) => to === undefined)
  if (running.length === 0) return null
  return (
    <ul class="running">
      {running.map(({ attacker, id, kind, rate, view }) => (
        <li key={`${attacker}.${id}`}>
          <span>
            <strong class="hostile">{text.kinds[kind]?.label ?? kind}</strong>{' '}
            <span class="quiet">
              {text.running(
                `${format.rate(rate)}/s`,
                format.duration(Math.max(0, view.duration - view.elapsed) * 1000),
              )}
            </span>
          </span>
          <button
            type="button"
            class="button"
            onClick={() => void asks.ask('stop', text.stop, () => source.controls.stopAttack(attacker, id))}
          >
            {text.stop}
          </button>
        </li>
      ))}
    </ul>
  )
}

/** Nothing as long as there are not several. */
export function StopAllButton() {
  const { store, source, asks } = useLab()
  const text = useText(CONTROLS)
  if (store.attacks.value.filter(({ to }) => to === undefined).length < 2) return null
  return (
    <button
      type="button"
      class="button stop-all"
      onClick={() => void asks.ask('stop', text.stopAll, () => source.controls.stopAllAttacks())}
    >
      {text.stopAll}
    </button>
  )
}
