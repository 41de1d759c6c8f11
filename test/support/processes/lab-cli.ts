/**
 * The `synlab` command for tests: in this process with its output caught, or as the compiled command in a process of its
 * own.
 */
import { spawn } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { onTestFinished } from 'vitest'
import { main } from '../../../lab/cli/main.ts'

export interface CommandResult {
  readonly status: number
  readonly stdout: string
  readonly stderr: string
}

/** Runs the command in this process. */
export async function synlab(...args: string[]): Promise<CommandResult> {
  let stdout = ''
  let stderr = ''
  const status = await main(args, {
    stdout: {
      write: (text) => {
        stdout += text
      },
    },
    stderr: {
      write: (text) => {
        stderr += text
      },
    },
  })
  return { status, stdout, stderr }
}

/** Path of the compiled command. */
export const COMMAND = fileURLToPath(new URL('../../../dist/lab/cli.js', import.meta.url))

/** Runs the compiled command to its end. */
export function spawnSynlab(...args: string[]): Promise<CommandResult> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [COMMAND, ...args], { stdio: ['ignore', 'pipe', 'pipe'] })
    let stdout = ''
    let stderr = ''
    child.stdout.on('data', (bytes) => {
      stdout += bytes
    })
    child.stderr.on('data', (bytes) => {
      stderr += bytes
    })
    child.on('error', reject)
    child.on('close', (status) => resolve({ status: status ?? -1, stdout, stderr }))
  })
}

/** A directory of the test's own, removed when the test is over. */
export function temporaryDirectory(): string {
  const directory = mkdtempSync(join(tmpdir(), 'synlab-test-'))
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }))
  return directory
}

/** The content of every file in a directory, by name. */
export function readDirectory(directory: string): Record<string, Buffer> {
  return Object.fromEntries(readdirSync(directory).map((file) => [file, readFileSync(join(directory, file))]))
}
