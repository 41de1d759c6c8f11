/**
 * How a script is read when a kernel plays it: nothing happens unseen, as in virtual time, but time is real. One rule for all
 * scripts: a timer of the kernel fires late by its tick and up to an eighth of its wait (the timer wheel's granularity), and
 * a busy machine adds a little; the timestamp clock follows real time, so its values are not compared with the script's; and
 * what is sent again may be cut otherwise than the first time, and so carry PSH elsewhere.
 */
import { PACKETDRILL_SETTINGS, type Settings, STRICT_SETTINGS } from '../packetdrill/runner/settings.ts'

const REAL_TIME = {
  toleranceUsecs: 20_000,
  tolerancePercent: 12.5,
  tsTickUsecs: 0,
  comparesRepeatedPush: false,
  latenessUsecs: Number.POSITIVE_INFINITY,
  patienceUsecs: 2e6,
}

/** For our own scripts. */
export const KERNEL_SETTINGS: Readonly<Settings> = { ...STRICT_SETTINGS, ...REAL_TIME }

/** For all others: what a script does not mention is passed over, as packetdrill does. */
export const FOREIGN_KERNEL_SETTINGS: Readonly<Settings> = { ...PACKETDRILL_SETTINGS, ...REAL_TIME }
