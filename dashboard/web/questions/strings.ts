/** The catalogues of what stands around the questions: small, because the first screen has it. */
import type { Catalogues } from '../i18n/language.ts'
import { ASKED_EN, type AskedText } from './strings.en.ts'
import { ASKED_ZH } from './strings.zh-cn.ts'

export const ASKED: Catalogues<AskedText> = { en: ASKED_EN, 'zh-CN': ASKED_ZH }
