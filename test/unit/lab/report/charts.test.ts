/**
 * The charts read back: what is drawn is what was measured, where the axes say it is.
 */
import { beforeAll, describe, expect, it } from 'vitest'
import { connectionsCsv, seriesCsv } from '../../../../lab/bundle/csv.ts'
import { countersFigure } from '../../../../lab/report/counters-chart.ts'
import { durationsFigure } from '../../../../lab/report/durations-chart.ts'
import type { Figure, ReportSource } from '../../../../lab/report/figure.ts'
import { standaloneSvg } from '../../../../lab/report/figure.ts'
import { queuesFigure } from '../../../../lab/report/queues-chart.ts'
import {
  axisOf,
  cornersOf,
  type Leaf,
  leavesOf,
  marksOf,
  reportSource,
  ticksOf,
} from '../../../support/readers/report-reader.ts'

/** `classic` in 30 virtual seconds: failures, late successes and prompt ones. */
const SHORT = ['phases.baseline=5', 'phases.attack=20', 'phases.recovery=5', 'thresholds=[]', 'seed=7']
/** A coordinate has one decimal. */
const HALF_A_DIGIT = 0.051

let source: ReportSource
beforeAll(async () => {
  source = await reportSource('classic', ...SHORT)
})

function rowsOf(csv: string): Record<string, string>[] {
  const [header, ...lines] = csv.trimEnd().split('\n')
  const names = header.split(',')
  return lines.map((line) => Object.fromEntries(line.split(',').map((cell, column) => [names[column], cell])))
}

function pathsOf(figure: Figure, width: 'wide' | 'narrow', attribute: string): Leaf[] {
  return leavesOf(figure[width].body).filter(({ attributes }) => attribute in attributes)
}

/** Duration in milliseconds to pixels, from the labels of the axis. */
function durationAxis(leaves: readonly Leaf[]): (milliseconds: number) => number {
  const ticks = ticksOf(leaves, 'small muted end', /^[\d.]+ m?s$/, 'y').map(({ at, value, text }) => ({
    at: at - 4,
    value: Math.log10(text.endsWith(' ms') ? value : value * 1000),
  }))
  expect(ticks.length).toBeGreaterThan(2)
  const axis = axisOf(ticks)
  return (milliseconds) => axis(Math.log10(milliseconds))
}

