/**
 * How long the honest clients of this process waited: HDR histograms of connect time and of time to first byte, of the
 * attempts that ended well. Three digits are exact whatever the magnitude, and a recording costs no memory.
 */
import { build, type Histogram } from 'hdr-histogram-js'
import { MILLISECOND } from '../../tcpip/base/time.ts'
import type { ConnectionRecord } from '../clients/attempt.ts'

/** Longest duration that is told apart, microseconds: 17 minutes, more than any client's patience. */
const DURATION_MAX = 1_000_000_000

/** Milliseconds; null while there is nothing to tell. */
export interface LatencyFigures {
  readonly p50: number | null
  readonly p90: number | null
  readonly p99: number | null
  readonly p999: number | null
  readonly max: number | null
}

export interface ClientLatencyView {
  readonly connectMs: LatencyFigures
  readonly firstByteMs: LatencyFigures
  /** Attempts that ended well since the start, or since the counters were set to zero. */
  readonly count: number
}

export class ClientLatency {
  private readonly connect = makeHistogram()
  private readonly firstByte = makeHistogram()

  /** Takes the record of any attempt. */
  record({ outcome, connectUs, firstByteUs }: ConnectionRecord): void {
    if (outcome !== 'ok' || connectUs === undefined || firstByteUs === undefined) return
    this.connect.recordValue(Math.min(connectUs, DURATION_MAX))
    this.firstByte.recordValue(Math.min(firstByteUs, DURATION_MAX))
  }

  reset(): void {
    this.connect.reset()
    this.firstByte.reset()
  }

  view(): ClientLatencyView {
    return { connectMs: figures(this.connect), firstByteMs: figures(this.firstByte), count: this.connect.totalCount }
  }
}

function makeHistogram(): Histogram {
  return build({
    lowestDiscernibleValue: 1,
    highestTrackableValue: DURATION_MAX,
    numberOfSignificantValueDigits: 3,
    bitBucketSize: 32,
    useWebAssembly: false,
  })
}

function figures(histogram: Histogram): LatencyFigures {
  const at = (percent: number): number | null => {
    return histogram.totalCount === 0 ? null : histogram.getValueAtPercentile(percent) / MILLISECOND
  }
  return { p50: at(50), p90: at(90), p99: at(99), p999: at(99.9), max: at(100) }
}
