#!/usr/bin/env node
/**
 * The `synlab` command. What it can do is in cli/program.ts; this file is only the process around it.
 */
import { main } from './cli/main.ts'

// A reader that has seen enough (`synlab run classic --json | head`) is no error.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error
  process.exit(0)
})

process.exitCode = await main(process.argv.slice(2))
