/**
 * `npm run bench`: every benchmark, one after the other, each in processes of its own. Measures compiled output.
 */
import { execFileSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'

const BENCHMARKS = ['syn', 'http', 'scenario', 'primitives']

for (const name of BENCHMARKS) {
  console.log(`\n== ${name}`)
  execFileSync(process.execPath, [fileURLToPath(new URL(`./${name}.bench.js`, import.meta.url))], { stdio: 'inherit' })
}
