/**
 * A random workload between two hosts over a faulty network, in virtual time: many connections whose applications write,
 * half-close, close, abort, read late or never close. After `Workload.run` the faults are over, every application has
 * closed and no timer is armed. Everything follows from the seed.
 */
import { type TurnTaker, World } from '../../../lab/world/world.ts'
import { Listener } from '../../../server/listener/listener.ts'
import { LISTENER_DEFAULTS } from '../../../server/listener/listener-config.ts'
import { LINUX } from '../../../server/listener/profile.ts'
import { COOKIE_SECRET_BYTES, mssIndex, type SynCookies } from '../../../server/listener/syn-cookies.ts'
import { Counters } from '../../../tcpip/base/counters.ts'
import { Prng } from '../../../tcpip/base/prng.ts'
import { MILLISECOND, NEVER, SECOND } from '../../../tcpip/base/time.ts'
import { ADVERTISED_MSS } from '../../../tcpip/connection/segment-size.ts'
import type { Tcb } from '../../../tcpip/connection/tcb.ts'
import { Endpoint, SECRET_BYTES } from '../../../tcpip/host/endpoint.ts'
import { DueHeap } from '../../../tcpip/link/due-heap.ts'
import { type FaultOptions, FaultPath, NO_FAULTS } from '../../../tcpip/link/fault-path.ts'
import { type LinkEnd, makeLinkEnd } from '../../../tcpip/link/link.ts'
import type { Prefix } from '../../../tcpip/wire/address.ts'
import { CLIENT_ADDRESSES, SERVER_ADDRESS, SERVER_PORT } from '../../../tcpip/wire/address-plan.ts'
import { seqDiff } from '../../../tcpip/wire/seq.ts'
import { TransitionWatch } from '../oracles/transitions.ts'
import { WorkloadApp } from './workload-app.ts'

const MAX_CONNECTIONS = 4096
/** Packets under way in each direction. */
const NETWORK_CAPACITY = 1024
/** Ports from which the server opens connections of its own, to meet those of a client half way. */
const FIRST_CROSSING_PORT = 10_000
/** Virtual time in which a workload has to come to its end once the faults are over. */
const LONGEST_END = 4000 * SECOND

/** A cookie, and the ISN of the SYN that it answered. */
interface SentCookie {
  readonly isn: number
  readonly cookie: number
}

type MutableFaults = { -readonly [K in keyof FaultOptions]: FaultOptions[K] }

export class Workload {
  readonly prng: Prng
  readonly client: Endpoint
  readonly server: Endpoint
  readonly listener: Listener
  readonly toServer: FaultPath
  readonly toClient: FaultPath
  readonly clientWatch: TransitionWatch
  readonly serverWatch: TransitionWatch
  /** Every application of either side. */
  readonly apps: WorkloadApp[] = []
  /**
   * Who sends the stream that starts after this ISN: one, but a repeated ACK of a cookie makes another connection when
   * the first is gone.
   */
  readonly senders = new Map<number, WorkloadApp[]>()
  /** Connections that the server made from a cookie and a later segment than the handshake's; see `explain`. */
  misnumbered = 0
  /** The ends of those, by client and the client's ISN as that end has it. */
  private readonly misnumberedEnds = new Set<string>()
  /** Every cookie that was sent, by client. */
  private readonly cookies = new Map<string, SentCookie[]>()
  /** The server's ISN by the client's, of the first connection that a client's SYN led to. */
  private readonly answers = new Map<number, number>()
  private readonly clientEnd: LinkEnd = makeLinkEnd(256)
  private readonly serverEnd: LinkEnd = makeLinkEnd(256)
  private readonly faults: readonly [MutableFaults, MutableFaults]
  private readonly actions = new DueHeap(2 * MAX_CONNECTIONS)
  private readonly actors: (WorkloadApp | undefined)[] = []
  private readonly meanGap: number
  private readonly tuples: number
  /** While it lasts, no packet passes. */
  private outage: readonly [from: number, to: number] = [NEVER, NEVER]
  private crossings = 0
  private readonly turns: { readonly client: TurnTaker; readonly server: TurnTaker }
  private readonly world: World

