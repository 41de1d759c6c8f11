/**
 * The built page: static files, and what a browser may do with them. The page has no inline script, makes no HTML of text,
 * and speaks to this server alone; the policy holds it to that.
 */
import { existsSync } from 'node:fs'
import { join, sep } from 'node:path'
import fastifyStatic from '@fastify/static'
import type { ControlApp } from '../../control/app.ts'
import { ApiError } from '../../control/errors.ts'

/** W3C CSP Level 3, and Trusted Types with no policy at all. */
const CONTENT_SECURITY_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "worker-src 'self'",
  "style-src 'self'",
  "connect-src 'self'",
  "img-src 'self' data: blob:",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
  "require-trusted-types-for 'script'",
  "trusted-types 'none'",
].join('; ')

const HEADERS = {
  'content-security-policy': CONTENT_SECURITY_POLICY,
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
}

/** Where Vite puts the files whose names hold a hash of their content. */
const HASHED = `${sep}assets${sep}`

/** Serves the files of `directory`, with those beside them that are compressed already. */
export async function addPageFiles(app: ControlApp, directory: string): Promise<void> {
  app.addHook('onSend', async (_request, reply) => {
    reply.headers(HEADERS)
  })
  if (!existsSync(join(directory, 'index.html'))) {
    app.get('/', () => {
      throw new ApiError('UNAVAILABLE', 'the page is not built; npm run build builds it')
    })
    return
  }
  await app.register(fastifyStatic, {
    root: directory,
    wildcard: false,
    preCompressed: true,
    cacheControl: false,
    setHeaders: (reply, path) => {
      const isHashed = path.includes(HASHED)
      reply.setHeader('cache-control', isHashed ? 'public, max-age=31536000, immutable' : 'no-cache')
    },
  })
}
