/**
 * The clock of live processes: microseconds since the process started, whole, never going back. Engines read it once per
 * turn and hand the value on; nothing below them reads a clock.
 */
export function monotonicMicroseconds() {
    return Math.floor(performance.now() * 1_000);
}
/** The moment at which `monotonicMicroseconds` was `now`, milliseconds since the Unix epoch: in all processes of a machine. */
export function epochMilliseconds(now) {
    return performance.timeOrigin + now / 1_000;
}
//# sourceMappingURL=monotonic-clock.js.map