/** The lab's stories, where the lab can play them: which one, what it says, and what was counted while it played. */
import { useEffect, useState } from 'preact/hooks'
import type { StoryBlock } from '../../../../lab/stories/storyteller.ts'
import type { PlayedStory, StoryName } from '../../../virtual/story-scenes.ts'
import type { Stories } from '../../app/lab-context.ts'
import { useLab, useText } from '../../app/lab-context.ts'
import { refusalText } from '../../controls/asks.ts'
import { HANDSHAKE } from './strings.ts'

/** The seed of `synlab run <story>` without one. */
export const SEED = 1

export function StoryMenu({ stories, onPlay }: { stories: Stories; onPlay: (story: PlayedStory) => void }) {
  const { ui } = useLab()
  const text = useText(HANDSHAKE)
  const [names, setNames] = useState<readonly StoryName[]>([])
  useEffect(() => {
    stories.names().then(setNames, () => undefined)
  }, [stories])
  const play = async (name: string): Promise<void> => {
    try {
      onPlay(await stories.play(name, SEED, ui.language.value))
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
        <option key={name} value={name} title={summary[ui.language.value]}>
          {name}
        </option>
      ))}
    </select>
  )
}

interface StoryHeadProps {
  readonly story: PlayedStory
  /** The connection that is shown, by its place in the story. */
  readonly flow: number
  onFlow(flow: number): void
}

/** Which story it is, and which of its connections is shown: stands above the diagram. */
export function StoryHead({ story: { name, summary, flows }, flow, onFlow }: StoryHeadProps) {
  const text = useText(HANDSHAKE)
  return (
    <section class="story-head" aria-labelledby="story-name">
      <h2 id="story-name">{name}</h2>
      <p>{summary}</p>
      {flows.length > 1 && (
        <label>
          {text.scene}{' '}
          <select data-act="scene" value={flow} onChange={(event) => onFlow(Number(event.currentTarget.value))}>
            {flows.map(({ scene, client, steps }, index) => (
              <option key={`${scene} ${client}`} value={index}>
                {scene}, {client} ({steps.length})
              </option>
            ))}
          </select>
        </label>
      )}
    </section>
  )
}

/** What the story says, and what was counted while it played. */
export function StoryText({ story: { blocks, claims } }: { story: PlayedStory }) {
  const text = useText(HANDSHAKE)
  return (
    <article class="panel story" aria-labelledby="story-name">
      <div class="story-text">
        {blocks.map((block, index) => (
          <Block key={String(index)} block={block} />
        ))}
      </div>
      <h3>{text.counted}</h3>
      <div class="story-table">
        <table class="claims">
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
      </div>
    </article>
  )
}

function Block({ block }: { block: StoryBlock }) {
  switch (block.kind) {
    case 'heading':
      return <h3>{block.text}</h3>
    case 'prose':
      return <p>{block.text}</p>
    case 'lines':
      return <StoryLines lines={block.lines} />
    case 'table':
      return <StoryTable columns={block.columns} rows={block.rows} />
  }
}

/** As they are, but that a line which is too long goes on below its own beginning. */
function StoryLines({ lines }: { lines: readonly string[] }) {
  return (
    <div class="story-lines">
      {lines.map((line, index) => (
        <p key={String(index)} style={{ marginInlineStart: `min(${line.length - line.trimStart().length}ch, 20%)` }}>
          {line.trim()}
        </p>
      ))}
    </div>
  )
}

function StoryTable({ columns, rows }: Omit<Extract<StoryBlock, { kind: 'table' }>, 'kind'>) {
  return (
    <div class="story-table">
      <table>
        <thead>
          <tr>
            {columns.map(({ title, group, align }) => (
              <th key={`${group} ${title}`} scope="col" class={align}>
                {group === undefined ? title : `${group}: ${title}`}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={row.join(' ')}>
              {row.map((cell, index) => (
                <td key={columns[index]?.title} class={columns[index]?.align}>
                  {cell}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}
