/**
 * The bundle of a worksheet: who ran which variant when, what was answered, and what the run showed, each part with its
 * hash and the whole with a seal. Made by the tool and never by hand; what it claims is found again by running it again.
 */
import { createHash, createHmac } from 'node:crypto'
import Type, { type Static } from 'typebox'
import { canonicalJson } from '../bundle/canonical-json.ts'
import { LANGUAGES } from '../checks/language.ts'
import { jsonText, parseFile } from './json-file.ts'
import { SHEET_LETTERS } from './sheet.ts'

const FORMAT = { format: 'synlab-sheet', format_version: 1 } as const

const Values = Type.Record(Type.String(), Type.Union([Type.Number(), Type.String()]))
const Hash = Type.String({ pattern: '^[0-9a-f]{64}$' })

const SheetBundle = Type.Object(
  {
    format: Type.String(),
    format_version: Type.Integer(),
    synlab_version: Type.String(),
    course: Type.String(),
    student: Type.String(),
    sheet: Type.Enum([...SHEET_LETTERS]),
    sheet_version: Type.Integer(),
    language: Type.Enum([...LANGUAGES]),
    seed: Type.Integer({ minimum: 0 }),
    variant: Type.Record(Type.String(), Type.Number()),
    run: Type.Object(
      {
        id: Type.String({ pattern: '^[0-9a-f-]{36}$' }),
        /** When it was run, by the clock of the machine: ISO 8601, UTC. */
        time: Type.String({ pattern: '^\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d{3}Z$' }),
        /** Whether the change was run as well. */
        extent: Type.Enum(['main', 'whole']),
      },
      { additionalProperties: false },
    ),
    answers: Values,
    /** What the experiment shows in virtual time. */
    observed: Values,
    /** What it showed on live processes; empty when it was not run on them. */
    live: Type.Record(Type.String(), Type.Number()),
    hashes: Type.Object({ variant: Hash, answers: Hash, observed: Hash, live: Hash }, { additionalProperties: false }),
    seal: Hash,
  },
  { additionalProperties: false },
)
export type SheetBundle = Static<typeof SheetBundle>

/** Parts with a hash of their own, so that it can be said which one was changed. */
export const HASHED_PARTS = ['variant', 'answers', 'observed', 'live'] as const
export type HashedPart = (typeof HASHED_PARTS)[number]

/** What a bundle says, before it is hashed and sealed. */
export type SheetRecord = Omit<SheetBundle, 'format' | 'format_version' | 'hashes' | 'seal'>

export function sealBundle(record: SheetRecord, sealKey: string): SheetBundle {
  const hashes = Object.fromEntries(HASHED_PARTS.map((part) => [part, hashOf(record[part])])) as SheetBundle['hashes']
  const whole = { ...FORMAT, ...record, hashes }
  return { ...whole, seal: sealOf(whole, sealKey) }
}

/** The first part that is not what its hash says. */
export function changedPart(bundle: SheetBundle): HashedPart | undefined {
  return HASHED_PARTS.find((part) => hashOf(bundle[part]) !== bundle.hashes[part])
}

/** Whether the bundle was made with this key, and has not been changed since. */
export function isSealed(bundle: SheetBundle, sealKey: string): boolean {
  const { seal, ...whole } = bundle
  return sealOf(whole, sealKey) === seal
}

export function bundleText(bundle: SheetBundle): string {
  return jsonText(bundle)
}

/** Throws UsageError when the text is no bundle of a worksheet of this version. */
export function parseBundle(path: string, text: string): SheetBundle {
  return parseFile(path, text, FORMAT, SheetBundle)
}

function hashOf(part: unknown): string {
  return createHash('sha256').update(canonicalJson(part)).digest('hex')
}

function sealOf(whole: Omit<SheetBundle, 'seal'>, sealKey: string): string {
  return createHmac('sha256', Buffer.from(sealKey, 'hex')).update(canonicalJson(whole)).digest('hex')
}
