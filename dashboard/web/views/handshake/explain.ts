/** Which explanation belongs to a step. Pure. */
import type { Step } from './exchange.ts'
import type { HandshakeText } from './strings.en.ts'

export function explanationOf({ segment, ends }: Step): keyof HandshakeText['explain'] {
  if (segment === undefined) return ends.server.state === 'TIME-WAIT' ? 'timeWait' : 'ack'
  const has = (flag: string): boolean => segment.flags.includes(flag)
  if (has('RST')) return 'rst'
  if (segment.isRepeat) return 'repeat'
  if (has('SYN')) return has('ACK') ? (segment.isCookie ? 'cookie' : 'synAck') : 'syn'
  if (ends.server.state === 'TIME-WAIT' || ends.client?.state === 'TIME-WAIT') return 'timeWait'
  if (has('FIN')) return ends.server.state === 'CLOSE-WAIT' ? 'closeWait' : 'fin'
  if (segment.payloadBytes > 0) return 'data'
  const isThird = segment.direction === 'to-server' && ends.server.state === 'ESTABLISHED'
  return isThird ? 'established' : 'ack'
}
