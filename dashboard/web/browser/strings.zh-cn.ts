/** The words of what only the lab in the browser has in Chinese. */
import type { BrowserText } from './strings.en.ts'

export const BROWSER_ZH: BrowserText = {
  time: '时间',
  run: '运行',
  pause: '暂停',
  packet: '+1 个包',
  event: '+1 个事件',
  backSecond: '后退一秒',
  onSecond: '前进一秒',
  moment: '时刻；可以回到任何到达过的时刻',
  speed: '速度',
  ofReached: (time) => `/ ${time}`,
  reached: (speed) => `实际 ${speed}×`,
  turnBackTo: (time) => `把时间倒回 ${time}`,
  marks: {
    'attack-phase': '场景的攻击开始',
    'recovery-phase': '场景的攻击结束',
    configure: '修改了一个参数',
    'start-attack': '发起了一次攻击',
    'stop-attack': '停止了一次攻击',
    'stop-attack-id': '停止了一次攻击',
    clients: '修改了客户端',
  },
  runTitle: '场景',
  scenario: '场景',
  scenarios: '场景（按原文运行）',
  freeLab: '自由实验：你不动手就什么都不发生',
  ownText: (name) => `${name}（你的文本）`,
  seed: '种子',
  badSeed: (value) => `种子 ${value}：必须是 0 到 ${Number.MAX_SAFE_INTEGER} 之间的整数。`,
  arms: '分组',
  otherVersion: (theirs, ours) =>
    `此链接来自 synlab ${theirs === '' ? '（版本未知）' : theirs}，本页面是 ${ours}：结果可能不同，因此没有打开。`,
  brokenLink: (parameter) => `链接已损坏（${parameter}），因此没有打开。`,
  unknownScenario: (name) => `本页面中没有场景“${name}”，因此没有打开。`,
  refused: (message) => `没有打开：${message}。`,
  badScenario: (count, first) =>
    count === 1 ? `场景有一处错误：${first}。` : `场景有 ${count} 处错误，第一处：${first}。`,
}
