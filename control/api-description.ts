/**
 * What a control API says of itself: an OpenAPI 3.1 document made from the schemas by which requests are checked, and a page
 * of it for people at the root.
 */
import swagger from '@fastify/swagger'
import type { FastifyContextConfig, FastifySchema } from 'fastify'
import { apiPage, type OpenApi } from './api-page.ts'
import type { ControlApp, ControlAppOptions } from './control-app.ts'
import { API_ERRORS } from './errors.ts'
import { packageVersion } from './package-info.ts'

declare module 'fastify' {
  interface FastifyContextConfig {
    /** What a route answers with when all is well; default: 200. */
    status?: number
    /** The body in full, where the route's own schema is only the part that all bodies have. */
    body?: unknown
  }
}

const OK = 200

/** An error as every route sends it (errors.ts). */
const REFUSAL = {
  description: 'Refused or failed: what is wrong, where, what is allowed.',
  type: 'object',
  required: ['code', 'message'],
  properties: {
    code: { type: 'string', enum: Object.keys(API_ERRORS) },
    message: { type: 'string' },
    path: { type: 'string', description: 'The field that is wrong, dotted.' },
  },
}

/** The summary of a route, as an option of it. */
export function describe(summary: string): { readonly schema: FastifySchema } {
  return { schema: { summary } }
}

/** Adds GET /api/openapi.json, and GET / unless the owner has a page of its own there. */
export function addApiDescription(app: ControlApp, { name, about, hasPage = false }: ControlAppOptions): void {
  app.register(swagger, {
    openapi: { openapi: '3.1.0', info: { title: name, description: about, version: packageVersion() } },
    transform: ({ schema, url, route }) => ({ schema: inFull(schema, route.config), url }),
  })
  app.addHook('onRequest', async ({ routeOptions: { config } }, reply) => {
    if (config.status !== undefined) reply.code(config.status)
  })
  app.after(() => {
    app.get('/api/openapi.json', describe('This API as an OpenAPI 3.1 document.'), () => app.swagger())
    if (hasPage) return
    app.get('/', describe('Where one is: this API as a page for people.'), (_request, reply) =>
      reply
        .header('content-security-policy', "default-src 'none'; style-src 'unsafe-inline'")
        .type('text/html; charset=utf-8')
        .send(apiPage(app.swagger() as OpenApi)),
    )
  })
}

/** A route's schema with what only the description needs: what it answers, and its body in full. */
function inFull(
  schema: FastifySchema = {},
  { status = OK, body = schema.body }: FastifyContextConfig = {},
): FastifySchema {
  const response = { [status]: { description: 'Done.' }, '4XX': REFUSAL, '5XX': REFUSAL }
  return { ...schema, ...(body === undefined ? {} : { body }), response }
}
