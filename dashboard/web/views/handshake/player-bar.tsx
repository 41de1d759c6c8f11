/** Back, step, play, and how fast. */

import { useText } from '../../app/lab-context.ts'
import { Segments } from '../../controls/segments.tsx'
import { type Player, SPEEDS } from './player.ts'
import { HANDSHAKE } from './strings.ts'

export function PlayerBar({ player, isLive }: { player: Player; isLive: boolean }) {
  const text = useText(HANDSHAKE)
  return (
    <div class="player-bar">
      <button type="button" class="button" onClick={() => player.toStart()}>
        {text.start}
      </button>
      <button type="button" class="button" onClick={() => player.step(-1)}>
        {text.back}
      </button>
      <button type="button" class="button helpful" onClick={() => player.togglePlay()}>
        {player.isPlaying.value ? text.pause : text.play}
      </button>
      <button type="button" class="button" onClick={() => player.step(1)}>
        {text.step}
      </button>
      <button
        type="button"
        class="button"
        aria-pressed={player.playhead.value === undefined}
        onClick={() => player.toEnd()}
      >
        {isLive ? text.live : text.end}
      </button>
      <Segments
        label={text.speed}
        values={SPEEDS}
        value={player.speed.value}
        name={(speed) => `${speed}×`}
        onChoose={(speed) => {
          player.speed.value = speed
        }}
      />
    </div>
  )
}
