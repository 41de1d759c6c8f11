/**
 * What became of a segment, in the words of a story: a drop reason says why it was not used, and a reader wants to know
 * what the receiver did then.
 */
import { DROP_REASON_NAMES, DropReason } from '../../tcpip/base/drop-reason.ts'
import type { Language, Words } from '../checks/language.ts'

/** What befalls a segment before any receiver has it. */
export const LOST = 'lost'
export const CLIENT_OFF = 'the client is switched off'
export const UNDER_WAY = 'under way'
export const NOBODY = 'nobody has this address'

/** By the name of the drop reason; of the others, the name itself is what there is to say. */
const WORDS = new Map<string, Words>([
  [nameOf(DropReason.NO_SOCKET), { en: 'no such connection: answered with RST', 'zh-CN': '没有这个连接：以 RST 应答' }],
  [
    nameOf(DropReason.LISTEN_STRAY_ACK),
    { en: 'an ACK that belongs to no connection: answered with RST', 'zh-CN': '不属于任何连接的 ACK：以 RST 应答' },
  ],
  [
    nameOf(DropReason.SYN_IN_CONNECTION),
    { en: 'a SYN in an open connection: challenged with an ACK', 'zh-CN': '已建立的连接里来了 SYN：以 ACK 质询' },
  ],
  [
    nameOf(DropReason.SYN_SENT_UNACCEPTABLE),
    {
      en: 'an ACK without the SYN that SYN-SENT waits for: ignored',
      'zh-CN': '没有 SYN-SENT 所等的 SYN，只有 ACK：忽略',
    },
  ],
  [nameOf(DropReason.OUT_OF_WINDOW), { en: 'outside the receive window: ignored', 'zh-CN': '在接收窗口之外：忽略' }],
  [
    nameOf(DropReason.OUT_OF_ORDER),
    { en: 'ahead of what is missing: kept until that comes', 'zh-CN': '前面还有缺口：先留着，等缺的到来' },
  ],
  [nameOf(DropReason.PAWS), { en: 'its timestamp is too old: refused (PAWS)', 'zh-CN': '时间戳太旧：拒绝（PAWS）' }],
  [
    nameOf(DropReason.TIME_WAIT),
    { en: 'nothing new: answered with the last ACK', 'zh-CN': '没有新内容：再发一次最后的 ACK' },
  ],
  [LOST, { en: LOST, 'zh-CN': '丢失' }],
  [CLIENT_OFF, { en: CLIENT_OFF, 'zh-CN': '客户端已关机' }],
  [UNDER_WAY, { en: UNDER_WAY, 'zh-CN': '在途中' }],
  [NOBODY, { en: NOBODY, 'zh-CN': '没有人有这个地址' }],
])

function nameOf(reason: DropReason): string {
  return DROP_REASON_NAMES[reason] ?? ''
}

/** Whether the receiver made use of the segment: there is nothing to add then. */
export function isUsed(fate: string): boolean {
  return fate === nameOf(DropReason.ACCEPTED)
}

/** A sighting's fate as the end of a line. */
export function describeFate(fate: string, language: Language = 'en'): string {
  return WORDS.get(fate)?.[language] ?? fate.replaceAll('_', ' ')
}
