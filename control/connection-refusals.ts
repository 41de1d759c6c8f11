/**
 * Answers to what never became a request of an http server, or will not become a whole one: not HTTP, too large, too late, or
 * meant for a proxy.
 */
import { maxHeaderSize, type Server, type ServerResponse, STATUS_CODES } from 'node:http'
import type { Duplex } from 'node:stream'
import { ApiError } from './errors.ts'

export class ConnectionRefusals {
  /** By connection: answers that are owed or under way. */
  private readonly owed = new WeakMap<Duplex, Set<ServerResponse>>()
  private readonly late: string

  /** `late` is told to whose request takes too long. */
  constructor(late: string) {
    this.late = late
  }

  /** Has to see all requests of the server whose connections it refuses. */
  watch(server: Server): void {
    server.on('request', ({ socket }, response) => {
      const owed = this.owed.get(socket) ?? new Set()
      this.owed.set(socket, owed.add(response))
      response.once('close', () => owed.delete(response))
    })
    // Without a listener Node closes the connection and says nothing.
    server.on('connect', (_request, socket) => answer(new ApiError('NOT_IMPLEMENTED', 'this is no proxy'), socket))
  }

  /** A handler of the event `clientError`. */
  readonly refuse = (error: NodeJS.ErrnoException, socket: Duplex): void => {
    const owed = [...(this.owed.get(socket) ?? [])]
    // Words would be taken for a part of the answer that is under way, or for the answer to another request.
    const wouldMislead = owed.length > 1 || owed.some((response) => response.headersSent)
    if (!socket.writable || wouldMislead) socket.destroy()
    else answer(this.toApiError(error), socket)
  }

  /** Why Node's http server gave a connection up, in the words of the catalogue. */
  private toApiError({ code }: NodeJS.ErrnoException): ApiError {
    switch (code) {
      case 'ERR_HTTP_REQUEST_TIMEOUT':
        return new ApiError('REQUEST_TIMEOUT', this.late)
      case 'HPE_HEADER_OVERFLOW':
        return new ApiError('HEAD_TOO_LARGE', `the head of the request is larger than ${maxHeaderSize} bytes`)
      default:
        return new ApiError('BAD_REQUEST', 'the request is not HTTP')
    }
  }
}

function answer(refused: ApiError, socket: Duplex): void {
  const body = JSON.stringify(refused.toBody())
  const head = `HTTP/1.1 ${refused.statusCode} ${STATUS_CODES[refused.statusCode]}\r\nContent-Type: application/json`
  socket.end(`${head}\r\nContent-Length: ${body.length}\r\nConnection: close\r\n\r\n${body}`, () => socket.destroy())
}
