/**
 * The two ways in which `synlab up` shows the lab: a screen that is redrawn in place, and lines.
 */
import type { Controls } from './controls.ts'
import type { Figures } from './history.ts'
import type { LabLog } from './lab-log.ts'
import { COLOURED } from './paint.ts'
import { Screen, type Terminal } from './screen.ts'
import type { Trend } from './trend.ts'
import { renderLine, renderScreen } from './view.ts'

export class ScreenDisplay {
  private readonly screen: Screen
  private readonly stdin: NodeJS.ReadStream
  private readonly urls: readonly string[]
  private readonly log: LabLog
  private readonly controls: Controls
  private readonly onData = (keys: Buffer): void => {
    for (const key of keys.toString()) {
      if (key === '?') this.toggleHelp()
      else this.controls.onKey(key)
    }
  }
  private readonly onExit = (): void => this.screen.leave()
  private readonly trend: Trend
  private isHelpOpen = false
  private figures: Figures | undefined

  constructor(
    stdout: Terminal,
    stdin: NodeJS.ReadStream,
    urls: readonly string[],
    log: LabLog,
    controls: Controls,
    trend: Trend,
  ) {
    this.screen = new Screen(stdout)
    this.stdin = stdin
    this.urls = urls
    this.log = log
    this.controls = controls
    this.trend = trend
  }

  open(): void {
    this.screen.enter()
    // However the process ends, the terminal is given back.
    process.on('exit', this.onExit)
    this.stdin.setRawMode(true)
    this.stdin.on('data', this.onData)
    this.stdin.resume()
    this.show(undefined)
  }

  show(figures: Figures | undefined): void {
    this.figures = figures
    const { urls, log, trend, isHelpOpen } = this
    const context = { urls, log: log.lines, floodRate: this.controls.floodRate, trend, isHelpOpen }
    this.screen.draw(renderScreen(figures, context, this.screen.columns, this.screen.rows).map(COLOURED))
  }

  private toggleHelp(): void {
    this.isHelpOpen = !this.isHelpOpen
    this.show(this.figures)
  }

  /** Something the user should know. */
  note(line: string): void {
    this.log.add(line)
  }

  close(): void {
    process.removeListener('exit', this.onExit)
    this.stdin.off('data', this.onData)
    this.stdin.setRawMode(false)
    this.stdin.pause()
    this.screen.leave()
  }
}

export class LineDisplay {
  private readonly stdout: Terminal
  private readonly urls: readonly string[]
  private readonly log: LabLog
  private readonly began = performance.now()
  /** Log lines already printed. */
  private printed = 0

  constructor(stdout: Terminal, urls: readonly string[], log: LabLog) {
    this.stdout = stdout
    this.urls = urls
    this.log = log
  }

  open(): void {
    for (const url of this.urls) this.print(url)
  }

  show(figures: Figures | undefined): void {
    this.printLog()
    if (figures !== undefined) this.print(renderLine(figures, (performance.now() - this.began) / 1000))
  }

  note(line: string): void {
    this.log.add(line)
  }

  close(): void {
    this.printLog()
    this.print('stopped')
  }

  private printLog(): void {
    const unprinted = this.log.added - this.printed
    if (unprinted > 0) for (const line of this.log.lines.slice(-unprinted)) this.print(line)
    this.printed = this.log.added
  }

  private print(line: string): void {
    this.stdout.write(`${line}\n`)
  }
}
