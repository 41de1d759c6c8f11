/**
 * The shell commands of scripts. Nothing is executed: the few that set up a kernel under test, or ask it for something, are
 * understood and put to the stack; all others are refused.
 */
import { ScriptError } from '../language/script-error.ts'
import type { StackUnderTest } from '../stack.ts'
import { withLine } from './with-line.ts'

/** Asks the kernel's socket table whether anybody listens (state 0A) on a port, in hexadecimal. */
const IS_LISTENING = /^grep " 0A " \/proc\/net\/tcp \/proc\/net\/tcp6 \| grep ":([\dA-F]{4})"$/

const KNOWN = 'defaults.sh, sysctl, set_sysctls.py, echo value > /proc/sys/..., ip tcp_metrics flush'

/** `echo 1 > /proc/sys/net/ipv4/tcp_sack`. */
const ECHO = /^echo\s+(?:-n\s+)?(.+?)\s*>\s*\/proc\/sys\/(\S+)$/

/** Applies the commands in `text`, which starts on `line`, in order. */
export function runCommands(text: string, line: number, stack: StackUnderTest): void {
  // A line that ends in a backslash goes on in the next.
  const joined = text.replace(/\\\n/g, ' ')
  joined.split('\n').forEach((lineText, index) => {
    for (const command of splitCommands(lineText))
      withLine(line + index, () => runCommand(command, line + index, stack))
  })
}

/** The commands of a line without comments and redirections. */
function splitCommands(line: string): string[] {
  return line
    .replace(/(^|\s)#.*$/, '')
    .split(/;|&&/)
    .map((command) =>
      command.trim().replace(ECHO, (_, value, path) => `sysctl ${path.replaceAll('/', '.')}="${value}"`),
    )
    .map((command) => command.replace(/\s\d?>&?\s*\S+/g, '').trim())
    .filter((command) => command !== '')
}

function runCommand(command: string, line: number, stack: StackUnderTest): void {
  const [program, ...args] = splitWords(command)
  const name = program.split('/').at(-1)
  const [, listeningPort] = IS_LISTENING.exec(command) ?? []
  if (listeningPort !== undefined) {
    const port = Number.parseInt(listeningPort, 16)
    if (!stack.isListening(port)) throw new ScriptError('failure', line, `nobody listens on port ${port}`)
  } else if (name === 'defaults.sh') stack.loadDefaults()
  else if (name === 'sysctl')
    setAll(
      args.filter((arg) => !arg.startsWith('-')),
      line,
      stack,
    )
  else if (name === 'set_sysctls.py')
    setAll(
      args.map((arg) => arg.replace('/proc/sys/', '').replaceAll('/', '.')),
      line,
      stack,
    )
  else if (name?.startsWith('sysctl_restore_')) return
  else if (command.startsWith('ip tcp_metrics flush')) stack.flushMetrics()
  else throw new ScriptError('unsupported', line, `the command ${JSON.stringify(command)} (known: ${KNOWN})`)
}

/** Words of a command; quotes group, `$((...))` is computed. */
function splitWords(command: string): string[] {
  const computed = command.replace(/\$\(\(([\d\s*+]+)\)\)/g, (_, sum: string) => String(compute(sum)))
  const words = computed.match(/(?:"[^"]*"|'[^']*'|[^\s"'])+/g) ?? []
  return words.map((word) => word.replace(/["']/g, ''))
}

/** A sum of products of whole numbers. */
function compute(sum: string): number {
  return sum
    .split('+')
    .map((product) => product.split('*').reduce((value, factor) => value * Number(factor), 1))
    .reduce((total, value) => total + value, 0)
}

function setAll(settings: readonly string[], line: number, stack: StackUnderTest): void {
  for (const setting of settings) {
    const match = /^([\w.]+)=(.*)$/.exec(setting)
    if (match === null) {
      throw new ScriptError('unsupported', line, `the setting ${JSON.stringify(setting)} (known: name=value)`)
    }
    stack.sysctl(match[1], match[2])
  }
}
