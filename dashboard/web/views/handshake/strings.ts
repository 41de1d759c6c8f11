/** The handshake view's catalogues. */
import type { Catalogues } from '../../i18n/language.ts'
import { HANDSHAKE_EN, type HandshakeText } from './strings.en.ts'
import { HANDSHAKE_ZH } from './strings.zh-cn.ts'

export const HANDSHAKE: Catalogues<HandshakeText> = { en: HANDSHAKE_EN, 'zh-CN': HANDSHAKE_ZH }
