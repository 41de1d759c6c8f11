/**
 * The query of an event stream: `?events=a,b` names what a listener wants to hear. Events that cost something to make are
 * told to those alone who name them.
 */
import { type Static, Type } from 'typebox'
import { ApiError } from './errors.ts'

export const EventsQuery = Type.Object({ events: Type.Optional(Type.String()) }, { additionalProperties: false })

/** The events that are wanted: `usual` by default. Throws an ApiError for a name that is in neither list. */
export function wantedEvents(
  { events }: Static<typeof EventsQuery>,
  usual: readonly string[],
  onRequest: readonly string[],
): ReadonlySet<string> {
  if (events === undefined) return new Set(usual)
  const names = events.split(',')
  const allowed = [...usual, ...onRequest]
  const unknown = names.find((name) => !allowed.includes(name))
  if (unknown === undefined) return new Set(names)
  const message = `events: ${JSON.stringify(unknown)} is not one of ${allowed.join(', ')}`
  throw new ApiError('BAD_VALUE', message, 'events')
}
