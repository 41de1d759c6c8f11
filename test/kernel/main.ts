/**
 * `npm run test:kernel`: holds the endpoint against the kernel of this machine, in network namespaces without a way out.
 * Plays our own scripts on the kernel, or with `--seeds N` N random programs on both. Ends with 1 when a script fails, or
 * when more programs differ than docs/fidelity.md allows.
 */
import { parseArgs } from 'node:util'
import { obstacle } from './kernel-end.ts'
import { OWN_SCRIPTS, playScripts } from './scripts.ts'
import { playSeeds } from './seeds.ts'
import { playSteadyStates } from './steady-states.ts'

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    brief: { type: 'boolean', default: false },
    seeds: { type: 'string' },
    steady: { type: 'boolean', default: false },
    from: { type: 'string', default: '1' },
  },
})

const why = await obstacle()
if (why !== undefined) {
  const isRequired = (process.env.SYNLAB_REQUIRE_TOOLS ?? '') !== ''
  console.error(`${isRequired ? 'FAILED' : 'skipped'}: "on the kernel": ${why}.`)
  process.exit(isRequired ? 1 : 0)
}

if (values.steady) process.exitCode = (await playSteadyStates()) ? 0 : 1
else if (values.seeds !== undefined) {
  process.exitCode = (await playSeeds(number('from', values.from), number('seeds', values.seeds))) ? 0 : 1
} else {
  await playOwnScripts()
}

function number(name: string, text: string): number {
  if (/^\d{1,9}$/.test(text)) return Number(text)
  console.error(`--${name}: "${text}" is no whole number from 0 to 999999999`)
  process.exit(2)
}

async function playOwnScripts(): Promise<void> {
  const paths = positionals.length > 0 ? positionals : [OWN_SCRIPTS]
  const scripts = await playScripts(paths, values.brief, (failure) => console.error(failure))
  const { passed, failed, refused, again } = scripts
  console.log(`scripts on the kernel: ${passed} passed, ${failed} failed, ${refused} refused`)
  if (again > 0) console.log(`  ${again} played again, as a failure counts when the kernel shows it three times`)
  for (const [reason, count] of scripts.endpointOnly) console.log(`  ${count} true of the endpoint only: ${reason}`)
  if (scripts.long > 0) console.log(`  ${scripts.long} take longer than a brief run has`)
  if (failed + refused > 0) process.exitCode = 1
}
