/** The state map's catalogues. */
import type { Catalogues } from '../../i18n/language.ts'
import { STATES_EN, type StatesText } from './strings.en.ts'
import { STATES_ZH } from './strings.zh-cn.ts'

export const STATES: Catalogues<StatesText> = { en: STATES_EN, 'zh-CN': STATES_ZH }
