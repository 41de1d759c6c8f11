/**
 * When somebody last changed a knob of the server, or reset it: one moment for each knob. What makes the marks on dashboards.
 */
import type { Registry } from 'prom-client'
import { MomentGauge, type MomentMetric } from '../../control/moment-gauge.ts'
import { SERVER_DEFAULTS } from '../app/server-config.ts'
import type { ServerEngine } from '../engine/engine.ts'

/** `synCookies` -> `syn_cookies`, as labels are written. */
const toLabel = (knob: string): string => knob.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)

const RESET = 'reset'

export const CHANGE_TIMES: MomentMetric = {
  name: 'synlab_last_change_timestamp_seconds',
  help: 'When a knob of the server was last changed, or the server reset; 0 for never.',
  label: 'what',
  values: [...Object.keys(SERVER_DEFAULTS).map(toLabel), RESET],
}

/** Adds the metric to `registry`, filled by what `engine` tells. */
export function addChangeTimes(registry: Registry, engine: Pick<ServerEngine, 'on'>): void {
  const gauge = new MomentGauge(registry, CHANGE_TIMES)
  engine.on('config', ({ changed }) => {
    for (const knob of changed) gauge.note(toLabel(knob), Date.now())
  })
  engine.on('reset', () => gauge.note(RESET, Date.now()))
}
