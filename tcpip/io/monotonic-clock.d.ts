/**
 * The clock of live processes: microseconds since the process started, whole, never going back. Engines read it once per
 * turn and hand the value on; nothing below them reads a clock.
 */
export declare function monotonicMicroseconds(): number;
/** The moment at which `monotonicMicroseconds` was `now`, milliseconds since the Unix epoch: in all processes of a machine. */
export declare function epochMilliseconds(now: number): number;
