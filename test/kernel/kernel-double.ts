/** The endpoint in a kernel's place: played at the times at which the kernel was, with the kernel's timers. */
import { EndpointStack } from '../packetdrill/endpoint-stack.ts'
import { STRICT_SETTINGS } from '../packetdrill/runner/settings.ts'
import type { KernelClock } from './kernel-stack.ts'
import { withKernelTimers } from './kernel-timers.ts'
import type { Program } from './program.ts'
import { type RecordedStack, record, type Times, type Trace } from './record.ts'

export class RecordedEndpoint extends EndpointStack implements RecordedStack {
  countersNow(names: readonly string[]): Record<string, number> {
    return Object.fromEntries(names.map((name) => [name, this.inspect(name) ?? 0]))
  }
}

/**
 * Plays `program` on the endpoint at `times`. Its clock says what the kernel's did when the program began: the timestamps of SYN cookies
 * are rounded to 64 ms of it. Timers fire with the ticks of `clock`, and `late` microseconds late.
 */
export function playDouble(
  program: Program,
  names: readonly string[],
  times: Times,
  { began, ticks }: KernelClock,
  late: number,
): Trace {
  const stack = new RecordedEndpoint(STRICT_SETTINGS.localAddress, late, began)
  return withKernelTimers(
    ticks,
    () => stack.now,
    () => record(stack, program, names, times),
  )
}
