/**
 * What is wrong with a text that should be YAML is told to those who wrote it: no words of a library, no line without an end,
 * nothing that speaks to the terminal.
 */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { areYamlProblems, readYaml } from '../../../lab/scenario/yaml-text.ts'
import { synlab, temporaryDirectory } from '../../support/processes/lab-cli.ts'

const problemsOf = (text: string): readonly string[] => {
  const read = readYaml(text)
  return areYamlProblems(read) ? read.map(({ begin, end, what }) => `${begin}-${end}: ${what}`) : []
}

describe('YAML', () => {
  it.each([
    ['a: *b', ['3-5: not valid YAML: *b has no anchor &b before it']],
    ['a: [*b, &b 1, *b]', ['4-6: not valid YAML: *b has no anchor &b before it']],
    ['a: &x 1\nb: *x', []],
    ['a: 1\n---\nb: 2', ['5-13: not valid YAML: another document begins here; only one is allowed']],
    ['---\na: 1\n...\n', []],
  ])('%j', (text, problems) => {
    expect(problemsOf(text)).toEqual(problems)
  })

  it('that is nested without end is said to be so', () => {
    expect(problemsOf(`a: ${'['.repeat(20_000)}`)[0]).toMatch(/: not valid YAML: nested too deeply$/)
  })
})

describe('a scenario', () => {
  const refusalOf = async (text: string): Promise<string[]> => {
    const file = join(temporaryDirectory(), 'x.yaml')
    writeFileSync(file, text)
    const { status, stdout, stderr } = await synlab('run', file)
    expect([status, stdout]).toEqual([2, ''])
    return stderr.split('\n')
  }

  it('is shown around the place, however long the line is', async () => {
    const [, source = '', mark = ''] = await refusalOf(
      `{ description: ${'x'.repeat(999)}, seed: [, ${'y'.repeat(999)} }`,
    )
    expect(source).toHaveLength('1 | '.length + 3 + 120 + 3)
    expect(source).toMatch(/^1 \| \.\.\.x+, seed: \[, y+\.\.\.$/)
    expect(source.slice(mark.indexOf('^') - 2, mark.indexOf('^') + 1)).toBe(' [,')
  })

  it('says nothing to the terminal with its keys', async () => {
    const [what, source] = await refusalOf('"\\e[2Jname": 1\n')
    expect(what).toContain(String.raw`\x1b[2Jname: unknown key "\x1b[2Jname"`)
    expect(source).toBe(String.raw`1 | "\e[2Jname": 1`)
  })

  it('with a mapping for a key is refused without a word from Node', async () => {
    expect(await refusalOf('{ ? { a: 1 } : 2 }\n')).toHaveLength(4)
  })
})
