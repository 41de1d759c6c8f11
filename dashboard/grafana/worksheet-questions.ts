/**
 * Which question of a worksheet uses which metric: read from the figures that the questions ask for, which are Linux's counter
 * names or the lab's own words for what a metric shows, too.
 */
import { SHEETS } from '../../lab/class/sheets/catalogue.ts'
import type { CatalogueMetric } from './metric-catalogue.ts'

/** Figures that are called otherwise than their metric, by their last words. */
const METRICS_OF: Readonly<Record<string, string>> = {
  'syn_queue.max': 'synlab_syn_queue_length',
  'accept_queue.max': 'synlab_accept_queue_length',
  'legit.percent': 'synlab_client_connects_total',
  synacks: 'synlab_synack_sent_total',
  close_wait: 'synlab_connections',
  close_wait_later: 'synlab_connections',
  time_wait: 'synlab_connections',
}

/** Questions by what the figure they ask for ends with: `SyncookiesSent`, `syn_queue.max`. */
const QUESTIONS = Object.values(SHEETS).flatMap(({ questions }) =>
  questions.flatMap((question) => ('figure' in question ? [{ id: question.id, figure: question.figure }] : [])),
)

/** The questions that a metric helps to answer, by their ids. */
export function questionsOf({ name, linux }: CatalogueMetric): readonly string[] {
  const counter = linux?.replace(/^(TcpExt|Tcp)/, '')
  return QUESTIONS.filter(({ figure }) => {
    const [last = '', ofWhat = ''] = figure.split('.').reverse()
    return last === counter || METRICS_OF[last] === name || METRICS_OF[`${ofWhat}.${last}`] === name
  }).map(({ id }) => id)
}
