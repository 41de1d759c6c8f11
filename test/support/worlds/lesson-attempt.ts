/** One attempt at a lesson on a lab in virtual time, without any page: what a student does, and what the check says then. */
import { type Lesson, type LessonName, lessonNamed, type Step } from '../../../dashboard/web/views/lessons/lesson.ts'
import { Observer } from '../../../dashboard/web/views/lessons/observer.ts'
import { prepare, take } from '../../../dashboard/web/views/lessons/run.ts'
import { judgeAll, type Verdict } from '../../../lab/checks/checks.ts'
import { VirtualPage } from './virtual-page.ts'

export class Attempt {
  readonly page = new VirtualPage()
  readonly lesson: Lesson
  readonly observer = new Observer(this.page.store)

  private constructor(name: LessonName) {
    this.lesson = lessonNamed(name)
    this.page.store.onTold((message) => this.observer.hear(message))
  }

  /** The lab is prepared, and nothing has happened yet. */
  static async begin(name: LessonName): Promise<Attempt> {
    const attempt = new Attempt(name)
    await prepare(attempt.lesson, attempt.page.controls, attempt.page.knobs)
    return attempt
  }

  /** Takes a step of the lesson, its first one by default. */
  async take(step: Step = this.lesson.steps[0]): Promise<void> {
    const { controls } = this.page
    if (step.kind === 'knob') await controls.configure({ [step.knob]: step.value })
    this.observer.begin()
    if (step.kind !== 'knob') await take(step, controls)
  }

  /** Lets time pass until `condition` holds, at most `seconds`; sockets are looked at as the page looks at them. */
  async pass(seconds: number, condition?: () => boolean): Promise<void> {
    const { page, lesson, observer } = this
    const look = async (): Promise<void> => {
      if (lesson.picture === 'time_wait') observer.hearSockets(await page.controls.sockets('time_wait', 100))
    }
    await page.pass(seconds, look, condition)
  }

  get verdict(): Verdict {
    return judgeAll(this.lesson.checks, this.observer.figures)
  }

  /** Undefined while the number has not shown. */
  get seen(): number | undefined {
    return this.lesson.seen(this.observer)
  }
}
