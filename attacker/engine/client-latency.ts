/**
 * How long the honest clients of this process waited: HDR histograms of connect time and of time to first byte, of the
 * attempts that ended well. Three digits are exact whatever the magnitude, and a recording costs no memory.
 */
import { build, type Histogram } from 'hdr-histogram-js'
import { MILLISECOND } from '../../tcpip/base/time.ts'
import type { ConnectionRecord } from '../clients/attempt.ts'
import type { ClientLatencyView, LatencyFigures } from '../contract.ts'

/** Longest duration that is told apart, microseconds: 17 minutes, more than any client's patience. */
const DURATION_MAX = 1_000_000_000

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