  /** `seen` collects the transitions of both hosts. */
  constructor(seed: number, seen: Map<string, number>) {
    const prng = new Prng(seed)
    this.prng = prng
    this.faults = [drawFaults(prng), drawFaults(prng)]
    this.toServer = new FaultPath(
      this.clientEnd.tx,
      this.serverEnd.rx,
      this.faults[0],
      prng.fork('to server'),
      NETWORK_CAPACITY,
    )
    this.toClient = new FaultPath(
      this.serverEnd.tx,
      this.clientEnd.rx,
      this.faults[1],
      prng.fork('to client'),
      NETWORK_CAPACITY,
    )
    this.client = makeHost(this.clientEnd, CLIENT_ADDRESSES, prng)
    this.server = makeHost(this.serverEnd, { base: SERVER_ADDRESS, length: 32 }, prng)
    this.clientWatch = new TransitionWatch(this.client.tcbs, seen)
    this.serverWatch = new TransitionWatch(this.server.tcbs, seen)
    this.listener = new Listener({
      host: this.server,
      config: {
        ...LISTENER_DEFAULTS,
        synCookies: prng.below(3),
        backlog: prng.chance(1, 4) ? prng.below(4) : 256,
        abortOnOverflow: prng.chance(1, 4),
        deferAccept: prng.chance(1, 8) ? 3 : 0,
      },
      profile: LINUX,
      cookieSecret: randomBytes(prng, COOKIE_SECRET_BYTES),
    })
    this.server.listen(SERVER_PORT, this.listener)
    this.recordCookies()
    this.turns = {
      client: this.client,
      server: { poll: (now) => this.serve(now), nextDeadline: () => this.server.nextDeadline() },
    }
    this.world = new World(
      [
        { host: this.turns.client, rx: this.clientEnd.rx },
        { host: this.turns.server, rx: this.serverEnd.rx },
      ],
      [{ transfer: (now) => this.carry(now), nextDeadline: () => this.nextArrival() }],
      { agenda: { advance: (now) => this.act(now), nextDeadline: () => this.actions.nextDue() }, start: 1000 * SECOND },
    )
    this.meanGap = (1 + prng.below(20)) * MILLISECOND
    // Few 4-tuples mean that many are used again while the server still holds them in TIME-WAIT.
    this.tuples = prng.chance(1, 3) ? 64 : 1_000_000
    if (prng.chance(1, 8)) this.outage = [this.now + SECOND, this.now + SECOND + prng.below(2000) * SECOND]
  }

  /** Microseconds. */
  get now(): number {
    return this.world.now
  }

  /** Opens `connections` connections, then ends the faults, closes what is open, and waits until nothing is left. */
  run(connections: number): void {
    let opened = 0
    let nextArrival = this.now
    while (opened < connections) {
      this.runUntil(nextArrival)
      if (this.arrive()) opened++
      nextArrival = this.now + Math.ceil(this.prng.exponential(this.meanGap))
    }
    this.runUntil(Math.max(this.now + 5 * SECOND, this.outage[1] < NEVER ? this.outage[1] : 0))
    for (const faults of this.faults) Object.assign(faults, NO_FAULTS, { latency: faults.latency })
    this.runUntil(this.now + 5 * SECOND)
    // A round at the end: an application may still be accepted after the first.
    for (let closed = 0; closed < this.apps.length; ) {
      const app = this.apps[closed++]
      app.end(this.now)
      this.world.settle()
    }
    const deadline = this.now + LONGEST_END
    for (;;) {
      if (this.now > deadline) throw new Error('the workload does not come to its end')
      const next = this.world.nextEvent()
      if (next < NEVER) this.runUntil(next)
      for (const app of this.apps) {
        if (app.isEnded) continue
        if (!app.isEnding) app.end(this.now)
        else if (next === NEVER) app.letGo(this.now)
      }
      this.world.settle()
      if (this.world.nextEvent() === NEVER && this.apps.every((app) => app.isEnded)) break
    }
  }

  /** Runs what `app` plans to do at `at`, microseconds. */
  schedule(app: WorkloadApp, at: number): void {
    const slot = this.actions.push(at)
    if (slot >= 0) this.actors[slot] = app
  }

  /** The listener made a connection. Only cookies may put it at numbers at which nobody started. */
  notePassive(tcb: Tcb): void {
    const iss = this.answers.get(tcb.irs)
    if (iss === undefined) this.answers.set(tcb.irs, tcb.iss)
    if (this.senders.has(tcb.irs) && (iss === undefined || iss === tcb.iss)) return
    const { isn } = this.explain(tcb)
    this.misnumbered++
    for (const number of [isn, tcb.irs]) this.misnumberedEnds.add(`${clientOf(tcb)} ${number}`)
  }

  /**
   * Finds the cookie behind a connection with wrong numbers. Linux's arithmetic (cookie_v4_check) can be fooled in two
   * ways by a segment that is not the handshake's: if its sequence number is up to three too late, it takes that for
   * another MSS, and if sequence and acknowledgment number are equally late, it cannot tell. Streams of such connections
   * have holes, and nobody is told. Any other wrong number is an error.
   */
  private explain(tcb: Tcb): SentCookie {
    const sent = this.cookies.get(clientOf(tcb)) ?? []
    const found = sent.find(({ isn, cookie }) => {
      const late = seqDiff(tcb.irs, isn)
      const behind = late - seqDiff(tcb.iss, cookie)
      return late > 0 && behind >= 0 && behind <= mssIndex(ADVERTISED_MSS)
    })
    if (found === undefined) throw new Error('a connection that nobody opened')
    return found
  }

