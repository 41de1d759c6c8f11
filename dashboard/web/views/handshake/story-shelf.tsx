/** The lab's stories, where the lab can play them: which one, what it says, and what was counted while it played. */
import { useEffect, useState } from 'preact/hooks'
import type { PlayedStory, StoryFlow, StoryName } from '../../../virtual/story-scenes.ts'
import type { Stories } from '../../app/lab-context.ts'
import { useLab, useText } from '../../app/lab-context.ts'
import { refusalText } from '../../controls/asks.ts'
import { blocksOf } from './story-text.ts'
import { HANDSHAKE } from './strings.ts'

/** The seed of `synlab run <story>` without one. */
const SEED = 1

export function StoryMenu({ stories, onPlay }: { stories: Stories; onPlay: (story: PlayedStory) => void }) {
  const { ui } = useLab()
  const text = useText(HANDSHAKE)
  const [names, setNames] = useState<readonly StoryName[]>([])
  useEffect(() => {
    stories.names().then(setNames, () => undefined)
  }, [stories])
  const play = async (name: string): Promise<void> => {
    try {
      onPlay(await stories.play(name, SEED))
    } catch (problem) {
      ui.notice.value = text.storyFailed(refusalText(problem))
    }
  }
  return (
    <select
      aria-label={text.story}
      data-act="story"
      value=""
      onChange={(event) => {
        const { value } = event.currentTarget
        event.currentTarget.value = ''
        if (value !== '') void play(value)
      }}
    >
      <option value="">{text.story}</option>
      {names.map(({ name, summary }) => (
        <option key={name} value={name} title={summary}>
          {name}
        </option>
      ))}
    </select>
  )
}

export function StoryPanel({ story, onFlow }: { story: PlayedStory; onFlow: (flow: StoryFlow) => void }) {
  const text = useText(HANDSHAKE)
  const { name, summary, claims, flows, lines } = story
  return (
    <article class="panel story" aria-labelledby="story-name">
      <h2 id="story-name">{name}</h2>
      <p lang="en">{summary}</p>
      {flows.length > 1 && (
        <label>
          {text.scene}{' '}
          <select data-act="scene" onChange={(event) => onFlow(flows[Number(event.currentTarget.value)] as StoryFlow)}>
            {flows.map(({ scene, client, steps }, index) => (
              <option key={`${scene} ${client}`} value={index}>
                {scene}, {client} ({steps.length})
              </option>
            ))}
          </select>
        </label>
      )}
      <h3>{text.counted}</h3>
      <table class="claims" lang="en">
        <thead>
          <tr>
            <th scope="col">{text.claim}</th>
            <th scope="col">{text.expected}</th>
            <th scope="col">{text.measured}</th>
          </tr>
        </thead>
        <tbody>
          {claims.map((claim) => (
            <tr key={claim.name} data-holds={claim.holds}>
              <th scope="row">
                {claim.holds ? '✓' : '✗'} {claim.name}
              </th>
              <td>{claim.expected}</td>
              <td>{claim.measured}</td>
            </tr>
          ))}
        </tbody>
      </table>
      <div class="story-text" lang="en">
        {blocksOf(lines).map((block) =>
          block.kind === 'heading' ? (
            <h3 key={block.text}>{block.text}</h3>
          ) : block.kind === 'prose' ? (
            <p key={block.text}>{block.text}</p>
          ) : (
            <pre key={block.text}>{block.text}</pre>
          ),
        )}
      </div>
    </article>
  )
}
