/**
 * A run as a link to the page: what goes in comes out, and whatever else stands there is refused for a reason.
 */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { isLinkProblem, linkParameters, type PageRun, pageLink, parseLink } from '../../../lab/bundle/page-link.ts'
import { parseReproduceCommand, reproduceCommand } from '../../../lab/bundle/reproduce.ts'
import { fromBase64, toBase64 } from '../../../tcpip/base/base64.ts'

const VERSION = '1.2.3'
const RUN: PageRun = { scenario: 'classic', text: undefined, set: [], seed: 7, isByHand: false }

describe('a link to a run', () => {
  it('carries scenario, changes, seed and hand', () => {
    const run = fc.record({
      scenario: fc.string({ minLength: 1 }),
      text: fc.option(fc.string({ unit: 'grapheme' }), { nil: undefined }),
      set: fc.array(fc.stringMatching(/^[\w.]{1,9}=[^\n]{0,9}$/)),
      seed: fc.option(fc.maxSafeNat(), { nil: undefined }),
      isByHand: fc.boolean(),
    })
    fc.assert(
      fc.property(run, (wanted) => {
        expect(parseLink(linkParameters(wanted, VERSION), VERSION)).toEqual(wanted)
      }),
    )
  })

  it('is relative, and stands behind #', () => {
    expect(pageLink({ ...RUN, set: ['a.b=1 2', 'c=3'] }, VERSION)).toBe(
      'synlab.html#control-room?v=1.2.3&scenario=classic&set=a.b%3D1%202%0Ac%3D3&seed=7',
    )
  })

  it('says nothing where there is none', () => {
    expect(parseLink({ span: '120' }, VERSION)).toBeUndefined()
  })

  it.each([
    ['of another version', { v: '1.2.4', scenario: 'x' }, { kind: 'version', version: '1.2.4' }],
    ['of no version', { scenario: 'x' }, { kind: 'version', version: '' }],
    ['with a seed that is none', { v: VERSION, scenario: 'x', seed: '-1' }, { kind: 'broken', parameter: 'seed' }],
    [
      'with a seed too large',
      { v: VERSION, scenario: 'x', seed: '9007199254740992' },
      { kind: 'broken', parameter: 'seed' },
    ],
    [
      'with letters that are no base64',
      { v: VERSION, scenario: 'x', text: '!' },
      { kind: 'broken', parameter: 'text' },
    ],
    [
      'with bytes that are not compressed',
      { v: VERSION, scenario: 'x', text: '_____w' },
      { kind: 'broken', parameter: 'text' },
    ],
  ])('%s is refused', (_which, parameters, problem) => {
    expect(parseLink(parameters as Record<string, string>, VERSION)).toEqual(problem)
  })

  it('with a text that would fill the memory is refused', () => {
    const bomb = linkParameters({ ...RUN, text: 'x'.repeat(2_000_000) }, VERSION)
    const parsed = parseLink(bomb, VERSION)
    expect(parsed !== undefined && isLinkProblem(parsed) && parsed.kind).toBe('broken')
  })
})

describe('the command in a result', () => {
  it('can be read again, whatever was quoted', () => {
    const word = fc.string({ unit: 'grapheme', minLength: 1 }).filter((text) => text.trim() !== '')
    fc.assert(
      fc.property(word, fc.maxSafeNat(), fc.array(word), (reference, seed, set) => {
        expect(parseReproduceCommand(reproduceCommand(reference, seed, set))).toEqual({ reference, seed, set })
      }),
    )
  })

  it.each([
    '',
    'synlab run',
    'rm -rf x',
    'synlab run classic --seed x',
    'synlab run classic --seed 1 --out y',
    'synlab run classic --seed 1 --set',
  ])('%j is none of ours', (command) => expect(parseReproduceCommand(command)).toBeUndefined())
})

describe('base64', () => {
  it('comes back as it was', () => {
    fc.assert(
      fc.property(fc.uint8Array(), (bytes) => {
        expect(toBase64(bytes)).toBe(Buffer.from(bytes).toString('base64'))
        expect(fromBase64(toBase64(bytes))).toEqual(bytes)
        expect(fromBase64(toBase64(bytes).replace(/=+$/, ''))).toEqual(bytes)
      }),
    )
  })

  it.each(['A', 'AAAAA', 'AA=A', '?', 'AA AA'])('%j is none', (text) => expect(fromBase64(text)).toBeUndefined())
})
