/**
 * What the page saves is what the command line writes: every scenario of the lab, two seeds, result.json byte for byte.
 */
import { describe, expect, it } from 'vitest'
import { packageVersion } from '../../control/package-info.ts'
import { makeBundle } from '../../dashboard/virtual/make-bundle.ts'
import { bundledNames, readScenario } from '../../lab/files/scenario-source.ts'
import { synlab } from '../support/processes/lab-cli.ts'

const SEEDS = [1, 7]

describe.each(bundledNames())('%s', (name) => {
  it.each(SEEDS)('gives the same result.json in the page, seed %i', async (seed) => {
    const { text } = readScenario(name)
    const bundle = await makeBundle({ text, seed, reference: name, isOwnText: false }, packageVersion())
    const { stdout } = await synlab('run', name, '--seed', String(seed), '--json')
    expect('result.json' in bundle && bundle['result.json'] === stdout).toBe(true)
  })
})
