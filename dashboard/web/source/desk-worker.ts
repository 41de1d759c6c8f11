/**
 * A worker for one whole run: makes a bundle or plays a story, and is ended when that is done or nobody waits any more. The
 * lab beside it goes on meanwhile.
 */
import { strToU8, type Zippable, zipSync } from 'fflate'
import { type Bundle, type BundleRequest, makeBundle } from '../../virtual/make-bundle.ts'
import { Refused } from '../../virtual/refusal.ts'
import { playStory, STORY_NAMES } from '../../virtual/story-scenes.ts'
import type { DeskCall, FromDesk } from './desk-protocol.ts'

declare const self: {
  postMessage(message: FromDesk, transfer?: Transferable[]): void
  onmessage: ((event: { readonly data: DeskCall }) => void) | null
}

/** Replaced by the build. */
declare const SYNLAB_VERSION: string

/** A file in an archive has a time; a run has none. */
const NO_TIME = new Date(1980, 0, 1)

self.onmessage = async ({ data }) => {
  try {
    if (data.call === 'stories') {
      self.postMessage({ kind: 'stories', names: STORY_NAMES })
      return
    }
    if (data.call === 'story') {
      const { name, seed, language } = data
      self.postMessage({ kind: 'story', story: playStory(name, seed, SYNLAB_VERSION, language) })
      return
    }
    const bundle = await makeBundle(data.request, SYNLAB_VERSION, {
      onProgress: (share, arm) => self.postMessage({ kind: 'progress', share, arm }),
    })
    if ('problems' in bundle) self.postMessage({ kind: 'problems', problems: bundle.problems })
    else {
      const zip = zipOf(bundle, data.request)
      self.postMessage({ kind: 'bundle', zip }, [zip.buffer])
    }
  } catch (error) {
    if (!(error instanceof Refused)) throw error
    self.postMessage({ kind: 'refused', message: error.message })
  }
}

/** All files of the bundle, and the scenario if it is the user's own: the command in result.json names it. */
function zipOf(bundle: Bundle, { reference, text, isOwnText }: BundleRequest): Uint8Array<ArrayBuffer> {
  const files: Zippable = {}
  for (const [name, content] of Object.entries(bundle)) {
    files[name] = [typeof content === 'string' ? strToU8(content) : content, { mtime: NO_TIME }]
  }
  if (isOwnText) files[reference] = [strToU8(text), { mtime: NO_TIME }]
  return zipSync(files, { level: 6 }) as Uint8Array<ArrayBuffer>
}
