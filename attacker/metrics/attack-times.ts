/** When an attack of each kind last began and last ended. What makes the marks on dashboards. */
import type { Registry } from 'prom-client'
import { MomentGauge, type MomentMetric } from '../../control/moment-gauge.ts'
import type { AttackerEngine } from '../engine/engine.ts'
import { ATTACK_KINDS } from '../traffic/attack-catalogue.ts'

export const ATTACK_STARTS: MomentMetric = {
  name: 'synlab_attack_last_start_timestamp_seconds',
  help: 'When an attack of this kind last began; 0 for never.',
  label: 'kind',
  values: ATTACK_KINDS,
}

export const ATTACK_STOPS: MomentMetric = {
  name: 'synlab_attack_last_stop_timestamp_seconds',
  help: 'When an attack of this kind last ended, by itself or because it was stopped; 0 for never.',
  label: 'kind',
  values: ATTACK_KINDS,
}

/** Adds the metrics to `registry`, filled by what `engine` tells. */
export function addAttackTimes(registry: Registry, engine: Pick<AttackerEngine, 'on'>): void {
  const starts = new MomentGauge(registry, ATTACK_STARTS)
  const stops = new MomentGauge(registry, ATTACK_STOPS)
  engine.on('attack', ({ kind, state }) => (state === 'running' ? starts : stops).note(kind, Date.now()))
}
