/**
 * Every knob of the server, as data. Types, defaults, flags, variables, the schemas of API and scenario files, suggestions,
 * documentation and the page's controls are made from this one list; what a knob does is where it is read.
 */
import type { ChoiceParameter, NumberParameter, SwitchParameter } from '../../catalogue/parameter.ts'

/** Whose knob it is: the kernel's, at the listener, or the program's behind it. */
export type KnobGroup = 'listener' | 'application'

export type KnobEntry = ((NumberParameter & { readonly type: 'integer' }) | SwitchParameter | ChoiceParameter) & {
  readonly group: KnobGroup
  /** On the server's command line. Its variable is made from it. */
  readonly flag: `--${string}`
}

/** Longest queue that can be asked for, 2^22: more places than a flood of the lab has addresses for. */
const QUEUE_MAX = 4_194_304

export const KNOBS = {
  synCookies: {
    group: 'listener',
    type: 'integer',
    min: 0,
    max: 2,
    default: 1,
    meanings: ['never', 'when the SYN queue is full', 'for every SYN'],
    flag: '--syn-cookies',
    linux: 'net.ipv4.tcp_syncookies',
    about: 'SYN cookies: 0 never, 1 when the SYN queue is full, 2 for every SYN',
  },
  backlog: {
    group: 'listener',
    type: 'integer',
    min: -1,
    max: QUEUE_MAX,
    default: 128,
    unit: 'connections',
    flag: '--backlog',
    linux: 'listen(backlog)',
    about: 'limit of the SYN queue and the accept queue; -1 for as many as somaxconn allows',
  },
  queueRule: {
    group: 'listener',
    type: 'choice',
    choices: ['over', 'at'],
    default: 'over',
    flag: '--queue-rule',
    linux: 'inet_csk_reqsk_queue_is_full',
    about: 'the SYN queue is full when it is over its limit, or already at it, as in kernels before 6.14',
  },
  eviction: {
    group: 'listener',
    type: 'choice',
    choices: ['none', 'oldest', 'random', 'bucket'],
    default: 'none',
    flag: '--eviction',
    about:
      'while SYN cookies are 0: whose place a SYN takes that finds the SYN queue full: nobody’s, as on Linux; the oldest ' +
      'half-open entry’s; any one’s; the oldest’s of its hash bucket of 30, as in FreeBSD’s syncache',
  },
  somaxconn: {
    group: 'listener',
    type: 'integer',
    min: 0,
    max: QUEUE_MAX,
    default: 4096,
    unit: 'connections',
    flag: '--somaxconn',
    linux: 'net.core.somaxconn',
    about: 'upper bound of every backlog',
  },
  maxSynBacklog: {
    group: 'listener',
    type: 'integer',
    min: 1,
    max: QUEUE_MAX,
    default: 4096,
    unit: 'connections',
    flag: '--max-syn-backlog',
    linux: 'net.ipv4.tcp_max_syn_backlog',
    about: 'while SYN cookies are 0, its last quarter is kept for peers that have connected before',
  },
  synAckRetries: {
    group: 'listener',
    type: 'integer',
    min: 0,
    max: 255,
    default: 5,
    unit: 'retransmissions',
    flag: '--synack-retries',
    linux: 'net.ipv4.tcp_synack_retries',
    about: 'how often a SYN-ACK is sent again before its half-open entry expires',
  },
  abortOnOverflow: {
    group: 'listener',
    type: 'boolean',
    default: false,
    flag: '--abort-on-overflow',
    linux: 'net.ipv4.tcp_abort_on_overflow',
    about: 'answer a final ACK with RST when the accept queue is full',
  },
  deferAccept: {
    group: 'listener',
    type: 'integer',
    min: 0,
    max: 3600,
    default: 0,
    unit: 'seconds',
    flag: '--defer-accept',
    linux: 'TCP_DEFER_ACCEPT',
    about: 'how long a handshake may wait for data before accept() hears of it; 0 for not at all',
  },
  acceptInterval: {
    group: 'application',
    type: 'integer',
    min: 0,
    max: 60_000,
    default: 0,
    unit: 'milliseconds',
    flag: '--accept-interval',
    about: 'time between two accept(), as of a program that is busy with something else; 0 for at once',
  },
  workers: {
    group: 'application',
    type: 'integer',
    min: 0,
    max: 65_536,
    default: 0,
    unit: 'connections',
    flag: '--workers',
    about: 'connections served at a time: while that many are open nothing more is accepted; 0 for no limit',
  },
  requestTimeout: {
    group: 'application',
    type: 'integer',
    min: 0,
    max: 3600,
    // As in Node's http server.
    default: 300,
    unit: 'seconds',
    flag: '--request-timeout',
    about:
      'time for a whole HTTP request, from accept() or, after an answer, from its first byte; then it is closed; 0 for ever',
  },
  greeting: {
    group: 'application',
    type: 'boolean',
    default: false,
    flag: '--greeting',
    about: 'the server speaks first, as SMTP’s does: one line at accept(), and it closes when the client has',
  },
} as const satisfies Record<string, KnobEntry>

export type KnobName = keyof typeof KNOBS

export const KNOB_NAMES = Object.keys(KNOBS) as readonly KnobName[]

type NameIn<G extends KnobGroup> = {
  [K in KnobName]: (typeof KNOBS)[K]['group'] extends G ? K : never
}[KnobName]

/** The values of all knobs of a group. */
export type ConfigOf<G extends KnobGroup> = {
  readonly [K in NameIn<G>]: ValueOf<(typeof KNOBS)[K]>
}

type ValueOf<K> = K extends { readonly choices: readonly (infer C)[] }
  ? C
  : K extends { readonly type: 'boolean' }
    ? boolean
    : number

/** The knobs of a group, in the order of the catalogue. */
export function knobsOf<G extends KnobGroup>(group: G): Readonly<Record<NameIn<G>, KnobEntry>> {
  const entries = Object.entries<KnobEntry>(KNOBS).filter(([, knob]) => knob.group === group)
  return Object.fromEntries(entries) as Record<NameIn<G>, KnobEntry>
}

/** What the knobs of a group are unless somebody turns them. */
export function defaultsOf<G extends KnobGroup>(group: G): ConfigOf<G> {
  const entries = Object.entries<KnobEntry>(knobsOf(group)).map(([name, knob]) => [name, knob.default])
  return Object.fromEntries(entries) as ConfigOf<G>
}

/** The environment variable of a knob, made from its flag. */
export function variableOf({ flag }: KnobEntry): string {
  return `SYNLAB_${flag.slice(2).replaceAll('-', '_').toUpperCase()}`
}

/** A knob with whatever is needed to offer it, as GET /api/knobs lists it. */
export type KnobView = KnobEntry & {
  readonly name: KnobName
  /** The environment variable that sets it at the start. */
  readonly variable: string
}

/** All knobs, for whoever offers them. */
export const KNOB_VIEWS: readonly KnobView[] = KNOB_NAMES.map((name) => {
  return { name, ...(KNOBS[name] as KnobEntry), variable: variableOf(KNOBS[name]) }
})
