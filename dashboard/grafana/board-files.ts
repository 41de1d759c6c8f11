/** The dashboards as the files that Grafana is given: classic JSON, the one form that its file provisioning takes in every version since 11. */
import type { Dashboard as BuiltDashboard } from '@grafana/grafana-foundation-sdk/dashboard'
import type { Dashboard } from '@grafana/schema'
import { buildBoard } from './board.ts'
import { BOARDS } from './boards/all.ts'

/** What is left of a type in JSON: of an enumeration its values, for two packages that declare the same one differ in its name. */
type Json<T> = T extends string
  ? `${T}`
  : T extends number
    ? number
    : T extends readonly (infer Item)[]
      ? Json<Item>[]
      : T extends object
        ? { [Key in keyof T]: Json<T[Key]> }
        : T

/**
 * Left out of the comparison: `gnetId`, whose types differ between the packages and which the lab has not, and annotations,
 * whose queries the SDK declares as opaque.
 */
type Compared<D> = Json<Omit<D, 'gnetId' | 'annotations'>>

/** Compiles as long as what the SDK builds is a dashboard to Grafana's own types. */
const asGrafanaTakesIt = (built: Compared<BuiltDashboard>): Compared<Dashboard> => built

/** File name and content of every dashboard. */
export function boardFiles(): [string, string][] {
  return BOARDS.map((board) => {
    const built = buildBoard(board).build()
    return [
      `${board.name}.json`,
      `${JSON.stringify({ ...built, ...asGrafanaTakesIt(built as Compared<BuiltDashboard>) }, null, 2)}\n`,
    ]
  })
}
