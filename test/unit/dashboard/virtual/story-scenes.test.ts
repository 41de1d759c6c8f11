/**
 * Stories as the handshake view shows them: the claims of the command line, connections with the states both ends had.
 */
import { describe, expect, it } from 'vitest'
import { playStory, STORY_NAMES } from '../../../../dashboard/virtual/story-scenes.ts'
import type { StoryBlock } from '../../../../lab/stories/storyteller.ts'
import { synlab } from '../../../support/processes/lab-cli.ts'

describe('a story in the page', () => {
  it.each(STORY_NAMES.map(({ name }) => name))(
    '%s has the claims and the segments of the command line',
    async (name) => {
      const story = playStory(name, 1, '0', 'en')
      const { stdout } = await synlab('run', name, '--seed', '1', '--json')
      const result = JSON.parse(stdout) as { claims: unknown; scenes: { segments: unknown[] }[] }
      expect(story.claims).toEqual(result.claims)
      expect(story.claims.every(({ holds }) => holds)).toBe(true)
      const told = result.scenes.reduce((sum, { segments }) => sum + segments.length, 0)
      const shown = story.flows.reduce((sum, { steps }) => sum + steps.length, 0)
      // A scene of thousands tells no segments one by one.
      expect(shown > 2).toBe(told > 2)
      expect(shown).toBeLessThanOrEqual(told)
    },
  )

  it('shows a handshake and a close with the states of RFC 9293', () => {
    const [flow] = playStory('four-way-close', 1, '0', 'en').flows
    const states = flow?.steps.map(({ ends }) => `${ends.client?.state} ${ends.server.state}`)
    expect(states?.slice(0, 3)).toEqual([
      'SYN-SENT SYN-RECEIVED',
      'ESTABLISHED SYN-RECEIVED',
      'ESTABLISHED ESTABLISHED',
    ])
  })

  it('is refused when there is none of that name', () => {
    expect(() => playStory('nothing', 1, '0', 'en')).toThrow('there is no story nothing: there are handshake')
  })
})

describe('a story in Chinese', () => {
  it.each(STORY_NAMES.map(({ name }) => name))('%s is the same story, told in Chinese throughout', (name) => {
    const [en, zh] = [playStory(name, 1, '0', 'en'), playStory(name, 1, '0', 'zh-CN')]
    expect(zh.blocks.map(({ kind }) => kind)).toEqual(en.blocks.map(({ kind }) => kind))
    expect(zh.claims.map(({ holds }) => holds)).toEqual(en.claims.map(({ holds }) => holds))
    expect(zh.flows.map(({ steps }) => steps.length)).toEqual(en.flows.map(({ steps }) => steps.length))
    const said = [zh.summary, ...zh.claims.map((claim) => claim.name), ...zh.blocks.flatMap(textOf)]
    // Names of settings and segments stay; a sentence does not.
    expect(
      said.filter((text) => /[a-z]{2,} [a-z]{2,} [a-z]{2,}/.test(text.replaceAll(/synlab run [\w-]+/g, ''))),
    ).toEqual([])
  })
})

function textOf(block: StoryBlock): readonly string[] {
  switch (block.kind) {
    case 'lines':
      return block.lines
    case 'table':
      return [...block.columns.map(({ title }) => title), ...block.rows.flat()]
    default:
      return [block.text]
  }
}
