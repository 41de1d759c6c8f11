/**
 * Runs every script under `scripts/`, one test each. The environment variable SYNLAB_PKT adds a file or a directory of
 * other scripts, which run as packetdrill itself would run them.
 */
import { existsSync, readFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, it } from 'vitest'
import { EndpointStack } from './endpoint-stack.ts'
import { parseScript } from './language/parser.ts'
import { ScriptError } from './language/script-error.ts'
import { runScript } from './runner/run.ts'
import { PACKETDRILL_SETTINGS, type Settings, STRICT_SETTINGS } from './runner/settings.ts'
import { readScript, scriptsIn } from './script-file.ts'

const SCRIPTS = fileURLToPath(new URL('scripts', import.meta.url))

function run(path: string, name: string, settings: Readonly<Settings>): void {
  try {
    runScript(parseScript(readFileSync(path, 'utf8')), (address) => new EndpointStack(address), settings)
  } catch (error) {
    if (!(error instanceof ScriptError)) throw error
    const refusal = error.kind === 'unsupported' ? `unsupported: ${error.message} at line ${error.line}` : error.message
    throw makeFailure(`${name}:${error.line}: ${refusal}`)
  }
}

/** An error without a stack: the place that matters is not in the interpreter. */
function makeFailure(message: string): Error {
  const failure = new Error(message)
  failure.stack = message
  return failure
}

describe('our scripts', () => {
  const paths = scriptsIn(SCRIPTS).filter((path) => readScript(path).only?.stack !== 'kernel')
  it.each(paths.map((path) => relative(SCRIPTS, path)))('%s', (name) => {
    run(join(SCRIPTS, name), name, STRICT_SETTINGS)
  })
})

/** Runs what SYNLAB_PKT names. */
function describeExternal(path: string): void {
  const found = existsSync(path) ? scriptsIn(path) : []
  it.each(found)('%s', (script) => {
    run(script, script, PACKETDRILL_SETTINGS)
  })
  if (found.length > 0) return
  it('are there', () => {
    const problem = existsSync(path) ? 'has no .pkt file in it' : 'does not exist'
    throw makeFailure(`SYNLAB_PKT: "${path}" ${problem}`)
  })
}

const external = process.env.SYNLAB_PKT
if (external !== undefined) describe('scripts named by SYNLAB_PKT', () => describeExternal(external))
