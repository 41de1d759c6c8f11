/**
 * What can be said to `synlab run` on the command line; stories take the same.
 */
export interface RunOptions {
  readonly seed?: number
  readonly out?: string
  readonly set?: readonly string[]
  /** The attacked host of every recording that is replayed: what `--set traffic.NAME.victim=` says of one. */
  readonly victim?: string
  readonly json?: boolean
  readonly quiet?: boolean
}
