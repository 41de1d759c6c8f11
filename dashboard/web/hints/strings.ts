/** The hints in every language. */
import type { Catalogues } from '../i18n/language.ts'
import { HINTS_EN, type HintCatalogue } from './strings.en.ts'
import { HINTS_ZH } from './strings.zh-cn.ts'

export const HINTS: Catalogues<HintCatalogue> = { en: HINTS_EN, 'zh-CN': HINTS_ZH }
