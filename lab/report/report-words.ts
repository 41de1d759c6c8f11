/**
 * The words of report.html: key figures, what to look at, how to run it again, definitions.
 */
import { PAGE_FILE, type PageRun, pageLink } from '../bundle/page-link.ts'
import type { PhaseResult, Result } from '../bundle/result-format.ts'
import { formatShare } from './run-report.ts'
import { escapeMarkup } from './svg.ts'

/** Whether the thresholds held, in a few words. Markup. */
export function verdict({ thresholds }: Result): string {
  if (thresholds.length === 0) return 'The scenario has no thresholds.'
  const failed = thresholds.filter(({ passed }) => !passed).length
  if (failed === 0)
    return `<span class="pass">pass</span>: ${thresholds.length} of ${thresholds.length} thresholds held.`
  return `<span class="fail">FAIL</span>: ${failed} of ${thresholds.length} thresholds did not hold.`
}

function attackOf(result: Result): [arm: string, phase: PhaseResult][] {
  return Object.entries(result.arms).map(([arm, { phases }]) => [arm, phases.attack])
}

/** Per arm, the share of honest connections that succeeded during the attack. Markup. */
export function keyFigures(result: Result): string {
  const entries = attackOf(result).map(([arm, { legit, syn_queue, accept_queue }]) => {
    const { p50 } = legit.connect_ms
    const share = legit.success_ratio === null ? 'no clients' : formatShare(legit.success_ratio)
    const small = [
      'of honest connections served during the attack',
      p50 === null ? 'no connect time to measure' : `median connect time ${p50.toFixed(1)} ms`,
      `SYN queue ${syn_queue.mean.toFixed(1)} on average, limit ${syn_queue.limit}`,
      `accept queue ${accept_queue.mean.toFixed(1)} on average, limit ${accept_queue.limit}`,
    ]
    const lines = small.map((line) => `<span>${escapeMarkup(line)}</span>`).join('')
    return `<div><dt>${escapeMarkup(arm)}</dt><dd>${escapeMarkup(share)}${lines}</dd></div>`
  })
  return `<dl class="keys">${entries.join('')}</dl>`
}

/** What to look at, with the figures of this run. Markup. */
export function guide(result: Result): string {
  const attack = attackOf(result)
  const failures = attack.map(([arm, { legit }]) => `${arm} ${legit.failed} of ${legit.attempted}`).join(', ')
  const queues = attack
    .map(([arm, { syn_queue, accept_queue }]) => {
      const [syn, accept] = [syn_queue, accept_queue].map(({ mean, limit }) => `${mean.toFixed(1)} of ${limit}`)
      return `${arm} SYN queue ${syn}, accept queue ${accept}`
    })
    .join('; ')
  const items = [
    `The top edge of the first picture: each mark there is a client that was not served. During the attack: ${failures}.`,
    'Marks above the band of the baseline were served late: in steps of a second when a SYN was lost and repeated, gradually when the server was slow.',
    `Which queue is at its limit says what is scarce. Means during the attack: ${queues}. A full SYN queue harms nobody while cookies are sent instead.`,
    'Which counter grows says why: TCPReqQFullDrop when a SYN finds the SYN queue full, SyncookiesSent when it is answered with a cookie instead, ListenOverflows when the accept queue is full.',
    'After the attack: how long the marks take to come back to the band of the baseline.',
  ]
  return `<ul>${items.map((item) => `<li>${escapeMarkup(item)}</li>`).join('\n')}</ul>`
}

/** Command, seed, hash, version. Markup. */
export function reproduce(result: Result, page: PageRun | undefined): string {
  const { command, scenario, seed, synlab_version, format_version } = result
  const facts = [
    ['Seed', String(seed)],
    ['SHA-256 of the scenario', scenario.sha256],
    ['synlab', synlab_version],
    ['Format of the bundle', String(format_version)],
  ]
  const rows = facts.map(([name, value]) => `<dt>${name}</dt><dd class="hash">${escapeMarkup(value ?? '')}</dd>`)
  return `<pre>${escapeMarkup(command)}</pre>
<p>One scenario and one seed give the same figures and the same files, byte for byte. Add <code>--out DIR</code> to write them.</p>
${page === undefined ? '' : playIt(page, synlab_version)}<dl class="pairs">${rows.join('\n')}</dl>`
}

const DEFINITIONS: readonly (readonly [string, string])[] = [
  [
    'A mark',
    'One honest connection. Its place to the right is the intended start: when the client meant to begin, not when its machine got round to it (in a closed load, when it did). Its height is the time from there to the end of the last answer. The same figures are in connections.csv.',
  ],
  [
    'A failure',
    'timeout: the client gave up waiting. refused: a RST answered its SYN. reset: the server ended the connection before the answer was whole. local: the client itself could not begin.',
  ],
  ['Success', 'The share of the connections whose intended start lies in the phase that got every answer whole.'],
  ['Connect time', 'From the intended start to the end of the handshake, of connections that succeeded.'],
  [
    'Queue length',
    'Mean: weighted by time, exact. Max: the greatest length at any instant. A queue is full above its limit: it holds one more.',
  ],
  ['Counters', 'What the server counted in each second, under the names of Linux where Linux has the counter.'],
]

/** What the words and marks of the report mean. Markup. */
export function definitions({ percentiles }: Result): string {
  const all = [...DEFINITIONS, ['Percentiles', `${percentiles}.`] as const]
  const rows = all.map(
    ([term, meaning]) => `<div><dt>${escapeMarkup(term)}</dt><dd>${escapeMarkup(meaning)}</dd></div>`,
  )
  return `<dl class="terms">${rows.join('\n')}</dl>`
}

/** The link works where the page's file lies beside the report: nothing is fetched from anywhere else. */
function playIt(run: PageRun, version: string): string {
  const link = escapeMarkup(pageLink(run, version))
  return `<p><a href="${link}">The same run, played</a> in time that can be stopped and turned back: put <code>${PAGE_FILE}</code> (<code>npm run page</code> makes it) beside this file.</p>
`
}
