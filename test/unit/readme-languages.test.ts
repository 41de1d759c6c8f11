/**
 * README.zh-CN.md keeps step with README.md: section by section the same commands and outputs, links, pictures, tables and
 * names of things. What the sentences say is for people to compare; this finds the section that was changed in one alone.
 */
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { packageRoot } from '../../lab/package-root.ts'

const ENGLISH = 'README.md'
const CHINESE = 'README.zh-CN.md'

interface Section {
  readonly level: string
  readonly title: string
  /** Code blocks, as they are. */
  readonly blocks: readonly string[]
  /** Targets of links and pictures, in order. */
  readonly links: readonly string[]
  readonly addresses: readonly string[]
  /** Of each row of a table: how many cells. */
  readonly rows: readonly number[]
  /** Inline code, sorted: a translation may put it in another order. */
  readonly names: readonly string[]
}

function read(file: string): string {
  return readFileSync(join(packageRoot(), file), 'utf8')
}

function all(text: string, pattern: RegExp): string[] {
  return [...text.matchAll(pattern)].map(([, found = '']) => found)
}

function sectionsOf(text: string): Section[] {
  const blocks: string[] = []
  const prose = text.replaceAll(/```[^\n]*\n(.*?)```/gs, (_whole, code: string) => `<block ${blocks.push(code) - 1}>`)
  return prose.split(/^(?=#+ )/m).map((part) => {
    const [, level = '', title = ''] = /^(#+) (.*)/.exec(part) ?? []
    return {
      level,
      title,
      blocks: all(part, /<block (\d+)>/g).map((index) => blocks[Number(index)] ?? ''),
      links: all(part, /\]\(([^)\s]+)\)/g).filter((target) => target !== ENGLISH && target !== CHINESE),
      addresses: all(part, /(https?:\/\/[\w.:/-]+)/g),
      rows: all(part, /^(\|.*\|)$/gm).map((row) => row.split('|').length),
      names: all(part, /`([^`]+)`/g).toSorted(),
    }
  })
}

const english = sectionsOf(read(ENGLISH))
const chinese = sectionsOf(read(CHINESE))

describe('the Chinese README', () => {
  it('has the sections of the English one', () => {
    expect(chinese.map(({ level }) => level)).toEqual(english.map(({ level }) => level))
  })

  it.each(english.map((section, index) => [section.title, index] as const))(
    'keeps step in section "%s"',
    (_title, index) => {
      const { title: _english, ...expected } = english[index] as Section
      const { title: _chinese, ...translated } = chinese[index] as Section
      expect(translated).toEqual(expected)
    },
  )

  it('is Chinese in every section', () => {
    for (const { title } of chinese.slice(1)) expect(title).toMatch(/[一-鿿]/)
  })

  it('and the English one name each other, and link to files that there are', () => {
    expect(read(ENGLISH)).toContain(`](${CHINESE})`)
    expect(read(CHINESE)).toContain(`](${ENGLISH})`)
    const files = [...english, ...chinese]
      .flatMap(({ links }) => links)
      .filter((target) => !/^(https?:|#)/.test(target))
    expect(files.filter((file) => !existsSync(join(packageRoot(), file)))).toEqual([])
  })
})
