/**
 * Where a bundle may be written, and what is there before, during and after.
 */
import { spawnSync } from 'node:child_process'
import {
  existsSync,
  mkdirSync,
  openSync,
  readdirSync,
  renameSync,
  statSync,
  symlinkSync,
  writeFileSync,
  writeSync,
} from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it, vi } from 'vitest'
import { BundleDirectory } from '../../../lab/files/bundle-directory.ts'
import { CaptureFile } from '../../../lab/files/capture-file.ts'
import { UsageError } from '../../../lab/usage-error.ts'
import { readDirectory, temporaryDirectory } from '../../support/processes/lab-cli.ts'

vi.mock('node:fs', async (importOriginal) => {
  const fs = await importOriginal<typeof import('node:fs')>()
  return {
    ...fs,
    openSync: vi.fn(fs.openSync),
    renameSync: vi.fn(fs.renameSync),
    writeFileSync: vi.fn(fs.writeFileSync),
    writeSync: vi.fn(fs.writeSync),
  }
})

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
    expect(() => new BundleDirectory(below)).toThrow(
      new UsageError(`--out ${below}: cannot be written: ENOTDIR, a part of the path is no directory`),
    )
  })

  it('cannot be a link to nowhere, which is told before anything is written', () => {
    const link = join(temporaryDirectory(), 'link')
    symlinkSync('nowhere', link)
    const refused = `--out ${link}: is a symbolic link to something that is not there`
    expect(() => new BundleDirectory(link)).toThrow(new UsageError(refused))
  })

  it('is a directory like others, which those may read who may read the others', () => {
    const root = temporaryDirectory()
    const bundle = new BundleDirectory(join(root, 'bundle'))
    write(bundle, 'one')
    bundle.commit()
    mkdirSync(join(root, 'other'))
    expect(statSync(join(root, 'bundle')).mode).toBe(statSync(join(root, 'other')).mode)
  })

  it('does not take parents away that somebody else has begun to use', () => {
    const root = temporaryDirectory()
    const bundle = new BundleDirectory(join(root, 'runs', 'first'))
    mkdirSync(join(root, 'runs', 'theirs'))
    bundle.abandon()
    expect(readdirSync(join(root, 'runs'))).toEqual(['theirs'])
  })

  it('keeps an earlier bundle whole when a move fails, whichever it is', () => {
    const rename = vi.mocked(renameSync).getMockImplementation() as typeof renameSync
    for (let failing = 0; failing < 2 * FILES.length; failing++) {
      const path = temporaryDirectory()
      const first = new BundleDirectory(path)
      write(first, 'one')
      first.commit()
      const second = new BundleDirectory(path)
      write(second, 'two')
      let moves = 0
      vi.mocked(renameSync).mockImplementation((from, to) => {
        if (moves++ === failing) throw Object.assign(new Error('no space'), { code: 'ENOSPC' })
        rename(from, to)
      })
      expect(() => second.commit()).toThrow(`bundle ${path}: cannot be written: ENOSPC`)
      vi.mocked(renameSync).mockImplementation(rename)
      second.abandon()
      expect(texts(path)).toEqual(allOf('one'))
      expect(readdirSync(path).sort()).toEqual([...FILES].sort())
    }
  })

  it('says what it cannot write when the disk is full, in the middle of a capture or at the end', () => {
    const path = temporaryDirectory()
    const full = Object.assign(new Error('no space'), { code: 'ENOSPC' })
    const refused = `bundle ${path}: cannot be written: ENOSPC`
    for (const failing of [openSync, writeSync, writeFileSync] as const) {
      const bundle = new BundleDirectory(path)
      const write = (): void => {
        const capture = new CaptureFile(bundle)
        capture.startArm('one', 0)
        capture.close()
        bundle.write('result.json', '{}')
      }
      vi.mocked(failing).mockImplementationOnce(() => {
        throw full
      })
      expect(write).toThrow(refused)
      bundle.abandon()
      expect(readdirSync(path)).toEqual([])
    }
  })

  /** The id of a process that is gone. */
  const gone = () => spawnSync('true').pid

  it('is cleared of what killed runs have left, and a bundle half replaced is restored', () => {
    const path = temporaryDirectory()
    const first = new BundleDirectory(path)
    write(first, 'one')
    first.commit()
    // Killed while it was writing, and while it was moving: one file is new, the others are put aside.
    const name = (path.split('/').at(-1) ?? '') as string
    const [early, late] = [gone(), gone()].map((pid) => join(path, `.${name}.partial-${pid}-x`))
    mkdirSync(early as string)
    writeFileSync(join(early as string, 'series.csv'), 'zero')
    mkdirSync(join(late as string, 'replaced'), { recursive: true })
    for (const file of FILES) renameSync(join(path, file), join(late as string, 'replaced', file))
    writeFileSync(join(path, 'capture.pcapng'), 'two')
    const third = new BundleDirectory(path)
    write(third, 'three')
    third.abandon()
    expect(texts(path)).toEqual(allOf('one'))
  })

  it('that does not exist yet is cleared likewise', () => {
    const root = temporaryDirectory()
    mkdirSync(join(root, `.first.partial-${gone()}-x`))
    const bundle = new BundleDirectory(join(root, 'first'))
    write(bundle, 'one')
    bundle.commit()
    expect(readdirSync(root)).toEqual(['first'])
  })

  it('is refused while another run writes there', () => {
    const path = temporaryDirectory()
    mkdirSync(join(path, `.${path.split('/').at(-1)}.partial-${process.ppid}-x`))
    expect(() => new BundleDirectory(path)).toThrow('another run is writing there')
  })
})
