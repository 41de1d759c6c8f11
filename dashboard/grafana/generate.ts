/**
 * `npm run dashboards`: makes dashboards/*.json and docs/metrics.md. They are committed, because Grafana and readers take files
 * and not programs; a test keeps them in step.
 */
import { writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { boardFiles } from './board-files.ts'
import { metricsDocument } from './metrics-document.ts'

const root = fileURLToPath(new URL('../../../', import.meta.url))

function write(file: string, text: string): void {
  writeFileSync(root + file, text)
  process.stdout.write(`${file}\n`)
}

for (const [name, text] of boardFiles()) write(`dashboard/grafana/dashboards/${name}`, text)
write('docs/metrics.md', metricsDocument())
