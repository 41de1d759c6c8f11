/** A thread of the pool that plays scripts in files on the kernel. */
import { EndpointStack } from '../packetdrill/endpoint-stack.ts'
import { parseScript } from '../packetdrill/language/parser.ts'
import { ScriptError } from '../packetdrill/language/script-error.ts'
import { runScript } from '../packetdrill/runner/run.ts'
import { STRICT_SETTINGS } from '../packetdrill/runner/settings.ts'
import { readScript } from '../packetdrill/script-file.ts'
import { FOREIGN_KERNEL_SETTINGS, KERNEL_SETTINGS } from './kernel-settings.ts'
import { KernelStack } from './kernel-stack.ts'
import { KERNEL_SYSCTLS } from './sysctls.ts'
import { serveJobs } from './thread.ts'

const WARM_UP = `
   0 socket(..., SOCK_STREAM, IPPROTO_TCP) = 3
  +0 bind(3, ..., ...) = 0
  +0 listen(3, 1) = 0
  +0 < S 0:0(0) win 64240 <mss 1000>
  +0 > S. 0:0(0) ack 1 <mss 1460>
+.05 < . 1:1(0) ack 1 win 64240
  +0 accept(3, ..., ...) = 4
  +0 %{ assert accept_queue == 0 }%`

/** Code that runs for the first time is slow, and time is real: all of it has run once before the first script. */
function warmUp(): void {
  for (let i = 0; i < 20; i++) runScript(parseScript(WARM_UP), (address) => new EndpointStack(address), STRICT_SETTINGS)
}

export interface ScriptJob {
  readonly path: string
  /** One of our own, which mentions everything that happens. */
  readonly isOwn: boolean
}

/** What a script came to: undefined when the kernel did as it says. */
export type ScriptOutcome = { readonly isRefused: boolean; readonly text: string } | undefined

warmUp()
serveJobs<ScriptJob, ScriptOutcome>(({ path, isOwn }, ask) => {
  const makeStack = (address: number): KernelStack => new KernelStack(ask, address, KERNEL_SYSCTLS)
  try {
    runScript(parseScript(readScript(path).text), makeStack, isOwn ? KERNEL_SETTINGS : FOREIGN_KERNEL_SETTINGS)
    return undefined
  } catch (error) {
    if (!(error instanceof ScriptError)) throw error
    const isRefused = error.kind === 'unsupported'
    return { isRefused, text: `${error.line}: ${isRefused ? 'unsupported: ' : ''}${error.message}` }
  }
})
