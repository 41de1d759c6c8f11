/**
 * The worker that carries a whole lab: the clock and the post office around VirtualLabs.
 */
import { Refused } from '../../virtual/refusal.ts'
import { VirtualLabs } from '../../virtual/virtual-labs.ts'
import type { Answer, Call, FromWorker } from './worker-protocol.ts'

/** Between two looks at the clock, and the share of that which the lab may use: the rest is for calls. Milliseconds. */
const TICK_MS = 16
const BUDGET_MS = 14

/** A worker that slept does not catch up with more than this, milliseconds. */
const ELAPSED_MAX = 100

declare const self: {
  postMessage(message: FromWorker): void
  onmessage: ((event: { readonly data: Call }) => void) | null
}

/** Replaced by the build. */
declare const SYNLAB_VERSION: string

const labs = new VirtualLabs(
  SYNLAB_VERSION,
  () => performance.now(),
  (arm, message) => self.postMessage({ kind: 'message', arm, message }),
)

self.onmessage = ({ data }) => {
  self.postMessage({ kind: 'answer', id: data.id, ...answer(data) })
  self.postMessage({ kind: 'time', time: labs.time })
}

function answer(call: Call): Answer {
  try {
    return { value: perform(call) }
  } catch (error) {
    if (!(error instanceof Refused)) throw error
    const { code, message, path } = error
    return { refusal: path === undefined ? { code, message } : { code, message, path } }
  }
}

function perform(call: Call): unknown {
  switch (call.call) {
    case 'open':
      return labs.open(call.request)
    case 'greet':
      return labs.greet(call.arm)
    case 'pause':
      return labs.pause()
    case 'run':
      return labs.run(call.speed)
    case 'step':
      return labs.step(call.by)
    case 'goTo':
      return labs.goTo(call.at)
    case 'reset':
      labs.reset()
      return labs.lab(call.arm).serverState()
    case 'configure':
      return labs.lab(call.arm).configure(call.patch)
    case 'startAttack':
      return labs.lab(call.arm).startAttack(call.request)
    case 'stopAttack':
      return labs.lab(call.arm).stopAttack(call.attack)
    case 'stopAllAttacks':
      return labs.lab(call.arm).stopAllAttacks()
    case 'setClients':
      return labs.lab(call.arm).setClients(call.request)
    case 'sockets':
      return labs.lab(call.arm).sockets(call.state, call.limit)
    case 'follow':
      return labs.lab(call.arm).follow(call.request)
    case 'cookie':
      return labs.lab(call.arm).cookie(call.request)
  }
}

let last = performance.now()
let told = 0
setInterval(() => {
  const now = performance.now()
  labs.tick(Math.min(now - last, ELAPSED_MAX), BUDGET_MS)
  last = now
  const { time } = labs
  // The time itself, for the page's clock: often enough to look smooth.
  if (time.at !== told) self.postMessage({ kind: 'time', time })
  told = time.at
}, TICK_MS)
