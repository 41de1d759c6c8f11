/**
 * What a thing can be told, as data: the shape that the knobs of the server and the parameters of attacks share. Schemas,
 * flags, documentation and the page's controls are made from it.
 */

interface Described {
  /** What it is, as the end of a sentence. */
  readonly about: string
  /** What Linux calls it: a sysctl, a socket option, the argument of a call. */
  readonly linux?: string
  /** Of its value, such as `seconds`. */
  readonly unit?: string
  /** It only means something beside certain values of another parameter. */
  readonly onlyWith?: { readonly parameter: string; readonly values: readonly string[] }
}

export interface NumberParameter extends Described {
  readonly type: 'number' | 'integer'
  /** Inclusive. */
  readonly min: number
  readonly max: number
  readonly default: number
  /** What each value means, from `min` to `max`: of an integer that is a choice. */
  readonly meanings?: readonly string[]
}

export interface SwitchParameter extends Described {
  readonly type: 'boolean'
  readonly default: boolean
}

export interface ChoiceParameter extends Described {
  readonly type: 'choice'
  readonly choices: readonly string[]
  readonly default: string
}

/** An IPv4 prefix inside the addresses that may be spoofed, as text. */
export interface SourcesParameter extends Described {
  readonly type: 'sources'
  readonly default: string
}

/** The name of a file that the lab has been given; it has no default. */
export interface FileParameter extends Described {
  readonly type: 'file'
}

/** The host that a recorded attack was meant for, as text: an address, or address:port; by default the recording tells. */
export interface VictimParameter extends Described {
  readonly type: 'victim'
}

export type Parameter =
  | NumberParameter
  | SwitchParameter
  | ChoiceParameter
  | SourcesParameter
  | FileParameter
  | VictimParameter

/** The values that a number may have, such as `0 to 60 seconds`. */
export function rangeOf({ min, max, unit }: Pick<NumberParameter, 'min' | 'max' | 'unit'>): string {
  return unit === undefined ? `${min} to ${max}` : `${min} to ${max} ${unit}`
}
