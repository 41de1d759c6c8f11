/** The endpoint in a kernel's place: played at the times at which the kernel was, with the kernel's timers. */
import { EndpointStack } from '../packetdrill/endpoint-stack.ts'
import { STRICT_SETTINGS } from '../packetdrill/runner/settings.ts'
import { type Ticks, withKernelTimers } from './kernel-timers.ts'
import type { Program } from './program.ts'
import { type RecordedStack, record, type Times, type Trace } from './record.ts'

export class RecordedEndpoint extends EndpointStack implements RecordedStack {
  countersNow(names: readonly string[]): Record<string, number> {
    return Object.fromEntries(names.map((name) => [name, this.inspect(name) ?? 0]))
  }
}

/** Plays `program` on the endpoint at `times`; timers fire with `ticks` that count from when the program began, `late` microseconds late. */
export function playDouble(
  program: Program,
  names: readonly string[],
  times: Times,
  ticks: Ticks,
  late: number,
): Trace {
  const stack = new RecordedEndpoint(STRICT_SETTINGS.localAddress, late)
  const began = stack.now
  const shifted = { ...ticks, offset: ticks.offset - began }
  return withKernelTimers(
    shifted,
    () => stack.now,
    () => record(stack, program, names, times),
  )
}
