/**
 * What a grader says of an answer, in the language of the sheet. A reason names what was given or seen; it never names what
 * would have been right, for a reason is read by students.
 */

import { fill, type Language, type Words } from '../checks/language.ts'
import { type Reason, sayReason } from '../checks/reason.ts'

export const ANSWER_REASONS = {
  'not-answered': { en: 'No answer.', 'zh-CN': '没有作答。' },
  'prediction-near': {
    en: 'Predicted {given}: near enough to the run.',
    'zh-CN': '预测为 {given}：与运行结果足够接近。',
  },
  'prediction-far': {
    en: 'Predicted {given}: the run shows something else.',
    'zh-CN': '预测为 {given}：与运行结果不符。',
  },
  'reading-agrees': { en: 'Read {given}, as in the run.', 'zh-CN': '读出 {given}，与运行一致。' },
  'reading-differs': {
    en: 'Read {given}: the run has another figure.',
    'zh-CN': '读出 {given}：运行中的数据不是这个。',
  },
  'word-agrees': { en: 'Named {given}, as in the run.', 'zh-CN': '填写 {given}，与运行一致。' },
  'word-differs': { en: 'Named {given}: the run shows another one.', 'zh-CN': '填写 {given}：运行显示的不是它。' },
  'sentence-to-read': { en: 'For the teacher to read: {given}', 'zh-CN': '请老师阅读：{given}' },
  'not-run': {
    en: 'The change was not run: {figure} is not in the bundle.',
    'zh-CN': '没有运行“改动”：提交文件里没有 {figure}。',
  },
} as const satisfies Record<string, Words>

export interface AnswerReason {
  readonly key: keyof typeof ANSWER_REASONS
  readonly values: Readonly<Record<string, string | number>>
}

export type GradeReason = AnswerReason | Reason

export function sayGradeReason(reason: GradeReason, language: Language): string {
  return isAnswerReason(reason)
    ? fill(ANSWER_REASONS[reason.key], reason.values, language)
    : sayReason(reason, language)
}

function isAnswerReason(reason: GradeReason): reason is AnswerReason {
  return Object.hasOwn(ANSWER_REASONS, reason.key)
}
