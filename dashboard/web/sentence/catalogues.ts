/** The sentences in every language. */
import type { Catalogues } from '../i18n/language.ts'
import { SENTENCES_EN, type SentenceCatalogue } from './catalogue.en.ts'
import { SENTENCES_ZH } from './catalogue.zh-cn.ts'

export const SENTENCES: Catalogues<SentenceCatalogue> = { en: SENTENCES_EN, 'zh-CN': SENTENCES_ZH }
