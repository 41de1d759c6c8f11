/**
 * The machine that a benchmark ran on, as far as its figures depend on it.
 */
import { cpus, release, totalmem, type } from 'node:os'

export interface Machine {
  readonly cpu: string
  readonly cores: number
  readonly memoryGiB: number
  readonly platform: string
}

const GIB = 2 ** 30

export function describeMachine(): Machine {
  const cores = cpus()
  return {
    cpu: cores[0]?.model.trim() ?? 'unknown processor',
    cores: cores.length,
    memoryGiB: Math.round(totalmem() / GIB),
    platform: `${type()} ${release()} ${process.arch}`,
  }
}
