/** Whole runs beside the lab, each in a worker of its own: bundles and stories. */
import type { PlayedStory, StoryName } from '../../virtual/story-scenes.ts'
import type { Language } from '../i18n/language.ts'
import type { DeskCall, FromDesk } from '../source/desk-protocol.ts'
import { makeDeskWorker } from './make-worker.ts'

/** The lab's stories, in the order in which they are best read. */
export async function storyNames(): Promise<readonly StoryName[]> {
  const answer = await work({ call: 'stories' })
  return answer.kind === 'stories' ? answer.names : []
}

/** Plays a story; rejects with the worker's words. */
export async function playStory(name: string, seed: number, language: Language): Promise<PlayedStory> {
  const answer = await work({ call: 'story', name, seed, language })
  if (answer.kind !== 'story') throw new Error(answer.kind === 'refused' ? answer.message : answer.kind)
  return answer.story
}

/** Does one piece of work; aborting `stop` ends it, and the promise rejects with the reason. */
export function work(
  call: DeskCall,
  onProgress: (share: number, arm: string) => void = () => {},
  stop?: AbortSignal,
): Promise<Exclude<FromDesk, { kind: 'progress' }>> {
  const worker = makeDeskWorker()
  return new Promise<Exclude<FromDesk, { kind: 'progress' }>>((resolve, reject) => {
    stop?.addEventListener('abort', () => reject(stop.reason as unknown))
    worker.onerror = ({ message }) => reject(new Error(message))
    worker.onmessage = ({ data }: MessageEvent<FromDesk>) => {
      if (data.kind === 'progress') onProgress(data.share, data.arm)
      else resolve(data)
    }
    worker.postMessage(call)
  }).finally(() => worker.terminate())
}
