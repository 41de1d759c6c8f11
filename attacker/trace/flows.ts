/**
 * Keeps the flows of a recording apart when all ports of the victim become one: a source that spoke from one port to
 * several ports of the victim would otherwise repeat itself to the server. Further flows get source ports of their own.
 */

/** Ports of an address: a flow is its source's number, source port and destination port in one safe integer. */
const PORTS = 65_536

export class Flows {
  /** By source and source port as they are sent: which flow has them. */
  private readonly taken = new Map<number, number>()
  /** By flow: the source port that it was given, if that is not its own. */
  private readonly given = new Map<number, number>()
  /** By source and source port: how many ports after it are known to be taken. */
  private readonly searched = new Map<number, number>()

  /** The source port that a segment is sent from. `source`: number of its source, below 2^21. */
  portOf(source: number, sourcePort: number, destinationPort: number): number {
    const flow = (source * PORTS + sourcePort) * PORTS + destinationPort
    const given = this.given.get(flow)
    if (given !== undefined) return given
    const own = source * PORTS + sourcePort
    if (this.taken.get(own) === flow) return sourcePort
    for (let step = this.searched.get(own) ?? 0; step < PORTS; step++) {
      const port = (sourcePort + step) % PORTS
      const place = source * PORTS + port
      if (this.taken.has(place)) continue
      this.taken.set(place, flow)
      this.searched.set(own, step + 1)
      if (step > 0) this.given.set(flow, port)
      return port
    }
    // Every port of this source is taken: it has to repeat itself.
    this.searched.set(own, PORTS)
    return sourcePort
  }
}
