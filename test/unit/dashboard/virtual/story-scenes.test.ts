/**
 * Stories as the handshake view shows them: the claims of the command line, connections with the states both ends had.
 */
import { describe, expect, it } from 'vitest'
import { playStory, STORY_NAMES } from '../../../../dashboard/virtual/story-scenes.ts'
import { blocksOf } from '../../../../dashboard/web/views/handshake/story-text.ts'
import { synlab } from '../../../support/processes/lab-cli.ts'

describe('a story in the page', () => {
  it.each(STORY_NAMES.map(({ name }) => name))(
    '%s has the claims and the segments of the command line',
    async (name) => {
      const story = playStory(name, 1, '0')
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
    const [flow] = playStory('four-way-close', 1, '0').flows
    const states = flow?.steps.map(({ ends }) => `${ends.client?.state} ${ends.server.state}`)
    expect(states?.slice(0, 3)).toEqual([
      'SYN-SENT SYN-RECEIVED',
      'ESTABLISHED SYN-RECEIVED',
      'ESTABLISHED ESTABLISHED',
    ])
  })

  it('is refused when there is none of that name', () => {
    expect(() => playStory('nothing', 1, '0')).toThrow('there is no story nothing: there are handshake')
  })
})

describe('the text of a story', () => {
  it('is taken apart into headings, prose, and lines', () => {
    expect(
      blocksOf(['', 'Two words', '---------', 'A sentence that', 'goes on.', '', '  1  a segment', '     below it']),
    ).toEqual([
      { kind: 'heading', text: 'Two words' },
      { kind: 'prose', text: 'A sentence that goes on.' },
      { kind: 'lines', text: '  1  a segment\n     below it' },
    ])
  })
})
