/**
 * A story for the handshake view: its sentences, its claims as they were counted, and each connection of its scenes segment
 * by segment, with the states that both ends really had.
 */

import { findStory, STORIES } from '../../lab/stories/catalogue.ts'
import type { Claim } from '../../lab/stories/claim.ts'
import { describeFate, isUsed } from '../../lab/stories/fate.ts'
import type { Sighting } from '../../lab/stories/sighting.ts'
import { hostOf } from '../../lab/stories/stage.ts'
import { tellStory } from '../../lab/stories/tell-story.ts'
import { describeTapSegment } from '../../server/app/tap-segment.ts'
import type { TapEnds, TapSegment } from '../../server/contract.ts'
import { MILLISECOND } from '../../tcpip/base/time.ts'
import { formatAddress } from '../../tcpip/wire/address.ts'
import { Refused } from './refusal.ts'

export interface StoryName {
  readonly name: string
  readonly summary: string
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

export interface PlayedStory extends StoryName {
  readonly seed: number
  /** As the command line prints them. */
  readonly lines: readonly string[]
  readonly claims: readonly Claim[]
  readonly flows: readonly StoryFlow[]
}

/** Connections of one scene that are shown: scenes of many show that they are many with a few. */
const FLOWS_MAX = 8

/** Plays the story called `name`. Throws Refused when there is none. */
export function playStory(name: string, seed: number, version: string): PlayedStory {
  const story = findStory(name)
  if (story === undefined) {
    throw new Refused('NOT_FOUND', `there is no story ${name}: there are ${STORIES.map((one) => one.name).join(', ')}`)
  }
  const { result, prose, scenes } = tellStory(story, seed, version)
  return {
    name,
    summary: story.summary,
    seed,
    lines: prose,
    claims: result.claims,
    flows: scenes.flatMap(({ name: scene, stage }) => flowsOf(scene, stage.sightings)),
  }
}

function flowsOf(scene: string, sightings: readonly Sighting[]): StoryFlow[] {
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
    steps: stepsOf(own),
    ended: 'story',
    dropped: 0,
  }))
}

function stepsOf(sightings: readonly Sighting[]): StoryStep[] {
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
      segment: isUsed(fate) ? told : { ...told, dropped: describeFate(fate) },
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
