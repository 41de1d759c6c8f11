/**
 * Where a bundle may be written, and what is there before, during and after.
 */
import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { BundleDirectory } from '../../../lab/files/bundle-directory.ts'
import { UsageError } from '../../../lab/usage-error.ts'
import { readDirectory, temporaryDirectory } from '../../support/processes/lab-cli.ts'

const FILES = ['capture.pcapng', 'connections.csv', 'result.json', 'series.csv'] as const

function write(bundle: BundleDirectory, text: string): void {
  for (const file of FILES) bundle.write(file, text)
}

function texts(directory: string): Record<string, string> {
  return Object.fromEntries(Object.entries(readDirectory(directory)).map(([file, bytes]) => [file, bytes.toString()]))
}

const allOf = (text: string): Record<string, string> => Object.fromEntries(FILES.map((file) => [file, text]))

describe('a bundle directory', () => {
  it('that does not exist appears when the bundle is whole, and not before', () => {
    const path = join(temporaryDirectory(), 'runs', 'first')
    const bundle = new BundleDirectory(path)
    write(bundle, 'one')
    expect(existsSync(path)).toBe(false)
    bundle.commit()
    expect(texts(path)).toEqual(allOf('one'))
    expect(readdirSync(join(path, '..'))).toEqual(['first'])
  })

  it('of an abandoned run leaves nothing behind, parents included', () => {
    const root = temporaryDirectory()
    const bundle = new BundleDirectory(join(root, 'runs', 'deep', 'first'))
    write(bundle, 'one')
    bundle.abandon()
    expect(readdirSync(root)).toEqual([])
  })

  it('that is empty is filled', () => {
    const path = temporaryDirectory()
    const bundle = new BundleDirectory(path)
    write(bundle, 'one')
    bundle.commit()
    expect(texts(path)).toEqual(allOf('one'))
  })

  it('of an earlier run is replaced when the new one is whole, and kept when it is abandoned', () => {
    const path = temporaryDirectory()
    const first = new BundleDirectory(path)
    write(first, 'one')
    first.commit()
    const second = new BundleDirectory(path)
    write(second, 'two')
    second.abandon()
    expect(texts(path)).toEqual(allOf('one'))
    const third = new BundleDirectory(path)
    write(third, 'three')
    third.commit()
    expect(texts(path)).toEqual(allOf('three'))
  })

  it.each([
    [['notes.txt'], 'notes.txt'],
    [['result.json', 'notes.txt'], 'notes.txt'],
    [['series.csv'], 'series.csv'],
  ])('that holds %j is refused and not touched', (files, named) => {
    const path = temporaryDirectory()
    for (const file of files) writeFileSync(join(path, file), 'mine')
    expect(() => new BundleDirectory(path)).toThrow(
      new UsageError(
        `--out ${path}: holds ${named} and is not a bundle of an earlier run; name a new or empty directory`,
      ),
    )
    expect(readdirSync(path).sort()).toEqual(files.toSorted())
  })

  it('cannot be a file, nor below one', () => {
    const file = join(temporaryDirectory(), 'file')
    writeFileSync(file, '')
    expect(() => new BundleDirectory(file)).toThrow(new UsageError(`--out ${file}: is a file; name a directory`))
    const below = join(file, 'bundle')
    expect(() => new BundleDirectory(below)).toThrow(new UsageError(`--out ${below}: cannot be written: ENOTDIR`))
  })

  it('does not take parents away that somebody else has begun to use', () => {
    const root = temporaryDirectory()
    const bundle = new BundleDirectory(join(root, 'runs', 'first'))
    mkdirSync(join(root, 'runs', 'theirs'))
    bundle.abandon()
    expect(readdirSync(join(root, 'runs'))).toEqual(['theirs'])
  })
})
