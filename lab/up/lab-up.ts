/**
 * `synlab up`: the lab as processes on this machine, watched and steered from one terminal. Whatever ends it (a key, a
 * signal, its time, a child that dies), the children are ended and waited for.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { LabClient } from '../client/lab-client.ts'
import { Controls } from './controls.ts'
import { LineDisplay, ScreenDisplay } from './display.ts'
import { checkPorts } from './free-ports.ts'
import { History } from './history.ts'
import { LabLog } from './lab-log.ts'
import { attackerPortOf, type LabAddresses, LabProcesses, type LabProcessesOptions } from './lab-processes.ts'
import { watchNpm } from './npm-watch.ts'
import { openBrowser } from './open-browser.ts'
import { Trend } from './trend.ts'

export interface UpOptions extends LabProcessesOptions {
  readonly pagePort: number
  /** SYN per second. */
  readonly floodRate: number
  /** Start a flood as soon as the link is up. */
  readonly flood: boolean
  /** Open the page in a browser. */
  readonly open: boolean
  /** Seconds after which the lab stops by itself; undefined for never. */
  readonly seconds: number | undefined
}

export interface UpTerminal {
  readonly stdin: NodeJS.ReadStream
  readonly stdout: NodeJS.WriteStream
}

/** Milliseconds between two looks at the lab. */
const SCREEN_INTERVAL_MS = 250
const LINE_INTERVAL_MS = 1_000

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const

/** Runs the lab until it is told to stop. Throws UsageError before anything runs, RunFailure when a process dies. */
export async function labUp(options: UpOptions, terminal: UpTerminal): Promise<void> {
  await checkPorts([
    { port: options.pagePort, protocol: 'tcp', flag: '--page-port' },
    { port: options.serverPort, protocol: 'tcp', flag: '--server-port' },
    ...Array.from({ length: options.attackers }, (_, index) => {
      return { port: attackerPortOf(options, index), protocol: 'tcp', flag: '--attacker-port' } as const
    }),
    { port: options.gatewayPort, protocol: 'tcp', flag: '--gateway-port' },
    { port: options.linkPort, protocol: 'udp', flag: '--link-port' },
  ])
  const stop = new AbortController()
  const onSignal = (): void => stop.abort()
  for (const signal of SIGNALS) process.on(signal, onSignal)
  const unwatch = watchNpm(onSignal)
  const log = new LabLog()
  const processes = new LabProcesses((line) => log.add(line))
  // Also while they are starting.
  stop.signal.addEventListener('abort', () => void processes.stop())
  void processes.failed.then(() => stop.abort())
  try {
    const addresses = await processes.start(options)
    if (addresses !== undefined) await runLab(options, terminal, addresses, log, stop)
  } finally {
    await processes.stop()
    unwatch()
    for (const signal of SIGNALS) process.removeListener(signal, onSignal)
  }
  if (processes.failure !== undefined) throw processes.failure
}

/** Shows and steers a lab that is up, until `stop` is aborted. */
async function runLab(
  options: UpOptions,
  { stdin, stdout }: UpTerminal,
  { pageUrl, serverUrl, attackerUrls, gatewayUrl, link }: LabAddresses,
  log: LabLog,
  stop: AbortController,
): Promise<void> {
  const client = new LabClient(serverUrl, attackerUrls)
  const controls = new Controls(
    client,
    options,
    (line) => log.add(line),
    () => stop.abort(),
  )
  const urls = [
    `page      ${pageUrl}  (the lab in a browser)`,
    `server    ${serverUrl}  (/metrics, /api/state)`,
    ...attackerUrls.map((url) => `attacker  ${url}  (/metrics, /api/state)`),
    `web       ${gatewayUrl}  (the server under attack, for curl and browsers)`,
    `link      udp ${link}`,
  ]
  const trend = new Trend()
  // A terminal that says it is dumb, such as a shell inside an editor, knows no place but the next line.
  const isScreen = stdout.isTTY === true && stdin.isTTY === true && process.env.TERM !== 'dumb'
  const display = isScreen
    ? new ScreenDisplay(stdout, stdin, urls, log, controls, trend)
    : new LineDisplay(stdout, urls, log)
  const timer = options.seconds === undefined ? undefined : setTimeout(() => stop.abort(), options.seconds * 1000)
  display.open()
  if (options.open && pageUrl !== undefined) openBrowser(pageUrl, (why) => display.note(why))
  try {
    await watch(client, controls, trend, display, isScreen ? SCREEN_INTERVAL_MS : LINE_INTERVAL_MS, stop.signal)
  } finally {
    clearTimeout(timer)
    client.close()
    display.close()
  }
}

/** Looks at the lab again and again, until `signal` is aborted. */
async function watch(
  client: LabClient,
  controls: Controls,
  trend: Trend,
  display: ScreenDisplay | LineDisplay,
  interval: number,
  signal: AbortSignal,
): Promise<void> {
  const history = new History()
  while (!signal.aborted) {
    const began = performance.now()
    try {
      const sample = await client.sample()
      history.add(sample)
      trend.add(sample)
    } catch (error) {
      // A process that has gone says so itself; one that is slow gets another chance.
      if (!signal.aborted) display.note(`no answer: ${(error as Error).message}`)
    }
    if (signal.aborted) return
    const figures = history.figures()
    if (figures !== undefined) controls.onSample(figures.sample)
    display.show(figures)
    const rest = Math.max(0, interval - (performance.now() - began))
    await sleep(rest, undefined, { signal }).catch(() => {})
  }
}
