/**
 * Containers that do one thing and end, for the tests of the lab in containers.
 */
import type { Composition } from '../support/processes/composition.ts'
export function oneShotTests(_lab: Composition): void {}
