/**
 * Bundles that must not be graded, each refused for its own reason, in one line, with nothing written.
 */
import { statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeEach, describe, expect, it } from 'vitest'
import { synlab, temporaryDirectory } from '../support/processes/lab-cli.ts'
import { Classroom, COURSE, grade } from '../support/worlds/classroom.ts'

let room: Classroom
beforeEach(() => {
  room = new Classroom(temporaryDirectory(), 'id,name\r\ns001,Ann\r\n0042,李雷\r\n')
})

describe('a bundle is refused, in one line,', () => {
  /** Grades one file that must be refused; returns the line. */
  async function refusal(path: string, ...args: string[]): Promise<string> {
    const out = join(room.root, 'grades.json')
    const { status, stdout, stderr } = await synlab(
      ...['grade', path, '--class', room.course, '--format', 'json', '--quiet', '--out', out, ...args],
    )
    expect([status, stdout]).toEqual([2, ''])
    expect(stderr).toMatch(/^synlab: [^\n]+\n$/)
    expect(statSync(out, { throwIfNoEntry: false })).toBeUndefined()
    return stderr
  }

  async function solved(student = 's001'): Promise<string> {
    return room.solve(student, 'B', await room.rightAnswers(student, 'B'))
  }

  it("when it is another student's", async () => {
    expect(await refusal(await solved(), '--student', '0042')).toContain(
      'is of student s001; a bundle of 0042 is wanted',
    )
  })

  it('when another student has put a name on it', async () => {
    const path = room.handIn(await solved(), 'stolen.json', (bundle) => ({ ...bundle, student: '0042' }))
    expect(await refusal(path)).toContain('was run with a seed that is not that of 0042 for sheet B')
    const sealed = room.handIn(await solved(), 'sealed.json', (bundle) =>
      room.reseal({ ...bundle, student: '0042' }, { seed: room.student('0042').seeds.B }),
    )
    // The seed fits, the variant and the figures are those of somebody else.
    expect(await refusal(sealed)).toMatch(/observed\.main\.\w+ is \S+, which no run of this seed shows/)
  })

  it('when it is sealed with another key', async () => {
    const path = room.handIn(await solved(), 'seal.json', (bundle) => ({ ...bundle, seal: '0'.repeat(64) }))
    expect(await refusal(path)).toContain('the seal is not that of s001')
  })

  it.each(['variant', 'answers', 'observed'] as const)('when its %s was edited', async (part) => {
    const path = room.handIn(await solved(), 'edited.json', (bundle) => ({
      ...bundle,
      [part]: { ...bundle[part], 'main.gone_s': 9999 },
    }))
    expect(await refusal(path)).toContain(`${part} was changed after the bundle was made`)
  })

  it('when its time was edited', async () => {
    const path = room.handIn(await solved(), 'late.json', (bundle) => ({
      ...bundle,
      run: { ...bundle.run, time: '2031-01-01T00:00:00.000Z' },
    }))
    expect(await refusal(path)).toContain('the seal is not that of s001')
  })

  it.each([
    ['changed', (figures: object) => ({ ...figures, 'main.gone_s': 9999 }), 'observed.main.gone_s is 9999'],
    ['added', (figures: object) => ({ ...figures, 'main.more': 1 }), 'observed.main.more is 1'],
    [
      'taken away',
      (figures: object) => Object.fromEntries(Object.entries(figures).filter(([key]) => key !== 'main.gone_s')),
      'observed.main.gone_s is missing',
    ],
  ])('when a figure was %s and hashes and seal were made to fit', async (_how, edit, message) => {
    const path = room.handIn(await solved(), 'figures.json', (bundle) =>
      room.reseal(bundle, { observed: edit(bundle.observed) as typeof bundle.observed }),
    )
    const line = await refusal(path)
    expect(line).toContain(message)
    expect(line).not.toMatch(new RegExp(`\\b${(await room.rightAnswers('s001', 'B')).B1}\\b`))
  })

  it('when it is of another version, format, sheet version or course', async () => {
    const bundle = await solved()
    const with_ = (name: string, change: object): string =>
      room.handIn(bundle, name, (whole) => ({ ...whole, ...change }))
    expect(await refusal(with_('v2.json', { format_version: 2 }))).toContain(
      'is of version 2 of synlab-sheet; this synlab reads version 1',
    )
    expect(await refusal(with_('other.json', { format: 'synlab-grades' }))).toContain(
      'is no file of format synlab-sheet',
    )
    expect(await refusal(with_('sheet.json', { sheet_version: 7 }))).toContain('answers version 7 of sheet B')
    expect(await refusal(with_('course.json', { course: 'other' }))).toContain(
      `is of course other; this is course ${COURSE}`,
    )
    expect(await refusal(with_('nobody.json', { student: 's999' }))).toContain(
      'is of student s999, who is not on the roster (id)',
    )
    expect(await refusal(with_('letter.json', { sheet: 'G' }))).toContain('must be one of A, B, C, D, E, F')
  })

  it('when it is no JSON, not there, or a folder without one', async () => {
    const broken = join(room.handIns, 'broken.json')
    writeFileSync(broken, '{"format":')
    expect(await refusal(broken)).toContain('is not JSON')
    expect(await refusal(join(room.root, 'nowhere.json'))).toContain('cannot be read: ENOENT')
    expect(await refusal(temporaryDirectory())).toContain('no bundle there')
  })
})

describe('several runs of one student', () => {
  it('count once: the newest, in whatever order they come', async () => {
    const right = await room.rightAnswers('s001', 'B')
    const old = await room.solve('s001', 'B', { ...right, B3: 1000 }, { time: 1000 })
    const newer = await room.solve('s001', 'B', right, { time: 2000 })
    for (const [first, second] of [
      [old, newer],
      [newer, old],
    ] as const) {
      const { status, grades, stderr } = await grade(room, first, second)
      expect(status).toBe(0)
      expect(grades.grades.map(({ points, max }) => points === max)).toEqual([true])
      expect(grades.refused.map(({ file, superseded }) => [file, superseded])).toEqual([[old, true]])
      expect(stderr).toContain(`${old}: is the run of 1970-01-01T00:00:01.000Z; ${newer} has a newer one`)
    }
  })

  it('count once when the same file comes twice', async () => {
    const file = await room.solve('s001', 'B', await room.rightAnswers('s001', 'B'))
    const { grades } = await grade(room, file, room.handIn(file, 'copy.json'))
    expect(grades.grades).toHaveLength(1)
    expect(grades.refused[0]?.message).toContain('is the same run as')
  })
})
