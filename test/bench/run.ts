/**
 * `npm run bench`: every benchmark, one after the other, each in processes of its own. Measures compiled output. Fails,
 * and says which, when a benchmark does not come to its end or a bound that decides does not hold.
 */
import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'

const BENCHMARKS = ['syn', 'generator', 'http', 'scenario', 'primitives', 'page', 'live-page']

const failed = BENCHMARKS.filter((name) => {
  console.log(`\n== ${name}`)
  const file = fileURLToPath(new URL(`./${name}.bench.js`, import.meta.url))
  return spawnSync(process.execPath, [file], { stdio: 'inherit' }).status !== 0
})
if (failed.length > 0) {
  console.error(`\nFAILED: ${failed.join(', ')}; the reason is above, under that name`)
  process.exitCode = 1
}
