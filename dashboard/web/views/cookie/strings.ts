/** The cookie inspector's catalogues. */
import type { Catalogues } from '../../i18n/language.ts'
import { COOKIE_EN, type CookieText } from './strings.en.ts'
import { COOKIE_ZH } from './strings.zh-cn.ts'

export const COOKIE: Catalogues<CookieText> = { en: COOKIE_EN, 'zh-CN': COOKIE_ZH }
