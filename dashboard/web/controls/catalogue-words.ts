/**
 * Names of everything in the lab's catalogues that can be set, in both languages: each knob, kind of attack and parameter
 * must be here; one that is not does not compile. In English the catalogue itself says what each is about.
 */
import type { ATTACK_CATALOGUE, AttackKind, PACE_PARAMETERS } from '../../../attacker/traffic/attack-catalogue.ts'
import type { ServerConfig } from '../../contract/server.ts'
import type { Language } from '../i18n/language.ts'

export interface Named {
  readonly label: string
  readonly about?: string
}

type Words<W> = Readonly<Record<Language, W>>

/** Every parameter of any kind of attack. */
export type AttackParameter =
  | 'rate'
  | 'duration'
  | keyof typeof PACE_PARAMETERS
  | { [Kind in AttackKind]: keyof (typeof ATTACK_CATALOGUE)[Kind]['parameters'] }[AttackKind]

export const KIND_WORDS: Readonly<Record<AttackKind, Words<Named>>> = {
  'syn-flood': {
    en: { label: 'SYN flood' },
    'zh-CN': { label: 'SYN 洪水', about: '没有人完成握手的 SYN：每个被存下的都在半连接队列里占一个位置。' },
  },
  'low-and-slow': {
    en: { label: 'Low and slow' },
    'zh-CN': {
      label: '低速慢攻',
      about: '以保持速率进行的 SYN 洪水：SYN 的数量恰好让队列一直满着，即位置数除以请求的存活时间。',
    },
  },
  'syn-data': {
    en: { label: 'SYNs with data' },
    'zh-CN': {
      label: '带数据的 SYN',
      about: '携带数据的 SYN。没有 Fast Open 的监听者什么都不存：消耗的是带宽，不是内存。',
    },
  },
  'ack-flood': {
    en: { label: 'Forged cookies (ACK flood)' },
    'zh-CN': {
      label: '伪造 Cookie（ACK 洪水）',
      about:
        '带着猜测的 Cookie 的 ACK。2^29 个中才有一个能打开连接；服务器查看的其他每一个都是一次 SyncookiesFailed 和一个 RST。',
    },
  },
  'cookie-replay': {
    en: { label: 'Cookie replay' },
    'zh-CN': {
      label: '重放 Cookie',
      about: '正当得到的有效 Cookie，过一会儿一再送回：Cookie 不是一次性的票，但会过期。需要服务器发放 Cookie。',
    },
  },
  'connect-flood': {
    en: { label: 'Connect flood' },
    'zh-CN': {
      label: '连接洪水',
      about: '完成握手后一言不发的连接。Cookie 对它没有用：耗尽的是全连接队列，或程序能服务的连接数。',
    },
  },
  'slow-request': {
    en: { label: 'Slow requests (slowloris)' },
    'zh-CN': {
      label: '慢速请求（slowloris）',
      about: '一行一行地发送请求而永不结束的连接：每个都让服务器的一个工作进程等待。',
    },
  },
  'rst-flood': {
    en: { label: 'RST flood' },
    'zh-CN': {
      label: 'RST 洪水',
      about:
        '伪造的 RST 扫过序号空间，要切断正常连接。落在窗口内但不精确的只换来一个挑战 ACK（RFC 5961）；只有精确的才能结束连接。',
    },
  },
  'fin-flood': {
    en: { label: 'FIN flood' },
    'zh-CN': {
      label: 'FIN 洪水',
      about: '伪造的 FIN 扫过序号空间，要关闭正常连接。它们还需要可接受的确认号，所以什么也做不到。',
    },
  },
  'flash-crowd': {
    en: { label: 'Flash crowd (no attack)' },
    'zh-CN': {
      label: '突发人群（不是攻击）',
      about:
        '大量正常访客涌来。半连接队列像洪水时一样变满，但他们会完成握手：SyncookiesRecv / SyncookiesSent 接近 1，而洪水是 0。',
    },
  },
  'trace-replay': {
    en: { label: 'Replay of a recording' },
    'zh-CN': {
      label: '重放录制',
      about: '按 pcap 或 pcapng 文件中的记录向受害者发送 SYN 和其他报文段，使用实验室的地址。',
    },
  },
}

