/** Reads Prometheus' recording and alert rules. */
import { readdirSync, readFileSync } from 'node:fs'
import { parse } from 'yaml'

const FOLDER = new URL('../../../dashboard/prometheus/rules/', import.meta.url).pathname

export interface Rule {
  /** One of the two. */
  readonly record?: string
  readonly alert?: string
  readonly expr: string
  readonly labels?: Readonly<Record<string, string>>
  readonly annotations?: { readonly summary: string; readonly description: string }
}

interface RuleFile {
  readonly groups: readonly { readonly rules: readonly Rule[] }[]
}

export function readRules(): Rule[] {
  return readdirSync(FOLDER).flatMap((name) =>
    (parse(readFileSync(FOLDER + name, 'utf8')) as RuleFile).groups.flatMap((group) => group.rules),
  )
}
