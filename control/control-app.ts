/**
 * What a control API is to those who add to it, and what it is made with.
 */
import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox'
import type {
  FastifyBaseLogger,
  FastifyInstance,
  RawReplyDefaultExpression,
  RawRequestDefaultExpression,
  RawServerDefault,
} from 'fastify'
import type { Registry } from 'prom-client'

export type ControlApp = FastifyInstance<
  RawServerDefault,
  RawRequestDefaultExpression,
  RawReplyDefaultExpression,
  FastifyBaseLogger,
  TypeBoxTypeProvider
>

export const LOG_LEVELS = ['silent', 'fatal', 'error', 'warn', 'info', 'debug', 'trace'] as const
export type LogLevel = (typeof LOG_LEVELS)[number]

export interface ControlAppOptions {
  /** The process's name, as /version tells it. */
  readonly name: string
  /** What the process is, in one sentence for people. */
  readonly about: string
  readonly logLevel: LogLevel
  /** Somebody has a page of its own at the root. */
  readonly hasPage?: boolean
  /** What /metrics shows: a registry of its own. */
  readonly metrics: Registry
}
