#!/usr/bin/env node
/**
 * The `synlab` command. What it can do is in cli/program.ts; this file is only the process around it.
 */
import { EXIT_FAILURE, EXIT_OK } from './cli/exit-code.ts'
import { main } from './cli/main.ts'

// A reader that has seen enough (`synlab run classic --json | head`) is no error; a full disk behind `>` is one.
process.stdout.on('error', ({ code, message }: NodeJS.ErrnoException) => {
  if (code === 'EPIPE') process.exit(EXIT_OK)
  process.stderr.write(`synlab: cannot write the output: ${message}\n`)
  process.exit(EXIT_FAILURE)
})
// Where not even that can be said, the exit status has to do.
process.stderr.on('error', () => process.exit(EXIT_FAILURE))

process.exitCode = await main(process.argv.slice(2))
