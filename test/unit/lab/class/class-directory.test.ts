/**
 * The secret of a course is made once; what students get follows from it and can be made again.
 */
import { existsSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { initClass, readClass } from '../../../../lab/class/class-directory.ts'
import { sealKeyOf, seedOf } from '../../../../lab/class/course.ts'
import { readStudentFile } from '../../../../lab/class/student-file.ts'
import { readDirectory, synlab, temporaryDirectory } from '../../../support/processes/lab-cli.ts'

interface Made {
  readonly directory: string
  readonly roster: string
}

function make(text = 'id\ns1\ns2\n', name: string | undefined = 'nets'): Made {
  const root = temporaryDirectory()
  const [directory, roster] = [join(root, 'course'), join(root, 'roster.csv')]
  writeFileSync(roster, text)
  initClass(directory, { name, roster, idHeader: undefined })
  return { directory, roster }
}

function studentFiles({ directory }: Made): Record<string, Buffer> {
  return readDirectory(join(directory, 'students'))
}

describe('a course', () => {
  it('has a secret that only its owner can read, and that is in no file of a student', () => {
    const made = make()
    const file = join(made.directory, 'course.json')
    expect(statSync(file).mode & 0o777).toBe(0o600)
    const { secret } = readClass(made.directory).course
    expect(secret).toMatch(/^[0-9a-f]{64}$/)
    for (const text of Object.values(studentFiles(made))) expect(text.toString()).not.toContain(secret)
    expect(readClass(make().directory).course.secret).not.toBe(secret)
  })

  it('gives each student other seeds for each sheet, and makes them again when they are lost', () => {
    const made = make()
    const before = studentFiles(made)
    const seeds = ['s1', 's2'].flatMap((id) =>
      Object.values(readStudentFile(join(made.directory, 'students', `${id}.json`)).seeds),
    )
    expect(new Set(seeds).size).toBe(12)
    rmSync(join(made.directory, 'students'), { recursive: true })
    const { added } = initClass(made.directory, { name: undefined, roster: made.roster, idHeader: undefined })
    expect(added).toEqual(['s1', 's2'])
    expect(studentFiles(made)).toEqual(before)
  })

  it('keeps its secret when students join', () => {
    const made = make()
    const before = studentFiles(made)
    writeFileSync(made.roster, 'id\ns1\ns2\ns3\n')
    const { added, total } = initClass(made.directory, { name: 'nets', roster: made.roster, idHeader: undefined })
    expect([added, total]).toEqual([['s3'], 3])
    expect(studentFiles(made)).toMatchObject(before)
  })

  it('has seeds that are those of one course, sheet and student', () => {
    const course = { name: 'nets', secret: '00'.repeat(32) }
    const others = [
      seedOf({ ...course, name: 'nets2' }, 'A', 's1'),
      seedOf({ ...course, secret: '01'.repeat(32) }, 'A', 's1'),
      seedOf(course, 'B', 's1'),
      seedOf(course, 'A', 's2'),
    ]
    expect(new Set([seedOf(course, 'A', 's1'), ...others]).size).toBe(5)
    expect(Number.isSafeInteger(seedOf(course, 'A', 's1'))).toBe(true)
    expect(sealKeyOf(course, 's1')).not.toBe(sealKeyOf(course, 's2'))
  })

  it.each([
    ['a roster with doubles', 'id\ns1\ns1\n', [], 'line 3: id s1 is on line 2 already'],
    ['no name for a new course', 'id\ns1\n', undefined, '--course: the name of the new course is missing'],
    ['a name that is none', 'id\ns1\n', ['--course', '../x'], '--course "../x": must be 1 to 64 letters'],
  ])('is not half made: %s', async (_what, text, flags, message) => {
    const root = temporaryDirectory()
    writeFileSync(join(root, 'roster.csv'), text)
    const name = flags === undefined ? [] : flags.length === 0 ? ['--course', 'nets'] : flags
    const result = await synlab(
      ...['class', 'init', '--roster', join(root, 'roster.csv'), '--out', join(root, 'course'), ...name],
    )
    expect([result.status, result.stdout]).toEqual([2, ''])
    expect(result.stderr).toMatch(/^synlab: [^\n]+\n$/)
    expect(result.stderr).toContain(message)
    expect(readdirSync(root)).toEqual(['roster.csv'])
  })

  it('is not given another name', () => {
    const made = make()
    expect(() => initClass(made.directory, { name: 'other', roster: made.roster, idHeader: undefined })).toThrow(
      '--course other: ',
    )
  })

  it('is looked for where it is', () => {
    expect(() => readClass(temporaryDirectory())).toThrow('is no directory of a course: it has no course.json')
    const made = make()
    const file = join(made.directory, 'course.json')
    writeFileSync(file, readFileSync(file, 'utf8').replace('"format_version": 1', '"format_version": 9'))
    expect(() => readClass(made.directory)).toThrow('is of version 9 of synlab-course; this synlab reads version 1')
  })
})

describe('a file of a course', () => {
  it.skipIf(!existsSync('/dev/zero'))('is not read from a device, which may have no end', async () => {
    const path = '/dev/zero'
    const made = make()
    const stderr = `synlab: ${path}: is a device; a file is expected\n`
    expect(await synlab('class', 'sheet', 'A', '--student', path)).toMatchObject({ status: 2, stderr })
    expect(await synlab('grade', path, '--class', made.directory)).toMatchObject({ status: 2, stderr })
  })

  it('has an end to its length', () => {
    const made = make()
    writeFileSync(made.roster, `id\n${'x'.repeat(1_048_576)}`)
    expect(() => initClass(made.directory, { name: 'nets', roster: made.roster, idHeader: undefined })).toThrow(
      `${made.roster}: is too large: at most 1048576 bytes are allowed`,
    )
  })
})
