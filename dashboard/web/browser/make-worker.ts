/** The workers as files beside the page. */
import DeskWorker from '../source/desk-worker.ts?worker'
import LabWorker from '../source/lab-worker.ts?worker'

export function makeWorker(): Worker {
  return new LabWorker()
}

export function makeDeskWorker(): Worker {
  return new DeskWorker()
}
