/** The worker as a file beside the page. */
import LabWorker from '../source/lab-worker.ts?worker'

export function makeWorker(): Worker {
  return new LabWorker()
}
