#!/usr/bin/env node
/**
 * Starts the `synlab` command from a checkout, and from an installation that holds compiled code only. Compiles what is
 * older than its sources first. Plain JavaScript, because it runs before there is anything compiled.
 */
import { bringUpToDate } from './build.js'

try {
  await bringUpToDate()
} catch (error) {
  process.stderr.write(`synlab: ${error.message}\n`)
  process.exit(1)
}
await import('../dist/lab/cli.js')
