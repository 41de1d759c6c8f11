/**
 * A result bundle on disk. Files are written beside their destination and moved there when all of them are whole: a run
 * that fails or is interrupted leaves the destination as it was.
 */
import { existsSync, mkdirSync, readdirSync, renameSync, rmdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { basename, dirname, join, resolve } from 'node:path'
import { BUNDLE_FILES, type BundleFile } from '../bundle/bundle.ts'
import { UsageError } from '../usage-error.ts'

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
    if (this.existed) checkReplaceable(path)
    const parent = this.existed ? target : dirname(target)
    this.stage = join(parent, `.${basename(target)}.partial-${process.pid}`)
    try {
      for (const directory of missingDirectories(parent)) {
        mkdirSync(directory)
        this.madeParents.push(directory)
      }
      mkdirSync(this.stage)
    } catch (error) {
      this.removeParents()
      throw new UsageError(`--out ${path}: cannot be written: ${(error as NodeJS.ErrnoException).code}`)
    }
  }

  /** Where a file of the bundle stands until the bundle is whole. */
  fileAt(file: BundleFile): string {
    return join(this.stage, file)
  }

  write(file: BundleFile, content: string | Uint8Array): void {
    writeFileSync(this.fileAt(file), content)
  }

  /** Moves the bundle to its place. */
  commit(): void {
    const target = resolve(this.path)
    if (!this.existed) {
      renameSync(this.stage, target)
      return
    }
    rmSync(join(target, BUNDLE_FILES[0]), { force: true })
    for (const file of BUNDLE_FILES.toReversed()) {
      // A bundle need not have every file; one of an earlier bundle must not stay beside it.
      if (existsSync(this.fileAt(file))) renameSync(this.fileAt(file), join(target, file))
      else rmSync(join(target, file), { force: true })
    }
    rmdirSync(this.stage)
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

/** `directory` and those above it that do not exist, topmost first. (A recursive mkdir never returns below /proc.) */
function missingDirectories(directory: string): string[] {
  return existsSync(directory) ? [] : [...missingDirectories(dirname(directory)), directory]
}

function checkReplaceable(path: string): void {
  if (!statSync(path).isDirectory()) throw new UsageError(`--out ${path}: is a file; name a directory`)
  const entries = readdirSync(path)
  const files: readonly string[] = BUNDLE_FILES
  const foreign = entries.find((entry) => !files.includes(entry))
  if (foreign !== undefined || (entries.length > 0 && !entries.includes(BUNDLE_FILES[0]))) {
    const found = foreign ?? entries[0]
    throw new UsageError(
      `--out ${path}: holds ${found} and is not a bundle of an earlier run; name a new or empty directory`,
    )
  }
}
