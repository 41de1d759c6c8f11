/**
 * One control plane of the lab, spoken to over HTTP. A refusal becomes an error with the plane's own words.
 */

/** Milliseconds that a control plane may take to answer. */
const TIMEOUT_MS = 2_000

/** Sends a request; throws an Error with the reason when it is refused or not answered. */
export async function call(url: string, method = 'GET', body?: unknown): Promise<Response> {
  const init = body === undefined ? {} : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }
  const response = await fetch(url, { method, signal: AbortSignal.timeout(TIMEOUT_MS), ...init })
  if (response.ok) return response
  const { message } = (await response.json()) as { message?: string }
  throw new Error(message ?? `${method} ${url}: ${response.status}`)
}

/** The same, for an answer in JSON. */
export async function callJson<T>(url: string, method = 'GET', body?: unknown): Promise<T> {
  const response = await call(url, method, body)
  return (await response.json()) as T
}
