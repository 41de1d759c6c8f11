/** The control room's catalogues. */
import type { Catalogues } from '../../i18n/language.ts'
import { CONTROL_ROOM_EN, type ControlRoomText } from './strings.en.ts'
import { CONTROL_ROOM_ZH } from './strings.zh-cn.ts'

export const CONTROL_ROOM: Catalogues<ControlRoomText> = { en: CONTROL_ROOM_EN, 'zh-CN': CONTROL_ROOM_ZH }
