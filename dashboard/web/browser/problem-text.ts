/** Why a run could not be opened, in one sentence. */
import type { OpenProblem } from './session.ts'
import type { BrowserText } from './strings.en.ts'
import { VERSION } from './version.ts'

export function problemText(problem: OpenProblem, text: BrowserText): string {
  switch (problem.kind) {
    case 'version':
      return text.otherVersion(problem.version, VERSION)
    case 'broken':
      return text.brokenLink(problem.parameter)
    case 'unknown':
      return text.unknownScenario(problem.name)
    case 'refused':
      return text.refused(problem.message)
    case 'text': {
      const [first] = problem.problems
      const where = first === undefined ? '' : `${first.line}:${first.column}: ${first.what}`
      return text.badScenario(problem.problems.length, where)
    }
  }
}
