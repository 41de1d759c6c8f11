/** Errors with the properties that those of node:net have. */
import { constants } from 'node:os'
import type { SocketError } from '../host/socket-error.ts'
import { formatAddress } from '../wire/address.ts'

/** The system call that node:net would have made. */
export type Call = 'bind' | 'connect' | 'read' | 'write'

/** `address` and `port`: where to, or for `bind` where from, as far as it is known. */
export function makeNetError(call: Call, code: SocketError, address?: number, port?: number): Error {
  const errno = -constants.errno[code]
  const host = address === undefined ? {} : { address: formatAddress(address) }
  const place = { ...host, ...(port === undefined ? {} : { port }) }
  const where = Object.values(place).join(':')
  const message = where === '' ? `${call} ${code}` : `${call} ${code} ${where}`
  return Object.assign(new Error(message), { errno, code, syscall: call, ...place })
}

/** Of a write after the peer has ended, and this side with it: node:net gives a code and no more. */
export function makeEndedError(): Error {
  return Object.assign(new Error('the other side has ended this connection'), { code: 'EPIPE' })
}
