/** The controls' catalogues. */
import type { Catalogues } from '../i18n/language.ts'
import { CONTROLS_EN, type ControlsText } from './strings.en.ts'
import { CONTROLS_ZH } from './strings.zh-cn.ts'

export const CONTROLS: Catalogues<ControlsText> = { en: CONTROLS_EN, 'zh-CN': CONTROLS_ZH }
