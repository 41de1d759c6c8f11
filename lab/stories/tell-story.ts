/**
 * Tells one story: what it prints, its result.json and its capture. The same story and seed give the same bytes.
 */
import { SECOND } from '../../tcpip/base/time.ts'
import type { Language } from '../checks/language.ts'
import type { Claim } from './claim.ts'
import type { Sighting } from './sighting.ts'
import type { Stage } from './stage.ts'
import type { Story } from './story.ts'
import { Storyteller, wrap } from './storyteller.ts'

/** Version of the layout of result.json. */
const FORMAT_VERSION = 1

/** Seed of a story that is given none. */
export const DEFAULT_STORY_SEED = 1

export interface ToldStory {
  readonly lines: readonly string[]
  /** What the story itself says: no summary, no claims. */
  readonly blocks: Storyteller['blocks']
  readonly scenes: Storyteller['scenes']
  readonly result: StoryResult
  readonly capture: Uint8Array
}

export interface StoryResult {
  readonly format_version: number
  readonly story: string
  readonly summary: string
  readonly seed: number
  readonly reproduce: string
  readonly lab_version: string
  readonly passed: boolean
  readonly claims: readonly Claim[]
  readonly scenes: readonly SceneResult[]
}

interface SceneResult {
  readonly name: string
  /** Where second 0 of the scene lies in the capture. */
  readonly capture_offset_s: number
  readonly duration_s: number
  readonly packets: number
  /** Empty in scenes of thousands. */
  readonly segments: readonly SegmentResult[]
}

interface SegmentResult {
  readonly number: number
  readonly sent_s: number
  readonly arrived_s: number | null
  readonly from: string
  readonly relative: string
  readonly absolute: string
  readonly options: string
  readonly sender: { readonly before: string; readonly after: string } | null
  readonly receiver: { readonly before: string; readonly after: string } | null
  readonly fate: string
}

/** Plays a story from beginning to end. */
export function tellStory(story: Story, seed: number, labVersion: string, language: Language = 'en'): ToldStory {
  const teller = new Storyteller(seed, language)
  story.tell(teller)
  const { claims } = teller
  const result: StoryResult = {
    format_version: FORMAT_VERSION,
    story: story.name,
    summary: story.summary[language],
    seed,
    reproduce: `synlab run ${story.name} --seed ${seed}`,
    lab_version: labVersion,
    passed: claims.every(({ holds }) => holds),
    claims,
    scenes: teller.scenes.map(({ name, stage }) => sceneResult(name, stage)),
  }
  const lines = [
    `${story.name}, seed ${seed}`,
    ...wrap(story.summary[language], 0),
    '',
    ...teller.lines,
    '',
    'Counted in this run',
    '-------------------',
    ...claimLines(claims),
    '',
    'In Wireshark (capture.pcapng of --out DIR)',
    '------------------------------------------',
    ...story.wireshark.flatMap(({ filter, shows }) => [filter, ...wrap(shows, 4)]),
  ]
  return { lines, blocks: teller.blocks, scenes: teller.scenes, result, capture: teller.capture.bytes() }
}

/** Longest measured value that is printed in full; result.json has all of it. */
const CELL_COLUMNS = 34

function claimLines(claims: readonly Claim[]): string[] {
  return claims.flatMap(({ name, expected, measured, holds }) => {
    const verdict = holds ? 'ok  ' : 'FAIL'
    if (!holds) return [`${verdict}  ${name}`, ...wrap(`expected ${expected}`, 6), ...wrap(`measured ${measured}`, 6)]
    if (name.length + measured.length + 8 <= 98 && measured.length <= CELL_COLUMNS) {
      return [`${verdict}  ${name}: ${measured}`]
    }
    return [`${verdict}  ${name}:`, ...wrap(measured, 6)]
  })
}

function sceneResult(name: string, stage: Stage): SceneResult {
  return {
    name,
    capture_offset_s: stage.tap.offset,
    duration_s: stage.now / SECOND,
    packets: stage.packets,
    segments: stage.sightings.map(segmentResult),
  }
}

function segmentResult(sighting: Sighting): SegmentResult {
  const { number, at, arrivedAt, from, relative, absolute, options, sender, receiver, fate } = sighting
  return {
    number,
    sent_s: at / SECOND,
    arrived_s: arrivedAt === undefined ? null : arrivedAt / SECOND,
    from,
    relative,
    absolute,
    options,
    sender: sender ?? null,
    receiver: receiver ?? null,
    fate,
  }
}
