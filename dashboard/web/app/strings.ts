/** The shell's catalogues. */
import type { Catalogues } from '../i18n/language.ts'
import { SHELL_EN, type ShellText } from './strings.en.ts'
import { SHELL_ZH } from './strings.zh-cn.ts'

export const SHELL: Catalogues<ShellText> = { en: SHELL_EN, 'zh-CN': SHELL_ZH }
