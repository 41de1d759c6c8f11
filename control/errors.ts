/**
 * The closed catalogue of errors that the control APIs answer with, and the JSON they become: `{code, message, path?}`.
 * A 4xx message is written for the caller: what is wrong, where, what is allowed. A 5xx says nothing about the inside.
 */

/** Largest request body. */
export const BODY_LIMIT_BYTES = 64 * 1024

/** HTTP status by code. */
export const API_ERRORS = {
  /** The request cannot be understood and no other code says why. */
  BAD_REQUEST: 400,
  /** The body is not JSON. */
  BAD_JSON: 400,
  /** A key that does not exist here. Nothing is ignored silently. */
  UNKNOWN_KEY: 400,
  MISSING_KEY: 400,
  WRONG_TYPE: 400,
  OUT_OF_RANGE: 400,
  /** Of the right type, but none of the allowed values. */
  BAD_VALUE: 400,
  /** The safety rules of the lab forbid it. */
  TARGET_REFUSED: 403,
  /** A page of another site asks, through somebody's browser. */
  CROSS_ORIGIN: 403,
  /** A change that does not bring the page's token. */
  TOKEN_REQUIRED: 403,
  NOT_FOUND: 404,
  METHOD_NOT_ALLOWED: 405,
  /** It did not arrive in time. */
  REQUEST_TIMEOUT: 408,
  /** Not possible in the present state. */
  CONFLICT: 409,
  BODY_TOO_LARGE: 413,
  UNSUPPORTED_MEDIA_TYPE: 415,
  RANGE_NOT_SATISFIABLE: 416,
  /** As many as there may be at a time. */
  TOO_MANY: 429,
  HEAD_TOO_LARGE: 431,
  INTERNAL: 500,
  NOT_IMPLEMENTED: 501,
  /** The engine is starting, stopping or gone. */
  UNAVAILABLE: 503,
} as const satisfies Record<string, number>

export type ApiErrorCode = keyof typeof API_ERRORS

/** An error as the API sends it. */
export interface ApiErrorBody {
  readonly code: ApiErrorCode
  readonly message: string
  /** The field that is wrong, dotted: `clients.0.rate`. */
  readonly path?: string
}

export class ApiError extends Error {
  readonly code: ApiErrorCode
  readonly path: string | undefined
  /** Fastify sets it when a request fails validation. */
  statusCode: number

  /** `message`: one line. `path`: the field in question, dotted. */
  constructor(code: ApiErrorCode, message: string, path?: string) {
    super(message)
    this.name = 'ApiError'
    this.code = code
    this.path = path
    this.statusCode = API_ERRORS[code]
  }

  toBody(): ApiErrorBody {
    const { code, message, path } = this
    return path === undefined ? { code, message } : { code, message, path }
  }
}

/** The errors that the HTTP layer itself raises, in our words, by Fastify's code. */
const HTTP_LAYER_ERRORS: Record<string, readonly [ApiErrorCode, string]> = {
  FST_ERR_CTP_BODY_TOO_LARGE: ['BODY_TOO_LARGE', `the body is larger than ${BODY_LIMIT_BYTES} bytes`],
  FST_ERR_CTP_INVALID_MEDIA_TYPE: [
    'UNSUPPORTED_MEDIA_TYPE',
    'the body must be JSON, with content-type application/json',
  ],
}

/**
 * Turns anything thrown into an error of the catalogue. Its own message is shown only when it is the caller's fault;
 * everything else becomes INTERNAL, or UNAVAILABLE for an engine that has gone away.
 */
export function toApiError(error: unknown): ApiError {
  if (error instanceof ApiError) return error
  const { code, statusCode, message } = error as { code?: string; statusCode?: number; message?: string }
  const known = HTTP_LAYER_ERRORS[code ?? '']
  if (known !== undefined) return new ApiError(...known)
  if (code === 'THREAD_CLOSED') return new ApiError('UNAVAILABLE', 'the engine is not running')
  if (statusCode !== undefined && statusCode >= 400 && statusCode < 500) {
    return new ApiError('BAD_REQUEST', message ?? 'bad request')
  }
  return new ApiError('INTERNAL', 'internal error, see the log')
}
