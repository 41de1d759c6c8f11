/**
 * Every kind of attack, as data: what it is about, and its parameters with ranges and defaults. The control API, the
 * scenario files, the documentation and the tests all read this one list. What an attack of a kind does is
 * in the file that prepare-attack.ts takes it from.
 */
import type {
  ChoiceParameter,
  NumberParameter,
  Parameter,
  SourcesParameter,
  SwitchParameter,
} from '../../catalogue/parameter.ts'
import { ATTACK_RATE_MAX } from './caps.ts'
import { HOLD_RETRIES_MAX } from './hold-rate.ts'

/** No attack has a switch. */
export type AttackParameter = Exclude<Parameter, SwitchParameter>

export interface AttackKindEntry {
  /** What it does and what is to be seen, in a sentence or two. */
  readonly about: string
  /** What its rate counts. */
  readonly acts: 'packets' | 'connections'
  /** Where the rate comes from: whoever starts the attack, the arithmetic of the hold rate, or the recorded times. */
  readonly pace: 'given' | 'hold-rate' | 'trace'
  /** Highest rate per second. */
  readonly rateMax: number
  readonly parameters: Readonly<Record<string, AttackParameter>>
}

/** Bots of one attacker process, at most: the size of its block of addresses. */
export const BOTS_MAX = 1024

/** Connections that one attack begins per second, at most. */
const CONNECTION_RATE_MAX = 20_000

const ORIGIN = {
  type: 'choice',
  choices: ['silent', 'live', 'bots', 'bots-firewalled'],
  default: 'silent',
  about:
    'whose addresses the packets carry: spoofed ones that nobody has (silent), spoofed ones of hosts that answer with RST (live), the bots’ own (bots: their kernels answer with RST; bots-firewalled: a rule on each bot drops the answer first)',
} as const satisfies ChoiceParameter

const SOURCES = {
  type: 'sources',
  default: '198.18.0.0/15',
  about: 'the addresses that are spoofed',
} as const satisfies SourcesParameter

const BOTS = {
  type: 'integer',
  min: 1,
  max: BOTS_MAX,
  default: 100,
  about: 'machines with an address of their own that take part',
} as const satisfies NumberParameter

const FINGERPRINT = {
  type: 'choice',
  choices: ['mss-only', 'linux', 'hping3', 'mixed'],
  default: 'mss-only',
  about:
    'what a SYN looks like: MSS 1460 only, all options of Linux, no option and window 512 as hping3 sends it, or each at random',
} as const satisfies ChoiceParameter

const VICTIMS = {
  type: 'choice',
  choices: ['connections', 'addresses'],
  default: 'connections',
  about:
    'what the attacker knows of those it wants to cut off: address and port of their open connections, or their addresses only',
} as const satisfies ChoiceParameter

const STRIDE = {
  type: 'integer',
  min: 1,
  max: 2 ** 30,
  default: 65_160,
  about: 'step of the sweep through the sequence numbers, bytes: the receive window that the attacker expects',
} as const satisfies NumberParameter

/** Parameters that every attack has but the one whose times were recorded. */
export const PACE_PARAMETERS = {
  arrivals: {
    type: 'choice',
    choices: ['constant', 'poisson'],
    default: 'constant',
    about: 'evenly spaced, or independent of each other',
  },
  shape: {
    type: 'choice',
    choices: ['flat', 'ramp', 'pulse', 'step'],
    default: 'flat',
    about: 'how the rate goes over the duration of the attack',
  },
  rampFrom: {
    type: 'number',
    min: 0,
    max: 1,
    default: 0,
    about: 'share of the rate that a ramp begins at; it ends at the whole rate',
    onlyWith: { parameter: 'shape', values: ['ramp'] },
  },
  pulseOn: {
    type: 'number',
    min: 0.01,
    max: 3600,
    default: 5,
    about: 'seconds at the whole rate, again and again',
    onlyWith: { parameter: 'shape', values: ['pulse'] },
  },
  pulseOff: {
    type: 'number',
    min: 0.01,
    max: 3600,
    default: 5,
    about: 'seconds of silence after each pulse',
    onlyWith: { parameter: 'shape', values: ['pulse'] },
  },
  steps: {
    type: 'integer',
    min: 2,
    max: 100,
    default: 5,
    about: 'stairs of equal length from rate / steps up to the whole rate',
    onlyWith: { parameter: 'shape', values: ['step'] },
  },
} as const satisfies Record<string, Parameter>

