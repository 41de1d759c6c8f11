/**
 * A run as the part of an address behind `#`, for the page that carries the whole lab: which scenario, what is changed in
 * it, and its seed. The page is a file; what stands there never leaves it.
 */
import { deflateSync, inflateSync, strFromU8, strToU8 } from 'fflate'
import { fromBase64, toBase64 } from '../../tcpip/base/base64.ts'

/** The page's file, beside a report. */
export const PAGE_FILE = 'synlab.html'

/** A link that holds more text than this is none of ours, bytes. */
const TEXT_BYTES_MAX = 1_048_576

export interface PageRun {
  /** The name of a scenario that ships with the lab; of a text, what its author calls it. */
  readonly scenario: string
  /** Undefined for a scenario that ships with the lab. */
  readonly text?: string | undefined
  /** Changes of it, each `key=value`. */
  readonly set: readonly string[]
  /** The scenario's own when undefined. */
  readonly seed?: number | undefined
  /** Attacks wait for a click; otherwise they come when the scenario says. */
  readonly isByHand: boolean
}

/** Why a link opens nothing. */
export type LinkProblem =
  | { readonly kind: 'version'; readonly version: string }
  | { readonly kind: 'broken'; readonly parameter: string }

/** The names of the parameters that say a run. */
export const LINK_PARAMETERS = ['v', 'scenario', 'text', 'set', 'seed', 'hand'] as const

/** The parameters that say `run`, for a page of version `version`. */
export function linkParameters(run: PageRun, version: string): Record<string, string> {
  return {
    v: version,
    scenario: run.scenario,
    ...(run.text === undefined ? {} : { text: packText(run.text) }),
    ...(run.set.length === 0 ? {} : { set: run.set.join('\n') }),
    ...(run.seed === undefined ? {} : { seed: String(run.seed) }),
    ...(run.isByHand ? { hand: '1' } : {}),
  }
}

/** Where the page shows `run`, as an address relative to the page's folder. */
export function pageLink(run: PageRun, version: string): string {
  const parameters = Object.entries(linkParameters(run, version))
  return `${PAGE_FILE}#control-room?${parameters.map(([name, value]) => `${name}=${encodeURIComponent(value)}`).join('&')}`
}

/** The run that `parameters` say; undefined when they say none. */
export function parseLink(
  parameters: Readonly<Record<string, string>>,
  version: string,
): PageRun | LinkProblem | undefined {
  const { v = '', scenario, text, set = '', seed, hand } = parameters
  if (scenario === undefined) return undefined
  if (v !== version) return { kind: 'version', version: v }
  const unpacked = text === undefined ? undefined : unpackText(text)
  if (text !== undefined && unpacked === undefined) return { kind: 'broken', parameter: 'text' }
  if (seed !== undefined && !(/^\d{1,16}$/.test(seed) && Number.isSafeInteger(Number(seed)))) {
    return { kind: 'broken', parameter: 'seed' }
  }
  return {
    scenario,
    text: unpacked,
    set: set === '' ? [] : set.split('\n'),
    seed: seed === undefined ? undefined : Number(seed),
    isByHand: hand === '1',
  }
}

export function isLinkProblem(parsed: PageRun | LinkProblem): parsed is LinkProblem {
  return 'kind' in parsed
}

/** DEFLATE (RFC 1951) as base64url (RFC 4648 section 5). */
function packText(text: string): string {
  return toBase64(deflateSync(strToU8(text), { level: 9 }))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replace(/=+$/, '')
}

function unpackText(packed: string): string | undefined {
  const bytes = fromBase64(packed.replaceAll('-', '+').replaceAll('_', '/'))
  if (bytes === undefined) return undefined
  try {
    // A few bytes can stand for gigabytes: what does not fit is cut off, and then it is refused.
    const unpacked = inflateSync(bytes, { out: new Uint8Array(TEXT_BYTES_MAX + 1) })
    return unpacked.length > TEXT_BYTES_MAX ? undefined : strFromU8(unpacked)
  } catch {
    return undefined
  }
}