describe('durations', () => {
  it.each(['wide', 'narrow'] as const)('%s: each connection has its mark where the axes say', (width) => {
    const figure = durationsFigure(source)
    const leaves = leavesOf(figure[width].body)
    const x = axisOf(ticksOf(leaves, 'small muted middle', /^\d+( s)?$/, 'x'))
    const y = durationAxis(leaves)
    const rows = rowsOf(connectionsCsv(source.runs))
    expect(new Set(rows.map(({ outcome }) => outcome)).size).toBeGreaterThan(1)
    for (const path of pathsOf(figure, width, 'data-outcome')) {
      const { 'data-arm': arm, 'data-outcome': outcome } = path.attributes
      const expected = rows.filter((row) => row.arm === arm && row.outcome === outcome)
      const marks = marksOf(path)
      expect(marks).toHaveLength(expected.length)
      for (const [index, { start_s, duration_ms }] of expected.entries()) {
        expect(Math.abs(marks[index].x - x(Number(start_s)))).toBeLessThan(HALF_A_DIGIT)
        // The labels have one decimal themselves, and the first and the last of them make the axis.
        if (outcome === 'ok') expect(Math.abs(marks[index].y - y(Number(duration_ms)))).toBeLessThan(3 * HALF_A_DIGIT)
      }
    }
    const drawn = pathsOf(figure, width, 'data-outcome').reduce((sum, path) => sum + marksOf(path).length, 0)
    expect(drawn).toBe(rows.length)
  })

  it('puts failures above everything that succeeded, in another style, each arm in a lane of its own', () => {
    const paths = pathsOf(durationsFigure(source), 'wide', 'data-outcome')
    const failures = paths.filter(({ attributes }) => attributes['data-outcome'] !== 'ok')
    const successes = paths.filter(({ attributes }) => attributes['data-outcome'] === 'ok')
    expect(failures.length).toBeGreaterThan(0)
    const lowest = Math.max(...failures.flatMap(marksOf).map(({ y }) => y))
    const highest = Math.min(...successes.flatMap(marksOf).map(({ y }) => y))
    expect(lowest).toBeLessThan(highest)
    for (const { attributes } of failures) expect(attributes.class).toBe('failure')
    for (const { attributes } of successes) expect(attributes.class).toMatch(/^dots arm-\d$/)
    expect(new Set(successes.map(({ attributes }) => attributes.class)).size).toBe(2)
  })

  it('marks where the attack starts and stops', () => {
    const leaves = leavesOf(durationsFigure(source).wide.body)
    const x = axisOf(ticksOf(leaves, 'small muted middle', /^\d+( s)?$/, 'x'))
    const onsets = leaves.filter(({ name, attributes }) => name === 'line' && attributes.class === 'onset')
    const at = new Set(onsets.map(({ attributes }) => Math.round(Number(attributes.x1))))
    expect([...at].sort((a, b) => a - b)).toEqual([Math.round(x(5)), Math.round(x(25))])
  })

  it('of 100,000 connections stay small; what shares a mark is said with figures, and nothing else is missing', () => {
    const runs = source.runs.map((run, arm) => ({
      ...run,
      attempts: Array.from({ length: 50_000 }, (_, index) => {
        const like = run.attempts[index % run.attempts.length]
        return { ...like, startedAt: index * 600, totalUs: 40_000 + ((index * 7919 + arm) % 977) }
      }),
    }))
    const figure = durationsFigure({ ...source, runs })
    const paths = pathsOf(figure, 'wide', 'data-outcome')
    const drawn = paths.reduce((sum, path) => sum + marksOf(path).length, 0)
    expect(figure.wide.note).toContain(`100000 connections are drawn as ${drawn} marks: `)
    expect(standaloneSvg(figure).length).toBeLessThan(2_000_000)
    // Every connection has a mark of its arm and outcome within a pixel of its place.
    const leaves = leavesOf(figure.wide.body)
    const x = axisOf(ticksOf(leaves, 'small muted middle', /^\d+( s)?$/, 'x'))
    const y = durationAxis(leaves)
    let missing = 0
    for (const path of paths) {
      const { 'data-arm': arm, 'data-outcome': wanted } = path.attributes
      const lane = wanted === 'ok' ? undefined : marksOf(path)[0].y
      const taken = new Set(marksOf(path).map((mark) => `${Math.round(mark.x)} ${Math.round(mark.y)}`))
      for (const { startedAt, totalUs, outcome } of runs.find((run) => run.arm.name === arm)?.attempts ?? []) {
        if (outcome !== wanted) continue
        const [column, row] = [x(startedAt / 1e6), lane ?? y(totalUs / 1000)].map(Math.round)
        const near = [-1, 0, 1].some((dx) => [-1, 0, 1].some((dy) => taken.has(`${column + dx} ${row + dy}`)))
        if (!near) missing++
      }
    }
    expect(missing).toBe(0)
  })

  it('of 5,000 connections are all drawn and take less than 200 kB', () => {
    const runs = source.runs.map((run) => ({
      ...run,
      attempts: Array.from({ length: 2500 }, (_, index) => ({
        ...run.attempts[index % run.attempts.length],
        startedAt: index * 12_000,
      })),
    }))
    const figure = durationsFigure({ ...source, runs })
    expect(figure.wide.note).toBe('5000 connections, 5000 marks.')
    expect(standaloneSvg(figure).length).toBeLessThan(200_000)
  })
})

