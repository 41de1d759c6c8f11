/**
 * What is open in the page that carries the lab: the run that was asked for, a lab for each of its arms, and time. Whatever
 * is asked and cannot be leaves everything as it was.
 */
import { batch, signal } from '@preact/signals'
import { isLinkProblem, type LinkProblem, type PageRun } from '../../../lab/bundle/page-link.ts'
import type { ScenarioProblem } from '../../../lab/scenario/load.ts'
import type { Opened } from '../../virtual/virtual-labs.ts'
import { LabClock } from '../app/lab-clock.ts'
import type { Lab } from '../app/lab-context.ts'
import type { UiState } from '../app/ui-state.ts'
import { Painter } from '../charts/painter.ts'
import { Asks, refusalText } from '../controls/asks.ts'
import type { BrowserLab } from '../source/browser-lab.ts'
import { LabStore } from '../store/lab-store.ts'
import { playStory, storyNames } from './desk.ts'
import { SCENARIOS } from './scenarios.ts'
import { TimeKeeper } from './time-keeper.ts'

/** What a student meets first: a server with its honest clients, and nothing happens until somebody does it. */
export const FREE_LAB: PageRun = { scenario: 'classic', set: [], isByHand: true }

/** Why a run could not be opened. */
export type OpenProblem =
  | LinkProblem
  | { readonly kind: 'unknown'; readonly name: string }
  | { readonly kind: 'refused'; readonly message: string }
  | { readonly kind: 'text'; readonly problems: readonly ScenarioProblem[] }

/** What is open, as one value: it changes as a whole. */
export interface OpenRun {
  readonly run: PageRun
  /** The text that was opened, of the lab's own scenarios too. */
  readonly text: string
  readonly opened: Opened
  readonly labs: readonly Lab[]
}

/** A text that somebody is changing. */
export interface Draft {
  readonly name: string
  readonly text: string
  readonly problems: readonly ScenarioProblem[]
}

const STORIES = { names: storyNames, play: playStory }

export class LabSession {
  readonly ui: UiState
  readonly browser: BrowserLab
  readonly open = signal<OpenRun | undefined>(undefined)
  /** The arm that views and controls belong to. */
  readonly arm = signal(0)
  /** All arms side by side, in place of a view. */
  readonly isComparing = signal(false)
  /** Undefined while nobody changes one. */
  readonly draft = signal<Draft | undefined>(undefined)
  readonly time: TimeKeeper
  private readonly painter = new Painter()
  private stops: (() => void)[] = []

  constructor(browser: BrowserLab, ui: UiState) {
    this.browser = browser
    this.ui = ui
    this.time = new TimeKeeper(browser, ui)
  }

  /** The lab that views and controls belong to. Reads signals. */
  get lab(): Lab | undefined {
    return this.open.value?.labs[this.arm.value]
  }

  /** Opens `run` at its beginning; undefined when all is well. */
  async openRun(run: PageRun | LinkProblem): Promise<OpenProblem | undefined> {
    if (isLinkProblem(run)) return run
    const text = run.text ?? SCENARIOS.get(run.scenario)
    if (text === undefined) return { kind: 'unknown', name: run.scenario }
    const { set, seed, isByHand } = run
    const { speed } = this.time.state.peek()
    let answer: Awaited<ReturnType<BrowserLab['open']>>
    try {
      answer = await this.browser.open({ text, set, seed, isByHand })
    } catch (problem) {
      return { kind: 'refused', message: refusalText(problem) }
    }
    if ('problems' in answer) return { kind: 'text', problems: answer.problems }
    const opened = answer
    batch(() => {
      this.close()
      this.arm.value = 0
      this.isComparing.value &&= opened.arms.length > 1
      this.ui.pinned.value = undefined
      this.ui.end.value = undefined
      this.open.value = { run, text, opened, labs: opened.arms.map((_, arm) => this.makeLab(arm)) }
    })
    // Time goes on as it went; a page that has just been opened begins to run where somebody is asked to do something.
    if (speed > 0) this.time.run(speed)
    else if (run.isByHand) this.time.run(1)
    return undefined
  }

  private close(): void {
    for (const stop of this.stops) stop()
    this.stops = []
  }

  private makeLab(arm: number): Lab {
    const store = new LabStore()
    const source = this.browser.source(arm)
    const clock = new LabClock(store)
    this.stops.push(
      clock.start(),
      source.subscribe(
        (message) => store.apply(message),
        (status) => {
          store.status.value = status
        },
      ),
    )
    return { source, store, clock, ui: this.ui, asks: new Asks(), painter: this.painter, stories: STORIES }
  }
}
