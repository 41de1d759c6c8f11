/** Sockets in each state and on each way between states, at the moment that is looked at. */
import type { SocketTransition } from '../../../../server/app/socket-transitions.ts'
import { useLab, useMoment } from '../../app/lab-context.ts'
import { stateColumn, transitionColumn } from '../../store/columns.ts'
import { RATE_MS } from '../../store/situation.ts'
import type { StateName } from './state-map.ts'

export interface StateFigures {
  /** Sockets in a state at the moment that is looked at; NaN where nothing is known, and of CLOSED, which keeps none. */
  count(state: StateName): number
  /** Sockets per second; NaN while it cannot be said. */
  rate(way: SocketTransition): number
  total(way: SocketTransition): number
}

export function useStateFigures(): StateFigures {
  const { store } = useLab()
  const moment = useMoment() ?? 0
  const history = store.serverHistory
  const row = history.rowAt(moment)
  return {
    count: (state) => {
      if (state === 'listen') return row < 0 ? Number.NaN : 1
      return state === 'close' ? Number.NaN : history.value(row, stateColumn(state))
    },
    rate: (way) => history.rate(row, transitionColumn(way), RATE_MS),
    total: (way) => history.value(row, transitionColumn(way)),
  }
}
