/**
 * Why a check was reached or not: a key, which names a sentence in every language, and the values in it. A reason says what
 * was seen; it never says what would have been right.
 */
import type { FigureName } from './figures.ts'
import { fill, type Language, type Words } from './language.ts'

export const REASONS = {
  'figure-missing': {
    en: 'The run has no figure {figure}.',
    'zh-CN': '这次运行里没有 {figure} 这个数据。',
  },
  'handshake-done': {
    en: '{handshake.segments} segments, and both ends are ESTABLISHED.',
    'zh-CN': '经过 {handshake.segments} 个报文段，双方都进入 ESTABLISHED。',
  },
  'handshake-open': {
    en: 'No handshake was completed: {handshake.segments} segments were seen.',
    'zh-CN': '没有完成握手：只看到 {handshake.segments} 个报文段。',
  },
  'request-expired': {
    en: '{counters.HalfOpenExpired} half-open entry(s) expired, after {counters.TCPSynRetrans} repeated SYN-ACKs.',
    'zh-CN': '{counters.HalfOpenExpired} 个半连接超时被删除，此前重发了 {counters.TCPSynRetrans} 次 SYN-ACK。',
  },
  'request-not-expired': {
    en: 'No half-open entry has expired yet: HalfOpenExpired is {counters.HalfOpenExpired}.',
    'zh-CN': '还没有半连接超时：HalfOpenExpired 是 {counters.HalfOpenExpired}。',
  },
  'syn-queue-full': {
    en: 'The SYN queue was full: {syn_queue.max} requests, with a limit of {syn_queue.limit}.',
    'zh-CN': '半连接队列满过：上限 {syn_queue.limit}，里面有 {syn_queue.max} 个请求。',
  },
  'syn-queue-not-full': {
    en: 'The SYN queue was never full: {syn_queue.max} requests at most, with a limit of {syn_queue.limit}.',
    'zh-CN': '半连接队列从未满过：上限 {syn_queue.limit}，最多时只有 {syn_queue.max} 个请求。',
  },
  'too-few-clients': {
    en: 'Only {legit.attempted} honest clients came: too few to judge by.',
    'zh-CN': '只来了 {legit.attempted} 个正常客户端，太少，无法判断。',
  },
  'clients-locked-out': {
    en: 'Honest clients are locked out: {legit.succeeded} of {legit.attempted} were served.',
    'zh-CN': '正常客户端被挡在门外：{legit.attempted} 个里只有 {legit.succeeded} 个得到服务。',
  },
  'clients-still-served': {
    en: 'Honest clients still get in: {legit.succeeded} of {legit.attempted} were served.',
    'zh-CN': '正常客户端仍能连上：{legit.attempted} 个里有 {legit.succeeded} 个得到服务。',
  },
  'clients-served': {
    en: 'Honest clients are served: {legit.succeeded} of {legit.attempted}.',
    'zh-CN': '正常客户端得到了服务：{legit.attempted} 个里有 {legit.succeeded} 个。',
  },
  'clients-not-served': {
    en: 'Not every honest client was served: {legit.succeeded} of {legit.attempted}.',
    'zh-CN': '不是每个正常客户端都得到了服务：{legit.attempted} 个里只有 {legit.succeeded} 个。',
  },
  'drops-counted': {
    en: 'SYNs were dropped because the SYN queue was full: TCPReqQFullDrop +{counters.TCPReqQFullDrop}, ListenDrops +{counters.ListenDrops}.',
    'zh-CN':
      'SYN 因半连接队列已满被丢弃：TCPReqQFullDrop 增加 {counters.TCPReqQFullDrop}，ListenDrops 增加 {counters.ListenDrops}。',
  },
  'no-drops': {
    en: 'No SYN was dropped for a full SYN queue: TCPReqQFullDrop +{counters.TCPReqQFullDrop}.',
    'zh-CN': '没有 SYN 因半连接队列已满被丢弃：TCPReqQFullDrop 增加 {counters.TCPReqQFullDrop}。',
  },
  'cookies-redeemed': {
    en: 'Cookies carry the honest clients: {counters.SyncookiesSent} sent, {counters.SyncookiesRecv} came back valid.',
    'zh-CN':
      'SYN cookie 保住了正常客户端：发出 {counters.SyncookiesSent} 个，收回有效的 {counters.SyncookiesRecv} 个。',
  },
  'no-cookies-sent': {
    en: 'No SYN cookie was sent: SyncookiesSent +{counters.SyncookiesSent}.',
    'zh-CN': '没有发出 SYN cookie：SyncookiesSent 增加 {counters.SyncookiesSent}。',
  },
  'no-cookies-redeemed': {
    en: '{counters.SyncookiesSent} SYN cookies were sent, and {counters.SyncookiesRecv} came back valid.',
    'zh-CN': '发出了 {counters.SyncookiesSent} 个 SYN cookie，收回有效的 {counters.SyncookiesRecv} 个。',
  },
  'accept-queue-full': {
    en: 'The accept queue was full ({accept_queue.max}, limit {accept_queue.limit}): ListenOverflows +{counters.ListenOverflows}.',
    'zh-CN':
      '全连接队列满过（上限 {accept_queue.limit}，最多 {accept_queue.max}）：ListenOverflows 增加 {counters.ListenOverflows}。',
  },
  'accept-queue-not-full': {
    en: 'The accept queue never overflowed: {accept_queue.max} at most (limit {accept_queue.limit}), ListenOverflows +{counters.ListenOverflows}.',
    'zh-CN':
      '全连接队列没有溢出：上限 {accept_queue.limit}，最多 {accept_queue.max}，ListenOverflows 增加 {counters.ListenOverflows}。',
  },
  'cookies-sent-after-all': {
    en: '{counters.SyncookiesSent} SYN cookies were sent: the SYN queue was full as well.',
    'zh-CN': '发出了 {counters.SyncookiesSent} 个 SYN cookie：半连接队列也满了。',
  },
  closed: {
    en: 'Both directions are closed, with {close.segments} segments.',
    'zh-CN': '两个方向都已关闭，共 {close.segments} 个报文段。',
  },
  'not-closed': {
    en: 'The connection is not closed in both directions: {close.segments} segments of a close were seen.',
    'zh-CN': '连接还没有在两个方向上都关闭：只看到 {close.segments} 个关闭报文段。',
  },
  'time-wait-there': {
    en: '{sockets.time_wait} sockets of the server are in TIME-WAIT.',
    'zh-CN': '服务器有 {sockets.time_wait} 个套接字处于 TIME-WAIT。',
  },
  'no-time-wait': {
    en: 'No socket of the server is in TIME-WAIT ({sockets.time_wait}).',
    'zh-CN': '服务器没有套接字处于 TIME-WAIT（{sockets.time_wait} 个）。',
  },
  'close-wait-stays': {
    en: '{sockets.close_wait} sockets of the server are in CLOSE-WAIT, {sockets.close_wait_before} before: none went by itself.',
    'zh-CN':
      '服务器有 {sockets.close_wait} 个套接字处于 CLOSE-WAIT，之前是 {sockets.close_wait_before} 个：没有一个自己消失。',
  },
  'no-close-wait': {
    en: 'No socket of the server stays in CLOSE-WAIT: {sockets.close_wait_before} before, {sockets.close_wait} now.',
    'zh-CN': '服务器没有套接字停留在 CLOSE-WAIT：之前 {sockets.close_wait_before} 个，现在 {sockets.close_wait} 个。',
  },
} as const satisfies Record<string, Words>

export type ReasonKey = keyof typeof REASONS

export interface Reason {
  readonly key: ReasonKey
  readonly values: Readonly<Partial<Record<FigureName | 'figure', string | number>>>
}

/** The sentence of a reason. */
export function sayReason({ key, values }: Reason, language: Language): string {
  return fill(REASONS[key], values as Record<string, string | number>, language)
}
