/**
 * The worker that carries a whole lab: the clock and the post office around VirtualLabs.
 */
import { Refused } from '../../virtual/refusal.ts'
import { VirtualLabs } from '../../virtual/virtual-labs.ts'
import type { Answer, ArmMessage, Call, FromWorker } from './worker-protocol.ts'

/** Between two looks at the clock, and the share of that which the lab may use: the rest is for calls. Milliseconds. */
const TICK_MS = 16
const BUDGET_MS = 14

/** Between two deliveries of what is told while time runs, milliseconds: a page does not draw more often. */
const POST_MS = 48

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
  (arm, message) => told.push({ arm, message }),
)

/** What the page has not been sent yet. */
let told: ArmMessage[] = []

function post(): void {
  if (told.length > 0) self.postMessage({ kind: 'messages', messages: told })
  told = []
  self.postMessage({ kind: 'time', time: labs.time })
}

self.onmessage = ({ data }) => {
  const answered = answer(data)
  // What the call has brought about is told before the call is over.
  post()
  self.postMessage({ kind: 'answer', id: data.id, ...answered })
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
      return labs.run(call.speed, call.until)
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

let lastTick = performance.now()
let lastPost = lastTick
setInterval(() => {
  const now = performance.now()
  const wasRunning = labs.time.speed > 0
  labs.tick(Math.min(now - lastTick, ELAPSED_MAX), BUDGET_MS)
  lastTick = now
  const hasStopped = wasRunning && labs.time.speed === 0
  if (!hasStopped && (!wasRunning || now - lastPost < POST_MS)) return
  lastPost = now
  post()
}, TICK_MS)