  private recordCookies(): void {
    const { cookies } = (this.listener as unknown as { cookies: { cookies: SynCookies } }).cookies
    const generate = cookies.generate.bind(cookies)
    cookies.generate = (syn, mss, now) => {
      const cookie = generate(syn, mss, now)
      const client = `${syn.source}:${syn.sourcePort}`
      this.cookies.set(client, [...(this.cookies.get(client) ?? []), { isn: syn.seq, cookie }])
      return cookie
    }
  }

  /** Whether a connection, or the one at its other end, was put at a wrong number by a cookie. */
  isMisnumbered(tcb: Tcb): boolean {
    const isServers = tcb.localAddress === SERVER_ADDRESS
    return this.misnumberedEnds.has(`${clientOf(tcb)} ${isServers ? tcb.irs : tcb.iss}`)
  }

  /** Opens one connection, or two that cross; false when the 4-tuple drawn is in use. */
  private arrive(): boolean {
    const { prng } = this
    const tuple = prng.below(this.tuples)
    const address = CLIENT_ADDRESSES.base + (tuple & 0xfff)
    const port = 20_000 + (tuple >> 12)
    if (!prng.chance(1, 20)) return this.open(this.client, address, port, SERVER_ADDRESS, SERVER_PORT)
    const own = FIRST_CROSSING_PORT + (this.crossings++ % 8192)
    if (!this.open(this.client, address, port, SERVER_ADDRESS, own)) return false
    // A little later, so that the two SYNs do not always cross in the middle.
    this.runUntil(this.now + prng.below(3) * MILLISECOND)
    this.open(this.server, SERVER_ADDRESS, own, address, port)
    return true
  }

  private open(host: Endpoint, local: number, localPort: number, remote: number, remotePort: number): boolean {
    const app = new WorkloadApp(this, host)
    const tcb = host.connect(local, localPort, remote, remotePort, app, this.now)
    if (typeof tcb === 'string') return false
    app.start(tcb, this.now)
    return true
  }

  private runUntil(end: number): void {
    this.world.runThrough(Math.max(this.now, end))
  }

  /** The applications whose moment has come; each may have given its host something to do. */
  private act(now: number): void {
    while (this.actions.nextDue() <= now) {
      const app = this.actors[this.actions.pop()]
      if (app === undefined) continue
      app.act(now)
      this.world.wake(app.endpoint === this.server ? this.turns.server : this.turns.client)
    }
  }

  /** A turn of the server and of the applications that it gets. */
  private serve(now: number): void {
    this.server.poll(now)
    for (let tcb = this.listener.accept(); tcb !== undefined; tcb = this.listener.accept()) {
      const app = new WorkloadApp(this, this.server)
      tcb.owner = app
      app.start(tcb, now)
      app.onReadable(tcb, now)
    }
  }

  private carry(now: number): void {
    if (now >= this.outage[0] && now < this.outage[1]) this.dropEverything()
    this.toServer.transfer(now)
    this.toClient.transfer(now)
  }

  private nextArrival(): number {
    return Math.min(this.toServer.nextDeadline(), this.toClient.nextDeadline())
  }

  /** Packets that an outage swallowed before the network saw them. */
  swallowed = 0

  private dropEverything(): void {
    for (const ring of [this.clientEnd.tx, this.serverEnd.tx]) {
      this.swallowed += ring.size
      ring.clear()
    }
  }
}

/** The client's address and port in the 4-tuple of either side's TCB. */
function clientOf(tcb: Tcb): string {
  const isServers = tcb.localAddress === SERVER_ADDRESS
  return isServers ? `${tcb.remoteAddress}:${tcb.remotePort}` : `${tcb.localAddress}:${tcb.localPort}`
}

/** Which faults a direction has, and how bad they are: each is absent half of the time. */
function drawFaults(prng: Prng): MutableFaults {
  const perhaps = (most: number): number => (prng.chance(1, 2) ? prng.below(most) : 0)
  return {
    latency: perhaps(30 * MILLISECOND),
    jitter: perhaps(20 * MILLISECOND),
    loss: perhaps(200_000),
    duplicate: perhaps(100_000),
    reorder: perhaps(200_000),
    reorderDelay: prng.below(300 * MILLISECOND),
    corrupt: perhaps(50_000),
  }
}

function makeHost(link: LinkEnd, addresses: Prefix, prng: Prng): Endpoint {
  return new Endpoint({
    link,
    addresses,
    secret: randomBytes(prng, SECRET_BYTES),
    counters: new Counters(),
    maxConnections: MAX_CONNECTIONS,
    offer: { windowScale: prng.below(3) * 7 },
  })
}

function randomBytes(prng: Prng, length: number): Uint8Array {
  const bytes = new Uint8Array(length)
  prng.fill(bytes)
  return bytes
}
