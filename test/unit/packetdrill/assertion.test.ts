/**
 * The part of Python that code blocks may use.
 */
import { describe, expect, it } from 'vitest'
import { parseAssertions } from '../../packetdrill/language/assertion.ts'
import { checkAssertion, type Environment } from '../../packetdrill/language/evaluate.ts'
import { ScriptError } from '../../packetdrill/language/script-error.ts'

const VALUES: Readonly<Record<string, number>> = { zero: 0, one: 1, seven: 7, options: 7 }

const ENVIRONMENT: Environment = {
  name: (name) => VALUES[name],
  call: (name, [argument]) => (name === 'double' ? argument * 2 : undefined),
}

function check(code: string): void {
  for (const assertion of parseAssertions(code, 10)) checkAssertion(assertion, ENVIRONMENT)
}

function problem(code: string): ScriptError {
  try {
    check(code)
  } catch (error) {
    if (error instanceof ScriptError) return error
  }
  throw new Error('the code was accepted')
}

describe('an assertion holds', () => {
  it.each([
    'assert seven == 7',
    'assert 990 <= 995 <= 1010',
    'assert one + 2 * 3 == seven',
    'assert (one + 2) * 3 == 9',
    'assert seven - 2 - 1 == 4',
    'assert seven // 2 == 3 and seven % 2 == 1',
    'assert -seven // 2 == -4',
    'assert (options & 2) != 0',
    'assert options == 1 | 2 | 4',
    'assert one << 3 == 8 and 8 >> 2 == 2',
    'assert not zero and not (zero or 0)',
    'assert zero == 1 or seven > 6',
    'assert abs(0 - 5) == 5 and max(1, 2, 3) == 3 and min(4, 2) == 2',
    'assert double(seven) == 14',
    'assert 0xff == 255',
    'assert True and not False',
    'assert seven == 7, seven; assert one == 1, "message"',
    'print(seven)\nassert one == 1',
    '# a remark\nassert one == 1 # another\n\n',
    'assert one == 1; \\\n assert seven == 7',
  ])('%s', (code) => {
    expect(() => check(code)).not.toThrow()
  })
})

describe('an assertion fails', () => {
  it.each([
    ['assert seven == 8', 'seven == 8 (seven is 7)'],
    ['assert 1 <= seven <= 6', 'seven is 7'],
    ['assert seven == 7 and one == 2', 'seven is 7, one is 1'],
    ['assert double(seven) == 15', 'double(7) is 14'],
    ['assert zero', 'zero is 0'],
  ])('%s', (code, text) => {
    const error = problem(code)
    expect(error).toMatchObject({ kind: 'failure', line: 10 })
    expect(error.message).toContain(text)
  })

  it('with the line of its statement', () => {
    expect(problem('assert one == 1\nassert one == 2').line).toBe(11)
  })
})

describe('code is refused', () => {
  it.each([
    ['assert nonsense == 1', 'unsupported'],
    ['assert unknown(1)', 'unsupported'],
    ['import os', 'unsupported'],
    ['x = 5', 'unsupported'],
    ['assert one == ', 'syntax'],
    ['assert (one', 'syntax'],
    ['assert one one', 'syntax'],
    ['assert one.real', 'unsupported'],
  ])('%s', (code, kind) => {
    expect(problem(code).kind).toBe(kind)
  })
})