describe('queues', () => {
  it('are drawn second by second on the axis that the labels name, and the limit line is at the limit', () => {
    const figure = queuesFigure(source)
    const series = rowsOf(seriesCsv(source.scenario, source.runs))
    // One block of leaves per plot: from its title on.
    const [, synQueue, acceptQueue] = figure.wide.body.split('class="strong"')
    for (const [markup, key] of [
      [synQueue, 'syn_queue'],
      [acceptQueue, 'accept_queue'],
    ] as const) {
      const leaves = leavesOf(markup)
      const labels = ticksOf(leaves, 'small muted end', /^\d+$/, 'y').map((tick) => ({ ...tick, at: tick.at - 4 }))
      const y = axisOf(labels)
      const x = axisOf(ticksOf(leaves, 'small muted middle', /^\d+( s)?$/, 'x'))
      const limits = leaves.filter(({ attributes }) => attributes.class === 'limit')
      expect(limits).toHaveLength(1)
      const { limit } = source.result.arms['cookies-on'].phases.attack[key]
      expect(Math.abs(Number(limits[0].attributes.y1) - y(limit))).toBeLessThan(2 * HALF_A_DIGIT)
      const lines = leaves.filter(({ attributes }) => attributes['data-queue'] === key)
      expect(lines.map(({ attributes }) => attributes['data-arm'])).toEqual(['cookies-off', 'cookies-on'])
      for (const line of lines) {
        const corners = cornersOf(line)
        const own = series.filter((row) => row.arm === line.attributes['data-arm'])
        for (const row of own) {
          const middle = x(Number(row.second) + 0.5)
          const before = corners.findLast((corner) => corner.x <= middle)
          expect(Math.abs((before?.y ?? Number.NaN) - y(Number(row[`${key}_mean`])))).toBeLessThan(3 * HALF_A_DIGIT)
        }
      }
    }
  })

  it('with different limits name the arms of each', async () => {
    const two = await reportSource('classic', ...SHORT, 'arms.cookies-on.backlog=64', 'phases.attack=2')
    const texts = leavesOf(queuesFigure(two).wide.body).map(({ text }) => text)
    expect(texts).toContain('limit 128: cookies-off')
    expect(texts).toContain('limit 64: cookies-on')
  })
})

describe('counters', () => {
  it('that moved are drawn per second; those that did not are named', () => {
    const figure = countersFigure(source)
    const drawn = new Set(pathsOf(figure, 'wide', 'data-counter').map(({ attributes }) => attributes['data-counter']))
    expect(drawn).toContain('SynReceived')
    expect(drawn).toContain('TCPReqQFullDrop')
    expect(drawn).not.toContain('ListenOverflows')
    expect(figure.caption).toMatch(/Did not move in any arm: .*ListenOverflows/)
    for (const name of drawn) expect(figure.caption).not.toContain(`${name},`)
    const series = rowsOf(seriesCsv(source.scenario, source.runs))
    for (const plot of figure.wide.body.split('class="code strong"').slice(1)) {
      const leaves = leavesOf(plot)
      const y = axisOf(ticksOf(leaves, 'small muted end', /^\d+$/, 'y').map((tick) => ({ ...tick, at: tick.at - 4 })))
      for (const line of leaves.filter(({ attributes }) => 'data-counter' in attributes)) {
        const { 'data-arm': arm, 'data-counter': counter } = line.attributes
        const most = Math.max(...series.filter((row) => row.arm === arm).map((row) => Number(row[counter])))
        const highest = Math.min(...cornersOf(line).map((corner) => corner.y))
        expect(Math.abs(highest - y(most)), counter).toBeLessThan(3 * HALF_A_DIGIT)
      }
    }
  })
})

describe('more arms than can be told apart', () => {
  it('get further plots with the same axes', async () => {
    const arms = Array.from({ length: 6 }, (_, index) => [`arm-${index}`, {}])
    const six = await reportSource(
      'classic',
      `arms=${JSON.stringify(Object.fromEntries(arms))}`,
      'thresholds=[]',
      ...['baseline', 'attack', 'recovery'].map((phase) => `phases.${phase}=1`),
    )
    const figure = durationsFigure(six)
    const paths = pathsOf(figure, 'wide', 'data-outcome')
    expect(paths.map(({ attributes }) => attributes['data-arm'])).toEqual(arms.map(([name]) => name))
    expect(paths.map(({ attributes }) => attributes.class)).toEqual(
      [0, 1, 2, 3, 0, 1].map((place) => `dots arm-${place}`),
    )
    const labels = ticksOf(leavesOf(figure.wide.body), 'small muted end', /^[\d.]+ m?s$/, 'y').map(({ text }) => text)
    expect(labels.slice(0, labels.length / 2)).toEqual(labels.slice(labels.length / 2))
  })
})
