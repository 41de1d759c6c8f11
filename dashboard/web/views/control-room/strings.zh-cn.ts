/** The control room in Chinese. */
import type { ControlRoomText } from './strings.en.ts'

const who = (name: string): string => (name === 'server' ? '服务器' : `攻击者 ${name}`)

export const CONTROL_ROOM_ZH: ControlRoomText = {
  sentence: '正在发生什么',
  pinned: (clock, ago) => `${clock}，${ago}前`,
  synQueue: '半连接队列（SYN）',
  synQueueAbout: '每个方格是一个半连接请求',
  acceptQueue: '全连接队列（accept）',
  acceptQueueAbout: '已完成握手、等待程序的连接',
  of: (limit) => `/ ${limit}`,
  free: '空闲',
  honest: (count) => `正常 ${count}`,
  hostile: (count) => `攻击 ${count}`,
  hostileAbout: '只有实验室知道：依据它自己的地址规划。真实的服务器无法分辨。',
  notches: '刻痕：重发的 SYN-ACK',
  densityAbout: '每格代表许多位置',
  noFrame: '这一时刻的位置情况未知。',
  waits: '每个正常客户端等了多久',
  waitsAbout: '按开始的时刻',
  gaveUp: '放弃',
  untold: (count) => `另有 ${count} 个太多，未逐一列出`,
  charts: {
    syns: '每秒 SYN',
    cookies: '每秒 Cookie',
    queues: '队列与上限',
    success: '正常成功率，10 秒',
    connect: '连接时间，10 秒',
    states: '各状态的连接',
    resets: '每秒终结',
    memory: '半连接队列的内存',
  },
  series: {
    received: '收到',
    accepted: '受理',
    sent: '发出',
    valid: '有效',
    failed: '失败',
    synQueue: '半连接',
    acceptQueue: '全连接',
    limit: '上限',
    served: '成功',
    median: '中位数',
    slowest: '99 %',
    established: '已建立',
    closeWait: 'CLOSE-WAIT',
    timeWait: 'TIME-WAIT',
    rstsSent: '发出 RST',
    halfOpenReset: '半连接被重置',
    expired: '过期',
    queueBytes: '字节',
  },
  more: '更多图表',
  fewer: '主要图表',
  source: '计数来源',
  log: '发生了什么',
  emptyLog: '还没有切换过任何东西。',
  time: '时间',
  pause: '停住',
  resume: '回到现在',
  stepBack: '后退一秒',
  stepOn: '前进一秒',
  scrubber: '最近十分钟内的时刻',
  table: '最近十个值',
  second: '时间',
  marks: {
    config: ({ changes }) =>
      Object.entries(changes)
        .map(([name, [before, after]]) => `${name} ${String(before)} → ${String(after)}`)
        .join('，'),
    threshold: ({ queue, isFull, length, limit }, f) =>
      `${queue === 'syn_queue' ? '半连接队列' : '全连接队列'}${isFull ? '满了' : '不再满'}（${f.of(length, limit)}）`,
    flood: ({ sendingCookies }) =>
      `服务器：可能遭到 SYN 洪水。${sendingCookies ? '正在发送 Cookie。' : '正在丢弃请求。'}`,
    attack: ({ state, rate }, kind, f) => (state === 'started' ? `${kind}开始，${f.rate(rate)}/秒` : `${kind}结束`),
    clients: ({ rate }, f) => `正常客户端：${f.rate(rate)}/秒`,
    reset: (mark) => `${who(mark.who)}已重置`,
    presence: (mark) => `${who(mark.who)}${mark.isThere ? '在' : '不在了'}`,
  },
  twinQueue: (length, limit, honest, hostile) =>
    `${limit} 个位置中占用了 ${length} 个：正常客户端 ${honest} 个，攻击 ${hostile} 个。`,
  twinWaits: (served, failed, median) =>
    `最近十秒内有 ${served} 个正常客户端成功，一半在 ${median}之内；${failed} 个放弃了。`,
}
