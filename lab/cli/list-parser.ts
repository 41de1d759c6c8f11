/**
 * Flags whose value is a list with commas, and flags whose value is one of a few words.
 */
import { InvalidArgumentError } from 'commander'

/** A parser of lists for Commander; each item is parsed by `parse`. An item that comes twice counts once. */
export function listParser<T>(parse: (text: string) => T): (text: string) => T[] {
  return (text) => [...new Set(text.split(',').map((item) => parse(item.trim())))]
}

/** A parser of the words of `values` for Commander. */
export function wordParser<T>(values: Readonly<Record<string, T>>): (text: string) => T {
  return (text) => {
    const value = values[text]
    if (!Object.hasOwn(values, text) || value === undefined) {
      throw new InvalidArgumentError(`Must be ${Object.keys(values).join(' or ')}.`)
    }
    return value
  }
}
