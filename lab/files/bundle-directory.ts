/**
 * A result bundle on disk. Files are written to a stage beside their destination and moved there when all of them are
 * whole: a run that fails or is interrupted leaves the destination as it was. What a killed run has left is put in order
 * by the next one.
 */
import { randomBytes } from 'node:crypto'
import {
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  renameSync,
  rmdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { basename, dirname, join, resolve } from 'node:path'
import { BUNDLE_FILES, type BundleFile } from '../bundle/bundle.ts'
import { UsageError } from '../usage-error.ts'
import { orWriteFailure, writeFault } from './write-failure.ts'

/** Where a commit keeps the files that it replaces, in its stage, until all are replaced. */
const REPLACED = 'replaced'

export class BundleDirectory {
  readonly path: string
  private readonly stage: string
  private readonly existed: boolean
  /** Directories that had to be made above the bundle, topmost first. */
  private readonly madeParents: string[] = []

  /**
   * Makes ready to write a bundle to `path`: a directory that does not exist, is empty, or holds an earlier bundle and
   * nothing else. Throws UsageError for any other place, before anything is written.
   */
  constructor(path: string) {
    if (path === '') throw new UsageError('--out: the name of a directory is missing')
    this.path = path
    const target = resolve(path)
    this.existed = existsSync(target)
    const parent = this.existed ? target : dirname(target)
    try {
      if (this.existed && !statSync(target).isDirectory()) {
        throw new UsageError(`--out ${path}: is a file; name a directory`)
      }
      if (!this.existed && lstatSync(target, { throwIfNoEntry: false }) !== undefined) {
        throw new UsageError(`--out ${path}: is a symbolic link to something that is not there`)
      }
      if (existsSync(parent)) clearStages(parent, target)
      if (this.existed) checkReplaceable(path)
      for (const directory of missingDirectories(parent)) {
        mkdirSync(directory)
        this.madeParents.push(directory)
      }
      this.stage = join(parent, `${stagePrefix(target)}${process.pid}-${randomBytes(4).toString('hex')}`)
      // It becomes the bundle, which whoever may read the user's other directories may read as well.
      mkdirSync(this.stage)
    } catch (error) {
      this.removeParents()
      if (error instanceof UsageError) throw error
      throw new UsageError(`--out ${path}: ${writeFault(error)}`)
    }
  }

  /** Where a file of the bundle stands until the bundle is whole. */
  fileAt(file: BundleFile): string {
    return join(this.stage, file)
  }

  /** Throws RunFailure when the file system takes no more. */
  write(file: BundleFile, content: string | Uint8Array): void {
    orWriteFailure(`bundle ${this.path}`, () => writeFileSync(this.fileAt(file), content))
  }

  /** Moves the bundle to its place. Throws RunFailure when the file system refuses, and leaves an earlier bundle whole. */
  commit(): void {
    orWriteFailure(`bundle ${this.path}`, () => this.moveIntoPlace())
  }

  private moveIntoPlace(): void {
    const target = resolve(this.path)
    if (!this.existed) {
      renameSync(this.stage, target)
      return
    }
    const replaced = join(this.stage, REPLACED)
    mkdirSync(replaced)
    const moved: { readonly from: string; readonly to: string }[] = []
    const move = (from: string, to: string): void => {
      renameSync(from, to)
      moved.push({ from, to })
    }
    try {
      for (const file of BUNDLE_FILES) {
        if (existsSync(join(target, file))) move(join(target, file), join(replaced, file))
      }
      // The file that makes a directory a bundle comes last.
      for (const file of BUNDLE_FILES.toReversed()) {
        if (existsSync(this.fileAt(file))) move(this.fileAt(file), join(target, file))
      }
    } catch (error) {
      for (const { from, to } of moved.reverse()) renameSync(to, from)
      throw error
    }
    rmSync(this.stage, { recursive: true })
  }

  /** Removes everything that was written. */
  abandon(): void {
    rmSync(this.stage, { recursive: true, force: true })
    this.removeParents()
  }

  private removeParents(): void {
    try {
      for (const directory of this.madeParents.toReversed()) rmdirSync(directory)
    } catch {
      // Somebody else has put something there meanwhile: it stays.
    }
  }
}

/** How the stages of a target are called: this, the process that writes there, and something that nobody else has. */
function stagePrefix(target: string): string {
  return `.${basename(target)}.partial-`
}

/** Clears away the stages for `target` in `parent` whose processes are gone; a bundle half replaced is restored first. */
function clearStages(parent: string, target: string): void {
  const prefix = stagePrefix(target)
  for (const entry of readdirSync(parent)) {
    const pid = entry.startsWith(prefix) ? Number.parseInt(entry.slice(prefix.length), 10) : Number.NaN
    if (Number.isNaN(pid) || (pid !== process.pid && isRunning(pid))) continue
    const stage = join(parent, entry)
    const replaced = join(stage, REPLACED)
    for (const file of BUNDLE_FILES) {
      if (existsSync(join(replaced, file))) renameSync(join(replaced, file), join(target, file))
    }
    rmSync(stage, { recursive: true, force: true })
  }
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}

/** `directory` and those above it that do not exist, topmost first. (A recursive mkdir never returns below /proc.) */
function missingDirectories(directory: string): string[] {
  return existsSync(directory) ? [] : [...missingDirectories(dirname(directory)), directory]
}

function checkReplaceable(path: string): void {
  const entries = readdirSync(path)
  const foreign = entries.find((entry) => !BUNDLE_FILES.some((file) => file === entry))
  if (foreign?.startsWith(stagePrefix(resolve(path)))) {
    throw new UsageError(`--out ${path}: another run is writing there (${foreign})`)
  }
  if (foreign !== undefined || (entries.length > 0 && !entries.includes(BUNDLE_FILES[0]))) {
    const found = foreign ?? entries[0]
    throw new UsageError(
      `--out ${path}: holds ${found} and is not a bundle of an earlier run; name a new or empty directory`,
    )
  }
}
