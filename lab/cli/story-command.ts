/**
 * `synlab run <story>`: tells a story and writes its bundle.
 */
import { packageVersion } from '../../control/package-info.ts'
import { BundleDirectory } from '../files/bundle-directory.ts'
import type { Story } from '../stories/story.ts'
import { DEFAULT_STORY_SEED, tellStory } from '../stories/tell-story.ts'
import { UsageError } from '../usage-error.ts'
import { EXIT_OK, EXIT_THRESHOLD } from './exit-code.ts'
import type { Output } from './output.ts'
import type { RunOptions } from './run-options.ts'

/** Tells a story; returns the exit status, which says whether every claim held. */
export function storyCommand(story: Story, options: RunOptions, { stdout }: Output): number {
  const { seed = DEFAULT_STORY_SEED, set = [], victim, out, json } = options
  if (victim !== undefined) throw new UsageError(`--victim ${victim}: ${story.name} is a story, which replays nothing`)
  if (set.length > 0) {
    throw new UsageError(`--set ${set[0]}: ${story.name} is a story, which has no settings; --set is for scenarios`)
  }
  const bundle = out === undefined ? undefined : new BundleDirectory(out)
  let committed = false
  try {
    const { lines, result, capture } = tellStory(story, seed, packageVersion())
    const text = `${JSON.stringify(result, null, 2)}\n`
    if (bundle !== undefined) {
      bundle.write('result.json', text)
      bundle.write('capture.pcapng', capture)
      bundle.commit()
      committed = true
    }
    const where = out === undefined ? 'No bundle written; --out DIR writes one.' : `Bundle: ${out}`
    stdout.write(json ? text : `${lines.join('\n')}\n\n${where}\n`)
    return result.passed ? EXIT_OK : EXIT_THRESHOLD
  } finally {
    if (!committed) bundle?.abandon()
  }
}
