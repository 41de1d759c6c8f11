/** The state map in Chinese. */
import type { StatesText } from './strings.en.ts'

export const STATES_ZH: StatesText = {
  title: '每个套接字及其状态',
  about:
    '服务器所经历的 RFC 9293。数字是该状态的套接字数；线越宽，每秒走这条路的套接字越多。×：因重置、中止或超时直接到 CLOSED。',
  edges: {
    syn: '存下 SYN',
    ack: 'ACK',
    cookie: '有效 Cookie',
    expired: '过期或被重置',
    close: 'close()',
    fin: 'FIN',
    timeout: '60 秒已过',
    gone: '重置、中止、超时',
  },
  perSecond: (rate) => `${rate}/秒`,
  gone: (rate) => `× ${rate}/秒`,
  way: (from, to, total) => `${from} → ${to}：自服务器启动以来 ${total} 次`,
  ages: '它们待了多久',
  timeWaitAges: 'TIME-WAIT：60 秒后离开',
  closeWaitAges: 'CLOSE-WAIT：程序关闭时离开',
  agesTwin: (state, count, oldest) => `${count} 个套接字处于 ${state}，最久的 ${oldest}。`,
  noAges: '无',
  sockets: '套接字',
  table: '套接字表',
  all: '全部',
  shown: (shown, total) => `${shown} / ${total}`,
  filter: '状态',
  columns: {
    state: '状态',
    recvQ: 'Recv-Q',
    sendQ: 'Send-Q',
    local: '本地',
    peer: '对端',
    timer: '定时器',
    age: '时长',
  },
  timer: (kind, left, retries) => `${kind} ${left}，${retries}`,
}
