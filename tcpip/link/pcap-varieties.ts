/**
 * Varieties of pcap. The magic number tells most of them (4 of the draft), but patched systems of about 1999 wrote longer
 * records under a number that was not theirs: Red Hat 6.1 (ss990417) and Nokia firewalls under that of plain pcap, SuSE 6.3
 * (ss990915) under that of Kuznetzov's later patch (ss991029). Which one a file is, its first records tell, as in Wireshark
 * (wiretap/libpcap.c, libpcap_try).
 */
import { CAPTURED_BYTES_MAX, type FileWindow } from './capture-reader.ts'

export const FILE_HEADER_BYTES = 24

export interface Variety {
  /** In the file's own byte order. */
  readonly magic: number
  /** Units of the second half of a timestamp in a microsecond. */
  readonly perMicrosecond: number
  /** What the header of a record may take, rising: a guess that is too short shows at the next record, where it finds a time. */
  readonly recordHeaderBytes: readonly number[]
}

const PLAIN = 16
/** Four bytes of which nobody knows what they mean. */
const NOKIA = 20
/** Interface, protocol, direction (libpcap sf-pcap.c, pcap_sf_patched_pkthdr). */
const KUZNETZOV = 24
/** And two processors. */
const KUZNETZOV_SS990915 = 28

const VARIETIES: readonly Variety[] = [
  { magic: 0xa1b2c3d4, perMicrosecond: 1, recordHeaderBytes: [PLAIN, NOKIA, KUZNETZOV] },
  { magic: 0xa1b23c4d, perMicrosecond: 1_000, recordHeaderBytes: [PLAIN] },
  { magic: 0xa1b2cd34, perMicrosecond: 1, recordHeaderBytes: [KUZNETZOV, KUZNETZOV_SS990915] },
]

/** Records that are looked at: a wrong guess shows at the second. */
const RECORDS_TRIED = 3

const SECOND_MICROSECONDS = 1_000_000

/** The variety that a file with this number is; undefined when it is no pcap file. */
export function varietyOf(magic: number): Variety | undefined {
  return VARIETIES.find((variety) => variety.magic === magic)
}

/** Bytes of the header of a record: with these most of the first records make sense. */
export function likeliestHeaderBytes(window: FileWindow, littleEndian: boolean, variety: Variety): number {
  const [first = PLAIN] = variety.recordHeaderBytes
  let best = first
  let most = -1
  for (const headerBytes of variety.recordHeaderBytes) {
    const plausible = countPlausible(window, littleEndian, variety.perMicrosecond, headerBytes)
    if (plausible > most) {
      best = headerBytes
      most = plausible
    }
  }
  return best
}

/** How many of the first records make sense and are whole: one that is cut off speaks neither for nor against a guess. */
function countPlausible(
  window: FileWindow,
  littleEndian: boolean,
  perMicrosecond: number,
  headerBytes: number,
): number {
  const { view } = window
  let at = FILE_HEADER_BYTES
  for (let record = 0; record < RECORDS_TRIED; record++) {
    const header = at + headerBytes > window.size ? -1 : window.find(at, headerBytes)
    if (header < 0) return record
    const fraction = view.getUint32(header + 4, littleEndian)
    const length = view.getUint32(header + 8, littleEndian)
    const originalLength = view.getUint32(header + 12, littleEndian)
    const isTime = fraction < SECOND_MICROSECONDS * perMicrosecond
    if (!isTime || length > CAPTURED_BYTES_MAX || length > originalLength) return record
    at += headerBytes + length
    if (at > window.size) return record
  }
  return RECORDS_TRIED
}
