/**
 * `npm run test:kernel`: holds the endpoint against the kernel of this machine, in network namespaces without a way out.
 * Plays our own scripts on the kernel. Ends with 1 when anything differs that has no reason.
 */
import { parseArgs } from 'node:util'
import { obstacle } from './kernel-end.ts'
import { OWN_SCRIPTS, playScripts } from './scripts.ts'

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { brief: { type: 'boolean', default: false } },
})

const why = await obstacle()
if (why !== undefined) {
  const isRequired = (process.env.SYNLAB_REQUIRE_TOOLS ?? '') !== ''
  console.error(`${isRequired ? 'FAILED' : 'skipped'}: "on the kernel": ${why}.`)
  process.exit(isRequired ? 1 : 0)
}

const paths = positionals.length > 0 ? positionals : [OWN_SCRIPTS]
const scripts = await playScripts(paths, values.brief, (failure) => console.error(failure))
console.log(`our scripts on the kernel: ${scripts.passed} passed, ${scripts.failed} failed`)
for (const [reason, count] of scripts.endpointOnly) console.log(`  ${count} true of the endpoint only: ${reason}`)
if (scripts.long > 0) console.log(`  ${scripts.long} take longer than a brief run has`)
if (scripts.failed > 0) process.exitCode = 1
