/**
 * A class from roster to gradebook, by the commands that teacher and students type: every sheet solved in each language's
 * variant, and what gradebooks take.
 */
import { readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import Papa from 'papaparse'
import { beforeEach, describe, expect, it } from 'vitest'
import { stringify } from 'yaml'
import { LANGUAGES } from '../../lab/checks/language.ts'
import { SHEET_LETTERS } from '../../lab/class/sheet.ts'
import { SHEETS } from '../../lab/class/sheets/catalogue.ts'
import { synlab, temporaryDirectory } from '../support/processes/lab-cli.ts'
import { Classroom, grade, readBundle } from '../support/worlds/classroom.ts'

const ROSTER = 'id,name\r\ns001,Ann\r\n0042,李雷\r\n'

let room: Classroom
beforeEach(() => {
  room = new Classroom(temporaryDirectory(), ROSTER)
})

describe.each(SHEET_LETTERS)('sheet %s', (letter) => {
  it.each(LANGUAGES)('is solved with the commands in %s, and passes with every point', async (language) => {
    const student = { en: 's001', 'zh-CN': '0042' }[language]
    const work = join(room.root, 'work')
    const same = ['--student', room.studentPath(student), '--dir', work]
    const sheet = await synlab('class', 'sheet', letter, ...same, '--language', language)
    expect([sheet.status, sheet.stderr]).toEqual([0, ''])
    const form = readFileSync(join(work, 'answers.yaml'), 'utf8')
    expect(form).toContain(SHEETS[letter].title[language])

    const unanswered = await synlab('class', 'bundle', letter, ...same)
    expect([unanswered.status, unanswered.stdout]).toEqual([2, ''])
    expect(unanswered.stderr).toMatch(/^synlab: .*predictions come before the run\n$/)

    const answers = await room.rightAnswers(student, letter)
    writeFileSync(join(work, 'answers.yaml'), stringify({ language, ...answers }))
    const made = await synlab('class', 'bundle', letter, ...same)
    expect([made.status, made.stderr]).toEqual([0, ''])
    expect(statSync(join(work, 'run', 'capture.pcapng')).size).toBeGreaterThan(0)

    const { status, grades } = await grade(room, join(work, `sheet-${letter.toLowerCase()}-${student}.json`))
    const [graded] = grades.grades
    expect(graded?.questions.filter(({ points, max }) => points < max)).toEqual([])
    expect([status, graded?.student, graded?.points, graded?.passed]).toEqual([0, student, graded?.max, true])
    for (const { id, text } of graded?.questions ?? []) {
      expect(/[一-鿿]/.test(text), `${id}: ${text}`).toBe(language === 'zh-CN')
    }
  })

  it('earns no point for a wrong answer to any question, and never tells the right one', async () => {
    const right = await room.rightAnswers('s001', letter)
    const wrong = Object.fromEntries(
      SHEETS[letter].questions.map((question) => {
        const answer = right[question.id]
        if (question.kind === 'word') return [question.id, question.words.find((word) => word !== answer) ?? '']
        return [question.id, typeof answer === 'number' ? answer * 3 + 1000 : (answer ?? '')]
      }),
    )
    const { status, grades } = await grade(room, await room.solve('s001', letter, wrong))
    const [graded] = grades.grades
    expect([status, graded?.points, graded?.passed]).toEqual([99, 1, false])
    for (const { id, text } of graded?.questions.filter(({ points, max }) => points < max) ?? []) {
      expect(text).not.toMatch(new RegExp(`\\b${right[id]}\\b`))
      expect(text).toContain(String(wrong[id]))
    }
  })
})

describe('predictions', () => {
  it('stay as they were made before the run', async () => {
    const answers = await room.rightAnswers('s001', 'B')
    await room.solve('s001', 'B', { B1: 1, B2: 1 }, { directory: 'work' })
    await expect(room.solve('s001', 'B', { ...answers, B1: 1, B2: 1 }, { directory: 'work' })).resolves.toBeDefined()
    await expect(room.solve('s001', 'B', { ...answers, B2: 1 }, { directory: 'work' })).rejects.toThrow(
      /answers.yaml: B1: was predicted as 1 before the run, and stays as it was made$/,
    )
  })

  it('of the change let the change be run', async () => {
    const main = readBundle(await room.solve('s001', 'B', { B1: 1, B2: 1 }))
    expect(main.run.extent).toBe('main')
    expect(Object.keys(main.observed).filter((figure) => figure.startsWith('change.'))).toEqual([])
    const whole = readBundle(await room.solve('s001', 'B', { B1: 1, B2: 1, B8: 5 }, { time: 1 }))
    expect(whole.observed['change.gone_ms']).toBeGreaterThan(0)
  })
})

describe('a class of sixty', () => {
  const ids = Array.from({ length: 60 }, (_, index) => String(index).padStart(4, '0'))

  it('is graded with one command, and its gradebooks keep every id and hold whole numbers', async () => {
    // As Canvas exports it: a row of points, the test student, a column of another assignment.
    const export_ = [
      'Student,ID,SIS User ID,SIS Login ID,Section,Essay (17),synlab sheet B (18)',
      '    Points Possible,,,,,10,8',
      ...ids.map((id, index) => `"Doe, Student ${index}",${1000 + index},${id},u${id},"Sec 1, Mon",9.5,`),
      '"Student, Test",999,,,"Sec 1, Mon",,',
    ].join('\n')
    room = new Classroom(temporaryDirectory(), export_)
    for (const [index, id] of ids.entries()) {
      if (index === 7) continue
      const right = await room.rightAnswers(id, 'B')
      const given = index === 3 ? { B1: 0, B2: 0 } : right
      room.handIn(await room.solve(id, 'B', given), `${id}.json`)
    }
    room.handIn(await room.solve('0005', 'B', { B1: 1, B2: 1 }, { time: 9 }), 'broken.json', (bundle) => ({
      ...bundle,
      seal: '0'.repeat(64),
    }))

    const canvas = join(room.root, 'canvas.csv')
    const args = ['grade', room.handIns, '--class', room.course, '--quiet', '--out']
    const { status, stderr } = await synlab(...args, canvas, '--format', 'canvas')
    expect(status).toBe(99)
    expect(stderr).toMatch(/^refused: .*broken\.json: the seal is not that of 0005[^\n]*\n$/)
    const [header, points, ...rows] = parseCsv(canvas)
    expect(header).toEqual(export_.split('\n')[0]?.split(','))
    expect(points).toEqual(['    Points Possible', '', '', '', '', '10', '8'])
    expect(rows.slice(0, 60).map((row) => row[2])).toEqual(ids)
    expect(rows[60]?.[0]).toBe('Student, Test')
    expect(rows.every((row) => row.length === header?.length)).toBe(true)
    const column = rows.slice(0, 60).map((row) => row[6])
    expect(column.map((cell, index) => cell === (index === 7 ? '' : index === 3 ? '1' : '8'))).toEqual(
      ids.map(() => true),
    )
    expect(rows.slice(0, 60).every((row) => row[5] === '9.5')).toBe(true)

    const moodle = join(room.root, 'moodle.csv')
    await synlab(...args, moodle, '--format', 'moodle')
    const [titles = [], ...students] = parseCsv(moodle)
    expect(titles).toEqual([
      'SIS User ID',
      'synlab sheet B',
      'B0',
      'B1',
      'B2',
      'B3',
      'B4',
      'B5',
      'B6',
      'B8',
      'synlab sheet B feedback',
    ])
    expect(students.map(([id]) => id)).toEqual(ids)
    expect(students.flatMap((row) => row.slice(1, -1)).every((cell) => /^\d*$/.test(cell))).toBe(true)
    expect(students[3]?.at(-1)).toContain('B1 0/1 Predicted 0: the run shows something else. (answers.B1)')
  })

  function parseCsv(path: string): string[][] {
    const { data, errors } = Papa.parse<string[]>(readFileSync(path, 'utf8'), { skipEmptyLines: true })
    expect(errors).toEqual([])
    return data
  }
})

describe('writers for one bundle', () => {
  it('give Gradescope its results.json', async () => {
    const right = await room.rightAnswers('s001', 'B')
    const { stdout, status } = await synlab(
      ...['grade', await room.solve('s001', 'B', { ...right, B4: 77 }), '--class', room.course, '--quiet'],
      ...['--format', 'gradescope'],
    )
    expect(status).toBe(0)
    const { score, tests } = JSON.parse(stdout) as { score: number; tests: Record<string, unknown>[] }
    expect([score, tests.length]).toEqual([7, 9])
    expect(tests[4]).toEqual({
      name: 'B4 (answers.B4)',
      number: 'B4',
      score: 0,
      max_score: 1,
      status: 'failed',
      output: 'Read 77: the run has another figure.',
      visibility: 'visible',
    })
  })

  it('give JUnit XML, markup escaped', async () => {
    const right = await room.rightAnswers('s001', 'B')
    const path = await room.solve('s001', 'B', { ...right, B4: 77 }, { directory: 'a & <b> "c"' })
    const { stdout } = await synlab('grade', path, '--class', room.course, '--quiet', '--format', 'junit')
    expect(stdout).toMatch(/^<\?xml version="1.0" encoding="UTF-8"\?>\n<testsuites name="networks-2026">/)
    expect(stdout).toContain('tests="8" failures="1" errors="0"')
    expect(stdout).toContain('a &amp; &lt;b&gt; &quot;c&quot;')
    expect(stdout).toContain('<failure message="Read 77: the run has another figure.">answers.B4</failure>')
  })

  it('refuse several for Gradescope', async () => {
    const paths = await Promise.all(
      ['s001', '0042'].map(async (id) => room.solve(id, 'B', await room.rightAnswers(id, 'B'))),
    )
    const { status, stderr } = await synlab('grade', ...paths, '--class', room.course, '--format', 'gradescope')
    expect([status, stderr]).toEqual([2, 'synlab: --format gradescope: takes one bundle, not 2\n'])
  })

  it('print a table by default', async () => {
    const path = await room.solve('s001', 'B', await room.rightAnswers('s001', 'B'))
    room.handIn(path, 'one.json')
    const { stdout } = await synlab('grade', path, '--class', room.course, '--quiet')
    expect(stdout).toMatch(/^s001, sheet B: 8 of 8 points, passed\n {2}B0 1\/1 /)
  })
})
