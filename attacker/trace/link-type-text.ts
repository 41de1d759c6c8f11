/**
 * Names of link types that recordings often have and that hold no segments that are read here (tcpdump.org registry).
 */

const NAMES: ReadonlyMap<number, string> = new Map([
  [6, 'Token Ring'],
  [10, 'FDDI'],
  [7, 'ARCNET'],
  [8, 'SLIP'],
  [100, 'ATM'],
  [105, 'IEEE 802.11'],
  [107, 'Frame Relay'],
  [109, 'OpenBSD enc'],
  [117, 'OpenBSD pflog'],
  [119, 'IEEE 802.11 with a Prism header'],
  [127, 'IEEE 802.11 with radiotap'],
  [187, 'Bluetooth'],
  [189, 'USB'],
  [192, 'PPI'],
  [195, 'IEEE 802.15.4'],
  [197, 'ERF'],
  [201, 'Bluetooth'],
  [204, 'PPP with direction'],
  [220, 'USB'],
  [226, 'Solaris IPNET'],
  [227, 'CAN'],
  [239, 'NFLOG'],
  [253, 'Netlink'],
  [258, 'macOS pktap'],
])

/** Link types that are named one by one; of more there is no telling what the file is. */
const NAMED_MAX = 4

/** `link type 105 (IEEE 802.11), which is not read`, or several such. */
export function linkTypesText(linkTypes: readonly number[]): string {
  const named = linkTypes.slice(0, NAMED_MAX).map((linkType) => {
    const name = NAMES.get(linkType)
    return name === undefined ? String(linkType) : `${linkType} (${name})`
  })
  if (linkTypes.length === 1) return `link type ${named}, which is not read`
  const more = linkTypes.length > NAMED_MAX ? ` and ${linkTypes.length - NAMED_MAX} more` : ''
  return `link types ${named.join(' and ')}${more}, which are not read`
}
