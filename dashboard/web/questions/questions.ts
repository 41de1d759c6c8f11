/** The catalogues of the questions. */
import type { Catalogues } from '../i18n/language.ts'
import { QUESTIONS_EN, type Questions } from './questions.en.ts'
import { QUESTIONS_ZH } from './questions.zh-cn.ts'

export const QUESTIONS: Catalogues<Questions> = { en: QUESTIONS_EN, 'zh-CN': QUESTIONS_ZH }
