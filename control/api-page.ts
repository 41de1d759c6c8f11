/**
 * An OpenAPI document as a page for people: one section a route, with what it takes and which values are allowed. HTML
 * without a script.
 */

/** The parts of an OpenAPI document that the page shows. */
export interface OpenApi {
  readonly info: { readonly title: string; readonly description?: string; readonly version: string }
  readonly paths?: Readonly<Record<string, Readonly<Record<string, Operation>>>>
}

interface Operation {
  readonly summary?: string
  readonly parameters?: readonly { readonly name: string; readonly in: string; readonly schema?: Schema }[]
  readonly requestBody?: { readonly content: Readonly<Record<string, { readonly schema?: Schema }>> }
}

interface Schema {
  readonly type?: string
  readonly description?: string
  readonly const?: unknown
  readonly enum?: readonly unknown[]
  readonly anyOf?: readonly Schema[]
  readonly minimum?: number
  readonly maximum?: number
  readonly required?: readonly string[]
  readonly properties?: Readonly<Record<string, Schema>>
}

const STYLE = `
:root { color-scheme: light dark; font: 16px/1.5 system-ui, "Noto Sans SC", "PingFang SC", "Microsoft YaHei", sans-serif }
body { max-width: 60rem; margin: 2rem auto; padding: 0 1rem }
section { border-top: 1px solid color-mix(in srgb, currentColor 25%, transparent); padding: .6rem 0 }
h2 { font-size: 1rem; margin: 0 } h2 b { display: inline-block; min-width: 4.2em } code { font-size: .95em }
p { margin: .2rem 0 } ul { margin: .3rem 0 0; padding-left: 1.4rem }`

/** The page of a document; every text in it is escaped. */
export function apiPage({ info, paths = {} }: OpenApi): string {
  const sections = Object.entries(paths).flatMap(([path, operations]) =>
    Object.entries(operations)
      .filter(([method]) => method !== 'head')
      .map(([method, operation]) => section(method, path, operation)),
  )
  const title = escaped(`${info.title} ${info.version}`)
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title}</title><style>${STYLE}</style></head>
<body><h1>${title}</h1><p>${escaped(info.description ?? '')}</p>
<p>The same for programs: <a href="/api/openapi.json">/api/openapi.json</a></p>
${sections.join('\n')}
</body></html>
`
}

function section(method: string, path: string, { summary = '', parameters = [], requestBody }: Operation): string {
  const body = Object.values(requestBody?.content ?? {})[0]?.schema
  const rows = [
    ...parameters.map(({ name, in: place, schema }) => row(name, place, schema)),
    ...Object.entries(body?.properties ?? {}).map(([name, schema]) =>
      row(name, body?.required?.includes(name) === true ? 'body, required' : 'body', schema),
    ),
  ]
  const isLink = method === 'get' && !path.includes('{') && !path.endsWith('/events') && !path.endsWith('/stream')
  const name = isLink ? `<a href="${escaped(path)}">${escaped(path)}</a>` : escaped(path)
  const list = rows.length === 0 ? '' : `<ul>${rows.join('')}</ul>`
  return `<section><h2><b>${method.toUpperCase()}</b> <code>${name}</code></h2><p>${escaped(summary)}</p>${list}</section>`
}

function row(name: string, place: string, schema: Schema = {}): string {
  return `<li><code>${escaped(name)}</code> (${place}): ${escaped(allowed(schema))}</li>`
}

/** Which values a schema allows, in words. */
function allowed(schema: Schema): string {
  const { type, minimum, maximum, anyOf } = schema
  if (schema.enum !== undefined) return `one of ${schema.enum.join(', ')}`
  if (schema.const !== undefined) return String(schema.const)
  if (anyOf !== undefined) return anyOf.map(allowed).join(' or ')
  if (minimum !== undefined && maximum !== undefined) return `${type ?? 'number'} from ${minimum} to ${maximum}`
  return schema.description ?? type ?? 'any value'
}

function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`)
}
