/**
 * A story for the handshake view: its sentences, its claims as they were counted, and each connection of its scenes segment
 * by segment, with the states that both ends really had.
 */

import type { Language, Words } from '../../lab/checks/language.ts'
import { findStory, STORIES } from '../../lab/stories/catalogue.ts'
import type { Claim } from '../../lab/stories/claim.ts'
import { describeFate, isUsed } from '../../lab/stories/fate.ts'
import type { Sighting } from '../../lab/stories/sighting.ts'
import { hostOf } from '../../lab/stories/stage.ts'
import type { StoryBlock } from '../../lab/stories/storyteller.ts'
import { tellStory } from '../../lab/stories/tell-story.ts'
import { describeTapSegment } from '../../server/app/tap-segment.ts'
import type { TapEnds, TapSegment } from '../../server/contract.ts'
import { MILLISECOND } from '../../tcpip/base/time.ts'
import { formatAddress } from '../../tcpip/wire/address.ts'
import { Refused } from './refusal.ts'

export interface StoryName {
  readonly name: string
  readonly summary: Words
}

export const STORY_NAMES: readonly StoryName[] = STORIES.map(({ name, summary }) => ({ name, summary }))

export interface StoryStep {
  /** When it arrived, or left if it never did; milliseconds of the scene. */
  readonly at: number
  readonly segment: TapSegment
  readonly ends: TapEnds
}

export interface StoryFlow {
  readonly scene: string
  readonly client: string
  readonly server: string
  readonly isHonest: boolean | undefined
  readonly steps: readonly StoryStep[]
  readonly ended: string
  readonly dropped: number
}

export interface PlayedStory {
  readonly name: string
  readonly summary: string
  readonly seed: number
  readonly language: Language
  /** What the command line prints, part by part. */
  readonly blocks: readonly StoryBlock[]
  readonly claims: readonly Claim[]
  readonly flows: readonly StoryFlow[]
}

/** Connections of one scene that are shown: scenes of many show that they are many with a few. */
const FLOWS_MAX = 8

/** Plays the story called `name` and tells it in `language`. Throws Refused when there is none. */
export function playStory(name: string, seed: number, version: string, language: Language): PlayedStory {
  const story = findStory(name)
  if (story === undefined) {
    throw new Refused('NOT_FOUND', `there is no story ${name}: there are ${STORIES.map((one) => one.name).join(', ')}`)
  }
  const { result, blocks, scenes } = tellStory(story, seed, version, language)
  return {
    name,
    summary: result.summary,
    seed,
    language,
    blocks,
    claims: result.claims,
    flows: scenes.flatMap(({ name: scene, stage }) => flowsOf(scene, stage.sightings, language)),
  }
}

function flowsOf(scene: string, sightings: readonly Sighting[], language: Language): StoryFlow[] {
  const flows = new Map<string, Sighting[]>()
  for (const sighting of sightings) {
    const key = clientOf(sighting)
    const flow = flows.get(key)
    if (flow !== undefined) flow.push(sighting)
    else if (flows.size < FLOWS_MAX) flows.set(key, [sighting])
  }
  return [...flows].map(([client, own]) => ({
    scene,
    client,
    server: serverOf(own[0] as Sighting),
    // Who forges a sender's address is heard by nobody at that address.
    isHonest: own.some(({ from }) => from === 'client'),
    steps: stepsOf(own, language),
    ended: 'story',
    dropped: 0,
  }))
}

function stepsOf(sightings: readonly Sighting[], language: Language): StoryStep[] {
  let ends: TapEnds = { client: { state: 'CLOSED' }, server: { state: 'LISTEN' } }
  return sightings.map((sighting) => {
    const { segment, sender, receiver, fate, at, arrivedAt } = sighting
    const isToServer = hostOf(segment.destination) === 'server'
    const before = { client: ends.client?.state ?? 'CLOSED', server: ends.server.state }
    const after = { sender: sender?.after, receiver: receiver?.after }
    const [client, server] = isToServer ? [after.sender, after.receiver] : [after.receiver, after.sender]
    ends = { client: { state: client ?? before.client }, server: { state: server ?? before.server } }
    const told = describeTapSegment(segment, isToServer ? 'to-server' : 'to-client')
    return {
      at: (arrivedAt ?? at) / MILLISECOND,
      segment: isUsed(fate) ? told : { ...told, dropped: describeFate(fate, language) },
      ends,
    }
  })
}

function clientOf({ segment }: Sighting): string {
  return hostOf(segment.destination) === 'server'
    ? `${formatAddress(segment.source)}:${segment.sourcePort}`
    : `${formatAddress(segment.destination)}:${segment.destinationPort}`
}

function serverOf({ segment }: Sighting): string {
  return hostOf(segment.destination) === 'server'
    ? `${formatAddress(segment.destination)}:${segment.destinationPort}`
    : `${formatAddress(segment.source)}:${segment.sourcePort}`
}
