/**
 * Which methods exist for a path: what a refused request is told when the path is right and the method is not.
 */
import type { FastifyReply } from 'fastify'
import { ApiError } from './errors.ts'

interface Route {
  readonly segments: readonly string[]
  readonly methods: Set<string>
}

export class RouteIndex {
  private readonly routes = new Map<string, Route>()

  /** `pattern`: a path whose `:name` segments stand for anything. */
  add(method: string | readonly string[], pattern: string): void {
    const route = this.routes.get(pattern) ?? { segments: pattern.split('/'), methods: new Set() }
    for (const name of [method].flat()) route.methods.add(name)
    this.routes.set(pattern, route)
  }

  /** Methods by which `path` can be asked for, sorted; none when there is no such path. */
  methodsOf(path: string): string[] {
    const segments = withoutSlash(path).split('/')
    const methods = [...this.routes.values()].filter((route) => matches(route, segments))
    return [...new Set(methods.flatMap((route) => [...route.methods]))].sort()
  }
}

/** Why there is nothing to `method` at `url`; `reply` is given the methods that there are. */
export function missingRoute(routes: RouteIndex, method: string, url: string, reply: FastifyReply): ApiError {
  const [path = ''] = url.split('?')
  const methods = routes.methodsOf(path)
  if (methods.length === 0) return new ApiError('NOT_FOUND', `there is no ${path}`)
  const allowed = methods.join(', ')
  reply.header('allow', allowed)
  return new ApiError('METHOD_NOT_ALLOWED', `${method} is not for ${path}; allowed: ${allowed}`)
}

/** A slash at the end says nothing. */
function withoutSlash(path: string): string {
  return path.length > 1 && path.endsWith('/') ? path.slice(0, -1) : path
}

function matches(route: Route, segments: readonly string[]): boolean {
  if (route.segments.length !== segments.length) return false
  return route.segments.every((expected, i) => expected.startsWith(':') || expected === segments[i])
}
