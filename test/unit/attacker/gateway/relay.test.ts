/**
 * When a relay gives up, between two streams that a test ends, connects and holds back as it likes.
 */
import { once } from 'node:events'
import type { Socket } from 'node:net'
import { Duplex } from 'node:stream'
import { setImmediate as nextRound } from 'node:timers/promises'
import { expect, it } from 'vitest'
import type { GatewayOutcome } from '../../../../attacker/gateway/gateway-counters.ts'
import { Relay } from '../../../../attacker/gateway/relay.ts'
import type { EndpointDuplex } from '../../../../tcpip/net/endpoint-duplex.ts'

/** Milliseconds: the patience with a client that has ended, before the handshake and after it. */
const [ABANDON_MS, ORPHAN_MS] = [1_000, 60_000]

/** One side of a relay. */
class Side extends Duplex {
  connecting = false
  /** The idle timeout as it was last set. */
  idleTimeout: number | undefined
  /** Set while the side takes nothing. */
  private held: (() => void) | undefined
  isHeld = false

  override _read(): void {}

  override _write(_chunk: unknown, _encoding: string, done: () => void): void {
    if (this.isHeld) this.held = done
    else done()
  }

  letGo(): void {
    this.isHeld = false
    this.held?.()
  }

  setTimeout(milliseconds: number): this {
    this.idleTimeout = milliseconds
    return this
  }

  setNoDelay(): void {}

  setKeepAlive(): void {}

  resetAndDestroy(): this {
    return this.destroy()
  }
}

function makeRelay() {
  const [client, lab] = [new Side(), new Side()]
  lab.connecting = true
  const outcomes: GatewayOutcome[] = []
  new Relay(client as unknown as Socket, lab as unknown as EndpointDuplex, (outcome) => outcomes.push(outcome))
  const connect = (): void => {
    lab.connecting = false
    lab.emit('connect')
  }
  const endClient = async (): Promise<void> => {
    client.push(null)
    await once(client, 'end')
  }
  return { client, lab, outcomes, connect, endClient }
}

it('a client that ended during the handshake is waited for longer once it has succeeded', async () => {
  const { lab, connect, endClient } = makeRelay()
  await endClient()
  expect(lab.idleTimeout).toBe(ABANDON_MS)
  connect()
  expect(lab.idleTimeout).toBe(ORPHAN_MS)
})

it('a client that has not ended may be silent for ever', async () => {
  const { lab, connect, endClient } = makeRelay()
  connect()
  expect(lab.idleTimeout).toBe(0)
  await endClient()
  expect(lab.idleTimeout).toBe(ORPHAN_MS)
})

it('a client that has ended and reads slowly is there, and is waited for again', async () => {
  const { client, lab, outcomes, connect, endClient } = makeRelay()
  connect()
  client.isHeld = true
  lab.push('an answer')
  await endClient()
  await nextRound()
  lab.idleTimeout = undefined
  lab.emit('timeout')
  await nextRound()
  expect([client.destroyed, lab.idleTimeout, outcomes]).toEqual([false, ORPHAN_MS, []])
  // It has read all there was, and then nothing came for as long.
  client.letGo()
  await nextRound()
  lab.emit('timeout')
  await nextRound()
  expect([client.destroyed, lab.destroyed, outcomes]).toEqual([true, true, ['client']])
})
