/**
 * `synlab complete`: completion scripts for bash, zsh, fish and PowerShell, made from the commands and flags as they are.
 */
import { join } from 'node:path'
import { RootCommand } from '@bomb.sh/tab'
import tab from '@bomb.sh/tab/commander'
import type { Command } from 'commander'
import { bundledNames } from '../files/scenario-source.ts'
import { packageRoot } from '../package-root.ts'
import type { Output } from './output.ts'

/** What a script asks for completions: this program where it is, which may be on no PATH. */
const PROGRAM = `node ${quoted(join(packageRoot(), 'bin', 'synlab.js'))}`

/** The script for bash calls a function of the package bash-completion, which not every machine has. */
const BASH_WITHOUT_PACKAGE = `
if ! declare -F _get_comp_words_by_ref >/dev/null; then
    _get_comp_words_by_ref() {
        cur=\${COMP_WORDS[COMP_CWORD]} prev=\${COMP_WORDS[COMP_CWORD-1]} words=("\${COMP_WORDS[@]}") cword=$COMP_CWORD
    }
fi
`

/** Adds the command. Call after all others: what comes later is not completed. */
export function addCompletion(program: Command, output: Output): void {
  const completion = tab(program)
  completion.commands.get('run')?.argument('scenario', (complete) => {
    for (const name of bundledNames()) complete(name, '')
  })
  completion.setup = (name, _executable, shell) => {
    const script = printed(() => RootCommand.prototype.setup.call(completion, name, PROGRAM, shell))
    output.stdout.write(shell === 'bash' ? fitForBash(script) : script)
  }
}

/** Whoever reads the script twice must not be told that its constants are constant. */
function fitForBash(script: string): string {
  return `${script.replaceAll(/^readonly /gm, '')}${BASH_WITHOUT_PACKAGE}`
}

/** The library hands its scripts to the console and to nobody else. */
function printed(print: () => void): string {
  const lines: string[] = []
  const { log } = console
  console.log = (line: string) => lines.push(line)
  try {
    print()
  } finally {
    console.log = log
  }
  return `${lines.join('\n')}\n`
}

/** One word for every shell: a path that has nothing special in it as it is, others between single quotes. */
function quoted(path: string): string {
  return /^[\w./:@%+=-]+$/.test(path) ? path : `'${path}'`
}
