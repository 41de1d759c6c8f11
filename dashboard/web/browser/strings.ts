/** The catalogues of what only the lab in the browser has. */
import type { Catalogues } from '../i18n/language.ts'
import { BROWSER_EN, type BrowserText } from './strings.en.ts'
import { BROWSER_ZH } from './strings.zh-cn.ts'

export const BROWSER: Catalogues<BrowserText> = { en: BROWSER_EN, 'zh-CN': BROWSER_ZH }
