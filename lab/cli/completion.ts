/**
 * `synlab complete`: completion scripts for bash, zsh, fish and PowerShell, made from the commands and flags as they are.
 */
import tab from '@bomb.sh/tab/commander'
import type { Command } from 'commander'
import { bundledNames } from '../files/scenario-source.ts'

/** Adds the command. Call after all others: what comes later is not completed. */
export function addCompletion(program: Command): void {
  const completion = tab(program)
  completion.commands.get('run')?.argument('scenario', (complete) => {
    for (const name of bundledNames()) complete(name, '')
  })
}
