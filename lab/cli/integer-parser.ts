/**
 * Flags whose value is an integer.
 */
import { InvalidArgumentError } from 'commander'

/** A parser of integers from `min` to `max` for Commander, which turns what it throws into the one line of an error. */
export function integerParser(min: number, max: number): (text: string) => number {
  return (text) => {
    const value = Number(text)
    if (!/^-?\d+$/.test(text) || !(value >= min && value <= max)) {
      throw new InvalidArgumentError(`Must be an integer from ${min} to ${max}.`)
    }
    return value
  }
}
