/** The keys of time, in place of those with which a live page looks back. */
import type { TimeKeeper } from './time-keeper.ts'

const SECOND_MS = 1000

/** Whether `key` moved time; with Shift, an arrow moves ten times as far. */
export function pressTime(time: TimeKeeper, key: string, isShift: boolean): boolean {
  const far = SECOND_MS * (isShift ? 10 : 1)
  const { at, furthest } = time.state.peek()
  switch (key) {
    case ' ':
      time.toggle()
      return true
    case 'ArrowLeft':
      void time.goTo(at - far)
      return true
    case 'ArrowRight':
      if (at < furthest) void time.goTo(at + far)
      else void time.step('second')
      return true
    case 'Home':
      void time.goTo(0)
      return true
    case 'End':
      void time.goTo(furthest)
      return true
    case '.':
      void time.step('packet')
      return true
    case ',':
      void time.step('event')
      return true
    case '+':
      time.shift(1)
      return true
    case '-':
      time.shift(-1)
      return true
    default:
      return false
  }
}
