/**
 * What a control API says of itself: an OpenAPI 3.1 document made from the schemas by which requests are checked, and a page
 * of it for people at the root.
 */
import swagger from '@fastify/swagger'
import type { FastifySchema } from 'fastify'
import { apiPage, type OpenApi } from './api-page.ts'
import type { ControlApp, ControlAppOptions } from './control-app.ts'
import { packageVersion } from './package-info.ts'

/** The summary of a route, as an option of it. */
export function describe(summary: string): { readonly schema: FastifySchema } {
  return { schema: { summary } }
}

/** Adds GET /api/openapi.json, and GET / unless the owner has a page of its own there. */
export function addApiDescription(app: ControlApp, { name, about, hasPage = false }: ControlAppOptions): void {
  app.register(swagger, {
    openapi: { openapi: '3.1.0', info: { title: name, description: about, version: packageVersion() } },
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
