/** Where on the page each question can be asked: beside the thing that shows its answer. By number, from 1. */
export const PLACES = {
  'syn-queue': [9, 10, 11, 13],
  'accept-queue': [12, 24],
  waits: [6],
  defenses: [17],
  handshake: [1, 2, 3, 4, 5, 7, 8, 18],
  cookie: [14, 15, 16],
  states: [18, 23, 25],
  'time-wait': [19, 20, 21],
  'close-wait': [22],
} as const satisfies Readonly<Record<string, readonly number[]>>

export type Place = keyof typeof PLACES
