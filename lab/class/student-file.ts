/**
 * What one student gets from the teacher, once: who they are and their seeds. Not the secret of the course.
 */
import Type, { type Static } from 'typebox'
import { type Course, sealKeyOf, seedsOf } from './course.ts'
import { jsonText, parseFile, readText } from './json-file.ts'

const FORMAT = { format: 'synlab-student', format_version: 1 } as const

const Seed = Type.Integer({ minimum: 0, maximum: 2 ** 48 - 1 })

const StudentFile = Type.Object(
  {
    format: Type.String(),
    format_version: Type.Integer(),
    course: Type.String(),
    student: Type.String(),
    seeds: Type.Object({ A: Seed, B: Seed, C: Seed, D: Seed, E: Seed, F: Seed }, { additionalProperties: false }),
    seal_key: Type.String({ pattern: '^[0-9a-f]{64}$' }),
  },
  { additionalProperties: false },
)
export type StudentFile = Static<typeof StudentFile>

export function makeStudentFile(course: Course, student: string): StudentFile {
  return {
    ...FORMAT,
    course: course.name,
    student,
    seeds: seedsOf(course, student),
    seal_key: sealKeyOf(course, student),
  }
}

export function studentFileText(file: StudentFile): string {
  return jsonText(file)
}

/** Throws UsageError when the file is none of a student. */
export function readStudentFile(path: string): StudentFile {
  return parseFile(path, readText(path), FORMAT, StudentFile)
}