export const ATTACK_CATALOGUE = {
  'syn-flood': {
    about: 'SYNs whose handshake nobody completes: each that is stored holds a place in the SYN queue.',
    acts: 'packets',
    pace: 'given',
    rateMax: ATTACK_RATE_MAX,
    parameters: {
      origin: ORIGIN,
      sources: { ...SOURCES, onlyWith: { parameter: 'origin', values: ['silent'] } },
      bots: { ...BOTS, onlyWith: { parameter: 'origin', values: ['bots', 'bots-firewalled'] } },
      fingerprint: FINGERPRINT,
    },
  },
  'low-and-slow': {
    about:
      'A SYN flood at the hold rate: just as many SYNs as keep the SYN queue full, places / lifetime of a request.',
    acts: 'packets',
    pace: 'hold-rate',
    rateMax: ATTACK_RATE_MAX,
    parameters: {
      backlog: {
        type: 'integer',
        min: 0,
        max: 65_535,
        default: 128,
        about: 'backlog that the attacker believes the listener to have',
      },
      synAckRetries: {
        type: 'integer',
        min: 0,
        max: HOLD_RETRIES_MAX,
        default: 5,
        about: 'tcp_synack_retries that the attacker believes the server to have: it decides how long an entry lives',
      },
      sources: SOURCES,
      fingerprint: FINGERPRINT,
    },
  },
  'syn-data': {
    about: 'SYNs that carry data. A listener without Fast Open stores none of it: they cost bandwidth, not memory.',
    acts: 'packets',
    pace: 'given',
    rateMax: ATTACK_RATE_MAX,
    parameters: {
      payload: { type: 'integer', min: 1, max: 1400, default: 512, about: 'bytes of data in each SYN' },
      sources: SOURCES,
      fingerprint: FINGERPRINT,
    },
  },
  'ack-flood': {
    about:
      'ACKs with guessed cookies. One in 2^29 opens a connection; each other one that the server looks at is a SyncookiesFailed and a RST.',
    acts: 'packets',
    pace: 'given',
    rateMax: ATTACK_RATE_MAX,
    parameters: { sources: SOURCES },
  },
  'cookie-replay': {
    about:
      'Valid cookies, honestly obtained, sent back again and again after a while: a cookie is no ticket for one use, but it expires. Needs a server that gives cookies: synCookies 2, or a SYN queue that something else keeps full.',
    acts: 'packets',
    pace: 'given',
    rateMax: ATTACK_RATE_MAX,
    parameters: {
      cookies: { type: 'integer', min: 1, max: 16_384, default: 100, about: 'cookies to be obtained at the beginning' },
      age: {
        type: 'number',
        min: 0,
        max: 3600,
        default: 30,
        about: 'seconds after the last cookie was asked for until they are sent back',
      },
    },
  },
  'connect-flood': {
    about:
      'Handshakes that are completed and connections that then say nothing. Cookies are of no use against it: what runs out is the accept queue, or the connections a program can serve.',
    acts: 'connections',
    pace: 'given',
    rateMax: CONNECTION_RATE_MAX,
    parameters: {
      bots: BOTS,
      hold: {
        type: 'number',
        min: 0,
        max: 3600,
        default: 0,
        about: 'seconds until a bot gives a connection up; 0: it holds it to the end of the attack',
      },
    },
  },
  'slow-request': {
    about:
      'Connections that send the lines of a request one by one and never the last one (slowloris): each keeps a worker of the server waiting.',
    acts: 'connections',
    pace: 'given',
    rateMax: CONNECTION_RATE_MAX,
    parameters: {
      bots: BOTS,
      interval: { type: 'number', min: 0.1, max: 3600, default: 10, about: 'seconds between two lines' },
    },
  },
  'rst-flood': {
    about:
      'Spoofed RSTs that sweep the sequence numbers to cut honest connections off. One in the window but not exact earns a challenge ACK (RFC 5961); only the exact one ends a connection.',
    acts: 'packets',
    pace: 'given',
    rateMax: ATTACK_RATE_MAX,
    parameters: { victims: VICTIMS, stride: STRIDE },
  },
  'fin-flood': {
    about:
      'Spoofed FINs that sweep the sequence numbers to close honest connections. They need an acceptable acknowledgment number as well, and so do nothing.',
    acts: 'packets',
    pace: 'given',
    rateMax: ATTACK_RATE_MAX,
    parameters: { victims: VICTIMS, stride: STRIDE },
  },
  'flash-crowd': {
    about:
      'No attack: a surge of honest visitors. The SYN queue fills as in a flood, but they complete their handshakes: SyncookiesRecv / SyncookiesSent is near 1 where a flood has 0.',
    acts: 'connections',
    pace: 'given',
    rateMax: CONNECTION_RATE_MAX,
    parameters: {
      connectTimeout: {
        type: 'number',
        min: 1,
        max: 131,
        default: 3,
        about: 'seconds until a visitor gives up connecting',
      },
    },
  },
  'trace-replay': {
    about:
      'SYNs and other segments to the victim as they were recorded in a pcap or pcapng file, from addresses of the lab. What it was is sent again, whatever the server answers: a replay completes no handshake.',
    acts: 'packets',
    pace: 'trace',
    rateMax: ATTACK_RATE_MAX,
    parameters: {
      trace: {
        type: 'file',
        about:
          'the recording: in a scenario its path, seen from the scenario’s file; live the name of a file in the directory that SYNLAB_TRACES names',
      },
      victim: {
        type: 'victim',
        about:
          'the attacked host in the recording, or host:port for what was sent to that port alone; default: the host that gets most SYNs, most SYN-ACKs that it never asked for, or most segments of connections that nobody opened',
      },
      speed: { type: 'number', min: 0.1, max: 100, default: 1, about: 'times as fast as it was recorded' },
    },
  },
} as const satisfies Record<string, AttackKindEntry>

export type AttackKind = keyof typeof ATTACK_CATALOGUE

export const ATTACK_KINDS = Object.keys(ATTACK_CATALOGUE) as readonly AttackKind[]

/** All parameters of a kind, those of its pace included, by name. */
export function parametersOf(kind: AttackKind): Readonly<Record<string, AttackParameter>> {
  const { pace, parameters } = ATTACK_CATALOGUE[kind] as AttackKindEntry
  return pace === 'trace' ? parameters : { ...parameters, ...PACE_PARAMETERS }
}