export const PARAMETER_WORDS: Readonly<Record<AttackParameter, Words<string>>> = {
  rate: { en: 'Rate', 'zh-CN': '速率' },
  duration: { en: 'Ends by itself after', 'zh-CN': '自动结束于' },
  origin: { en: 'Source addresses', 'zh-CN': '源地址' },
  sources: { en: 'Spoofed range', 'zh-CN': '伪造的地址段' },
  bots: { en: 'Bots', 'zh-CN': '肉鸡数' },
  fingerprint: { en: 'Look of a SYN', 'zh-CN': 'SYN 的样子' },
  backlog: { en: 'Backlog it believes in', 'zh-CN': '它以为的 backlog' },
  synAckRetries: { en: 'SYN-ACK retries it believes in', 'zh-CN': '它以为的 SYN-ACK 重试次数' },
  payload: { en: 'Payload, bytes', 'zh-CN': '载荷，字节' },
  cookies: { en: 'Cookies to obtain', 'zh-CN': '要取得的 Cookie 数' },
  age: { en: 'Age of the cookies, s', 'zh-CN': 'Cookie 的年龄，秒' },
  hold: { en: 'Held for, s', 'zh-CN': '保持时间，秒' },
  interval: { en: 'Between two lines, s', 'zh-CN': '两行之间，秒' },
  victims: { en: 'What is known of the victims', 'zh-CN': '对受害者知道什么' },
  stride: { en: 'Step of the sweep, bytes', 'zh-CN': '扫描步长，字节' },
  connectTimeout: { en: 'Visitors’ patience, s', 'zh-CN': '访客的耐心，秒' },
  trace: { en: 'File of the recording', 'zh-CN': '录制文件' },
  victim: { en: 'Victim in the recording', 'zh-CN': '录制中的受害者' },
  speed: { en: 'Times as fast', 'zh-CN': '倍速' },
  arrivals: { en: 'Arrivals', 'zh-CN': '到达方式' },
  shape: { en: 'Shape', 'zh-CN': '形状' },
  rampFrom: { en: 'Ramp begins at (share)', 'zh-CN': '斜坡起点（比例）' },
  pulseOn: { en: 'Pulse, s', 'zh-CN': '脉冲，秒' },
  pulseOff: { en: 'Silence after it, s', 'zh-CN': '脉冲后静默，秒' },
  steps: { en: 'Steps', 'zh-CN': '台阶数' },
}

export const KNOB_WORDS: Readonly<Record<keyof ServerConfig, Words<Named>>> = {
  synCookies: {
    en: { label: 'SYN cookies' },
    'zh-CN': { label: 'SYN Cookie', about: '0 从不，1 队列满时，2 对每个 SYN。' },
  },
  backlog: {
    en: { label: 'Backlog' },
    'zh-CN': {
      label: 'Backlog',
      about: 'listen() 的参数；与 somaxconn 一起决定两个队列的上限。-1 表示 somaxconn 允许的最大值。',
    },
  },
  queueRule: {
    en: { label: 'SYN queue is full' },
    'zh-CN': { label: 'SYN 队列何时算满', about: 'over：超过上限才算满；at：达到上限就算满，与 6.14 之前的内核相同。' },
  },
  eviction: {
    en: { label: 'Who makes room' },
    'zh-CN': {
      label: '谁让出位置',
      about:
        '仅在 Cookie 关闭且 SYN 队列已满时：none 不让，与 Linux 相同；oldest 最早的半连接；random 随机一个；bucket 同一散列桶（30 个）中最早的，如 FreeBSD 的 syncache。',
    },
  },
  somaxconn: {
    en: { label: 'Most of any backlog' },
    'zh-CN': { label: 'Backlog 上限', about: '任何 backlog 的上限。' },
  },
  maxSynBacklog: {
    en: { label: 'Last-quarter rule' },
    'zh-CN': { label: '最后四分之一规则', about: '仅在 Cookie 关闭时，用于最后四分之一规则。' },
  },
  synAckRetries: {
    en: { label: 'SYN-ACK retries' },
    'zh-CN': { label: 'SYN-ACK 重试次数', about: '请求过期前重发 SYN-ACK 的次数。' },
  },
  abortOnOverflow: {
    en: { label: 'RST on overflow' },
    'zh-CN': { label: '溢出时发 RST', about: '全连接队列满时，用 RST 回答最后的 ACK。' },
  },
  deferAccept: {
    en: { label: 'Wait for data' },
    'zh-CN': { label: '等待数据', about: 'accept() 得知握手之前，可等待数据的秒数；0 表示不等待。' },
  },
  acceptInterval: {
    en: { label: 'Time between accepts' },
    'zh-CN': { label: 'accept 间隔', about: '两次 accept 之间的毫秒数，如同程序正忙；0 表示立即。' },
  },
  workers: { en: { label: 'Workers' }, 'zh-CN': { label: '工作进程数', about: '同时服务的连接数；0 表示不限。' } },
  requestTimeout: {
    en: { label: 'HTTP request timeout' },
    'zh-CN': { label: 'HTTP 请求超时', about: '连接发完一个完整请求可用的秒数；0 表示永远。' },
  },
  greeting: {
    en: { label: 'Server speaks first' },
    'zh-CN': { label: '服务器先说话', about: '服务器在 accept() 时先发问候，如 SMTP。' },
  },
}

/** The words of one language. */
export function wordsIn<K extends string, W>(language: Language, words: Readonly<Record<K, Words<W>>>): Record<K, W> {
  const entries = Object.entries<Words<W>>(words).map(([name, all]) => [name, all[language]])
  return Object.fromEntries(entries) as Record<K, W>
}
