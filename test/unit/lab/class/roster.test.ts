/**
 * Rosters as teachers have them: exports of Canvas and Moodle, and what is wrong with a bad one, by line.
 */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { readRoster } from '../../../../lab/class/roster.ts'
import { temporaryDirectory } from '../../../support/processes/lab-cli.ts'

function roster(text: string | Uint8Array): string {
  const path = join(temporaryDirectory(), 'roster.csv')
  writeFileSync(path, text)
  return path
}

function ids(text: string | Uint8Array, idHeader?: string): string[] {
  return readRoster(roster(text), idHeader).students.map(({ id }) => id)
}

describe('a roster', () => {
  it.each([
    ['by hand', 'id,name\ns1,Ann\n0042,Bob\n', ['s1', '0042']],
    ['by hand, Chinese', '学号,姓名\n2026001,李雷\n2026002,韩梅梅\n', ['2026001', '2026002']],
    ['with a byte order mark, CRLF and empty lines', '\ufeffid,name\r\n\r\ns1,Ann\r\n\r\n', ['s1']],
    [
      'of Canvas',
      'Student,ID,SIS User ID,SIS Login ID,Section\n,,,,,Manual Posting\n    Points Possible,,,,\n"Doe, Ann",7,0001,ann,"S 1, a"\n"Student, Test",9,,,S\n',
      ['0001'],
    ],
    ['of Moodle', 'First name,Surname,ID number,Email address\nAnn,Doe,007,ann@example.org\n', ['007']],
    ['of Moodle without ids', 'First name,Surname,Email address\nAnn,Doe,ann@example.org\n', ['ann@example.org']],
  ])('is read: %s', (_what, text, expected) => {
    expect(ids(text)).toEqual(expected)
  })

  it('takes the column that is named', () => {
    expect(ids('id,login\n1,ann\n', 'login')).toEqual(['ann'])
  })

  it.each([
    ['a double', 'id,name\ns1,A\ns2,B\ns1,C\n', 'roster.csv: line 4: id s1 is on line 2 already; ids are unique'],
    ['a double but for case', 'id\ns1\nS1\n', 'line 3: id S1 is on line 2 already'],
    ['a missing id', 'id,name\n,Ann\n', 'line 2: id is ""; an id is 1 to 64 letters'],
    ['an id that is a path', 'id\n../x\n', 'line 2: id is "../x"'],
    ['no column of ids', 'who,name\ns1,A\n', 'line 1: no column of ids: one of SIS User ID, '],
    ['nobody', 'id,name\n', 'has no students'],
    ['an open quotation mark', 'id,name\ns1,"Ann\n', 'line 2: '],
  ])('is refused with its line: %s', (_what, text, message) => {
    expect(() => ids(text)).toThrow(message)
  })

  it('is refused when it lacks the column that is named', () => {
    expect(() => ids('id\ns1\n', 'login')).toThrow('line 1: no column of ids: "login" is expected, there are id')
  })

  it('is refused when it is in another encoding', () => {
    expect(() => ids(Uint8Array.from([0xd1, 0xa7, 0xba, 0xc5, 0x0a]))).toThrow('is not UTF-8; save it as "CSV UTF-8"')
  })
})
