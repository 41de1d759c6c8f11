import type { Composition } from '../support/processes/composition.ts'
export function oneShotTests(_lab: Composition): void {}
