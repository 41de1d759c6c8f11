/** The lessons' catalogues. */
import type { Catalogues } from '../../i18n/language.ts'
import { LESSON_TEXTS_EN, type LessonTexts } from './lesson-texts.en.ts'
import { LESSON_TEXTS_ZH } from './lesson-texts.zh-cn.ts'
import { LESSONS_EN, type LessonsText } from './strings.en.ts'
import { LESSONS_ZH } from './strings.zh-cn.ts'

export const LESSONS_WORDS: Catalogues<LessonsText> = { en: LESSONS_EN, 'zh-CN': LESSONS_ZH }
export const LESSON_TEXTS: Catalogues<LessonTexts> = { en: LESSON_TEXTS_EN, 'zh-CN': LESSON_TEXTS_ZH }
