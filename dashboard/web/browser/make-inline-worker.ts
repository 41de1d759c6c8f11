/** The workers out of the page's own file, in place of make-worker.ts: a page that was opened from disk may read no other. */
import DeskWorker from '../source/desk-worker.ts?worker&inline'
import LabWorker from '../source/lab-worker.ts?worker&inline'

export function makeWorker(): Worker {
  return new LabWorker()
}

export function makeDeskWorker(): Worker {
  return new DeskWorker()
}
