/**
 * Opens an address in the browser that the machine's user has chosen.
 */
import { spawn } from 'node:child_process'

/** What opens an address, by Node's name of the platform; on any other, what desktops of Unix have (xdg-utils). */
const OPENERS: Readonly<Record<string, readonly [command: string, ...args: string[]]>> = {
  darwin: ['open'],
  win32: ['cmd', '/c', 'start', ''],
}

/** Does not wait for the browser. `onFailure` is told when there is nothing to open it with. */
export function openBrowser(url: string, onFailure: (why: string) => void): void {
  const [command, ...args] = OPENERS[process.platform] ?? ['xdg-open']
  const child = spawn(command, [...args, url], { stdio: 'ignore', detached: true })
  child.on('error', (error) => onFailure(`no browser: ${error.message}`))
  child.on('exit', (status) => {
    if (status !== 0) onFailure(`no browser: ${command} ended with status ${status}`)
  })
  child.unref()
}
