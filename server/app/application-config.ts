/**
 * The knobs of the program behind the listener; the catalogue of knobs has their ranges, defaults and meanings.
 */
import { type ConfigOf, defaultsOf } from '../knobs/knob-catalogue.ts'

export interface ApplicationConfig extends ConfigOf<'application'> {}

export const APPLICATION_DEFAULTS: ApplicationConfig = defaultsOf('application')

/** What a server says that speaks first: the form of SMTP's opening line (RFC 5321 3.1). */
export const GREETING = '220 synlab\r\n'
