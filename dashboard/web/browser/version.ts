/** The version of synlab that this page is. */

/** Replaced by the build. */
declare const SYNLAB_VERSION: string

export const VERSION = SYNLAB_VERSION
