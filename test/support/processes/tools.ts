/**
 * Programs that some tests need and a fresh machine may not have. Without one its group is skipped and says so; with
 * SYNLAB_REQUIRE_TOOLS set, a missing one is a failure.
 */
import { existsSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { describe } from 'vitest'

const required = (process.env.SYNLAB_REQUIRE_TOOLS ?? '') !== ''

function isInstalled(tool: string): boolean {
  return (process.env.PATH ?? '').split(delimiter).some((directory) => existsSync(join(directory, tool)))
}

/**
 * `describe` for a group that needs `tools` (program names). `obstacle`: what else keeps it from running on this machine,
 * in a few words.
 */
export function describeWith(tools: readonly string[], name: string, body: () => void, obstacle?: string): void {
  const missing = tools.filter((tool) => !isInstalled(tool))
  if (obstacle !== undefined && !required) {
    console.warn(`skipped: "${name}": ${obstacle}.`)
    describe.skip(name, body)
    return
  }
  if (missing.length > 0 && !required) {
    const needs = missing.join(', ')
    console.warn(
      `skipped: "${name}" needs ${needs}. To enable it, install ${needs} (Debian: apt-get install ${needs}).`,
    )
    describe.skip(name, body)
    return
  }
  describe(name, body)
}
