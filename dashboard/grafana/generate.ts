/**
 * Makes dashboards/*.json from boards/: `npm run dashboards`. The JSON is committed, because Grafana reads files and not
 * programs; a test keeps the two in step.
 */
import { mkdirSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { boardFiles } from './board-files.ts'

const folder = fileURLToPath(new URL('../../../dashboard/grafana/dashboards/', import.meta.url))
mkdirSync(folder, { recursive: true })
for (const [name, text] of boardFiles()) {
  writeFileSync(folder + name, text)
  process.stdout.write(`dashboard/grafana/dashboards/${name}\n`)
}
