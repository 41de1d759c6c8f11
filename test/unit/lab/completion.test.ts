/**
 * What the completion scripts do in a shell that knows neither `synlab` nor the package bash-completion.
 */
import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { main } from '../../../lab/cli/main.ts'
import { packageRoot } from '../../../lab/package-root.ts'
import { describeWith } from '../../support/processes/tools.ts'

const run = promisify(execFile)

async function scriptFor(shell: string): Promise<string> {
  let script = ''
  const stdout = { write: (text: string) => (script += text) }
  expect(await main(['complete', shell], { stdout, stderr: { write: () => true, isTTY: false } } as never)).toBe(0)
  return script
}

it.each(['bash', 'zsh', 'fish', 'powershell'])('the script for %s asks this program where it is', async (shell) => {
  expect(await scriptFor(shell)).toMatch(new RegExp(`node '?${join(packageRoot(), 'bin', 'synlab.js')}'? complete`))
})

describeWith(['bash'], 'completion in bash', () => {
  let directory: string
  beforeAll(() => {
    directory = mkdtempSync(join(tmpdir(), 'synlab-completion-'))
  })
  afterAll(() => rmSync(directory, { recursive: true }))

  it('needs nothing on the path but node, and may be read twice', async () => {
    const script = join(directory, 'synlab.bash')
    writeFileSync(script, await scriptFor('bash'))
    const asked = `
      source ${script} && source ${script}
      COMP_WORDS=(./synlab run cl) COMP_CWORD=2
      compopt() { :; }
      __synlab_complete && echo "\${COMPREPLY[*]}"`
    const path = [dirname(process.execPath), '/usr/bin', '/bin'].join(delimiter)
    const { stdout, stderr } = await run('bash', ['--norc', '--noprofile', '-c', asked], {
      env: { PATH: path },
      cwd: directory,
    })
    expect([stdout, stderr]).toEqual(['classic\n', ''])
  })
})
