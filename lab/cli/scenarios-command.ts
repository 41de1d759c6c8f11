/**
 * `synlab scenarios`: what can be run by name.
 */

import { bundledNames, readScenario } from '../files/scenario-source.ts'
import { formatTable } from '../report/text-table.ts'
import { loadScenario } from '../scenario/load.ts'
import { resolveScenario } from '../scenario/resolve.ts'
import { STORIES } from '../stories/catalogue.ts'
import { DEFAULT_STORY_SEED } from '../stories/tell-story.ts'
import { EXIT_OK } from './exit-code.ts'
import type { Output } from './output.ts'

/** Prints the scenarios and stories that ship with the lab; returns the exit status. */
export function scenariosCommand(json: boolean, { stdout }: Output): number {
  const scenarios = bundledNames().map((name) => resolveScenario(loadScenario(readScenario(name))))
  if (json) {
    const rows = scenarios.map(({ name, description, seed, duration, arms }) => ({
      name,
      description,
      seed,
      duration_s: duration,
      arms: arms.map((arm) => arm.name),
    }))
    const stories = STORIES.map(({ name, summary }) => ({
      name,
      description: summary.en,
      seed: DEFAULT_STORY_SEED,
      kind: 'story',
    }))
    stdout.write(`${JSON.stringify([...rows, ...stories], null, 2)}\n`)
    return EXIT_OK
  }
  const rows = scenarios.map(({ name, description, duration, arms }) => [
    name,
    `${duration} s`,
    arms.map((arm) => arm.name).join(', '),
    firstSentence(description),
  ])
  const lines = formatTable(
    [
      { title: 'scenario', align: 'left' },
      { title: 'length', align: 'right' },
      { title: 'arms', align: 'left' },
      { title: 'what it shows', align: 'left' },
    ],
    rows,
  )
  const stories = formatTable(
    [
      { title: 'story', align: 'left' },
      { title: 'what it tells', align: 'left' },
    ],
    STORIES.map(({ name, summary }) => [name, summary.en]),
  )
  stdout.write(`${[...lines, '', ...stories].join('\n')}\n`)
  return EXIT_OK
}

function firstSentence(text: string): string {
  return /^.*?[.!?](?=\s|$)/s.exec(text)?.[0].replaceAll(/\s+/g, ' ') ?? text
}
