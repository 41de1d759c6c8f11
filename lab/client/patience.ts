/**
 * How long a control plane may take to answer, milliseconds: a person still waits, and on a machine with 45 runnable processes
 * three seconds were seen. One that is gone refuses at once.
 */
export const PATIENCE_MS = 10_000
