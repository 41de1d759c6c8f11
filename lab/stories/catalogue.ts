/**
 * The stories that ship with the lab, in the order in which they are best read.
 */
import { CLOSE_WAIT_LEAK } from './close-wait-leak.ts'
import { FOUR_WAY_CLOSE } from './four-way-close.ts'
import { HANDSHAKE } from './handshake.ts'
import type { Story } from './story.ts'
import { SYN_TIMEOUT } from './syn-timeout.ts'
import { TIME_WAIT_LOST_ACK } from './time-wait-lost-ack.ts'
import { TIME_WAIT_OLD_DUPLICATE } from './time-wait-old-duplicate.ts'
import { TWO_WAY_HANDSHAKE } from './two-way-handshake.ts'

export const STORIES: readonly Story[] = [
  HANDSHAKE,
  TWO_WAY_HANDSHAKE,
  SYN_TIMEOUT,
  FOUR_WAY_CLOSE,
  TIME_WAIT_LOST_ACK,
  TIME_WAIT_OLD_DUPLICATE,
  CLOSE_WAIT_LEAK,
]

export function findStory(name: string): Story | undefined {
  return STORIES.find((story) => story.name === name)
}
