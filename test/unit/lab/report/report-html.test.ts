/**
 * report.html as text: every part is there, whatever users write stays text, and nothing is fetched.
 */
import { beforeAll, describe, expect, it } from 'vitest'
import type { ReportSource } from '../../../../lab/report/figure.ts'
import { makeReport, REPORT_FILES, type Report } from '../../../../lab/report/report-html.ts'
import { reportSource } from '../../../support/readers/report-reader.ts'

const EVIL = `</p><script>alert(1)</script> & "quoted" 'text' <img src=x onerror=alert(2)>`
const SCENARIO = `
name: tiny
description: ${JSON.stringify(EVIL)}
phases: { baseline: 2, attack: 4, recovery: 2 }
arms: { off: { synCookies: 0 }, on: { synCookies: 1 } }
listener: { backlog: 8 }
traffic:
  - { name: flood, kind: syn-flood, rate: 100 }
  - { name: people, kind: clients, rate: 20 }
thresholds:
  - { arm: on, phase: attack, metric: success_ratio, min: 1 }
  - { arm: off, phase: attack, metric: success_ratio, min: 1 }
`

let source: ReportSource
let report: Report
beforeAll(async () => {
  source = await reportSource(SCENARIO)
  report = makeReport({ ...source, result: { ...source.result, command: `synlab run '<b>/x.yaml' --seed 1` } })
})

describe('report.html', () => {
  it('has a heading for each part, in order', () => {
    const headings = [...report['report.html'].matchAll(/<h([12])[^>]*>([^<]+)</g)].map(
      ([, level, text]) => level + text,
    )
    expect(headings).toEqual([
      '1tiny',
      '2What to look at',
      '2Duration of every honest connection',
      '2Both queues against their limits',
      '2Counters per second',
      '2Figures by phase',
      '2Thresholds',
      '2Counters by phase',
      '2What ran',
      '2Run it again',
      '2Definitions',
    ])
  })

  it('keeps what users write as text', () => {
    for (const file of REPORT_FILES) {
      expect(report[file], file).not.toMatch(/<script|<img|<b>/i)
      expect(report[file], file).not.toContain('undefined')
      expect(report[file], file).not.toContain('NaN')
    }
    expect(report['report.html']).toContain('&lt;/p&gt;&lt;script&gt;alert(1)&lt;/script&gt; &amp; &quot;quoted&quot;')
    expect(report['report.html']).toContain('synlab run &#39;&lt;b&gt;/x.yaml&#39; --seed 1')
  })

  it('refers to nothing outside itself', () => {
    for (const file of REPORT_FILES) {
      const references = [...report[file].matchAll(/<[^>]+\s(?:xlink:href|href|src)="([^"]*)"/g)].map(([, to]) => to)
      expect(references, file).toEqual(file.endsWith('.html') ? ['data:,'] : [])
      expect(report[file], file).not.toMatch(/url\(|@import/)
      const addresses = report[file].match(/https?:[^"\s<]+/g) ?? []
      expect(new Set(addresses), file).toEqual(new Set(file.endsWith('.svg') ? ['http://www.w3.org/2000/svg'] : []))
    }
  })

  it('says seed, hash, version and what percentiles are', () => {
    const { seed, scenario, percentiles } = source.result
    for (const text of [`Seed ${seed}.`, scenario.sha256, '0.0.0', percentiles]) {
      expect(report['report.html']).toContain(text)
    }
  })

  it('judges each threshold in words, and the run in the head', () => {
    const html = report['report.html']
    expect(html).toContain('<td class="pass">pass</td><th scope="row">on</th>')
    expect(html).toContain('<td class="fail">FAIL</td><th scope="row">off</th>')
    expect(html).toContain('<span class="fail">FAIL</span>: 1 of 2 thresholds did not hold.')
  })

  it('has the figures of the phases and of the counters that moved, and names the others', () => {
    const html = report['report.html']
    const { counters, legit } = source.result.arms.off.phases.attack
    expect(legit.failed).toBeGreaterThan(0)
    expect(html).toMatch(
      new RegExp(`<th scope="row">TCPReqQFullDrop</th>.*<td class="number">${counters.TCPReqQFullDrop}<`),
    )
    expect(html).not.toContain('<th scope="row">ListenOverflows</th>')
    expect(html).toMatch(/0 in every arm and phase: .*ListenOverflows/)
    expect(html).toContain(`off ${legit.failed} of ${legit.attempted}`)
  })

  it('gives every head of a table a scope and every table, picture and section a name', () => {
    const html = report['report.html']
    const heads = html.match(/<th[ >]/g) ?? []
    expect(heads.length).toBeGreaterThan(20)
    expect(html.match(/<th [^>]*scope="(?:col|row|colgroup|rowgroup)"/g)).toHaveLength(heads.length)
    expect(html.match(/<caption/g)).toHaveLength(html.match(/<table/g)?.length ?? 0)
    const ids = [...html.matchAll(/ id="([^"]+)"/g)].map(([, id]) => id)
    expect(new Set(ids).size).toBe(ids.length)
    const named = [...html.matchAll(/aria-labelledby="([^"]+)"/g)].flatMap(([, list]) => list.split(' '))
    expect(named.length).toBeGreaterThan(0)
    for (const id of named) expect(ids).toContain(id)
  })

  it('shows where the arms differ, and the rest of the configuration in a line', () => {
    expect(report['report.html']).toContain(
      '<th scope="row">synCookies</th><td class="number">0</td><td class="number">1</td>',
    )
    expect(report['report.html']).toMatch(/The same in every arm: .*backlog 8/)
  })
})

describe('a report without clients, attacks in effect or thresholds', () => {
  it('is whole all the same', async () => {
    const quiet = await reportSource(
      SCENARIO.replace(/thresholds:[\s\S]*/, '').replace(/ {2}- \{ name: people.*\n/, ''),
      'traffic.flood.rate=0.001',
    )
    const { 'report.html': html, 'durations.svg': durations } = makeReport(quiet)
    expect(html).toContain('The scenario has none.')
    expect(html).toContain('no clients')
    expect(durations).toContain('off: 0 of 0 failed')
    for (const text of Object.values(makeReport(quiet))) expect(text).not.toMatch(/NaN|Infinity|undefined/)
  })
})
