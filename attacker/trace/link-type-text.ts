/**
 * Names of link types that recordings often have and that hold no segments that are read here (tcpdump.org registry).
 */

const NAMES: ReadonlyMap<number, string> = new Map([
  [6, 'Token Ring'],
  [10, 'FDDI'],
  [104, 'Cisco HDLC'],
  [105, 'IEEE 802.11'],
  [107, 'Frame Relay'],
  [119, 'IEEE 802.11 with a Prism header'],
  [127, 'IEEE 802.11 with radiotap'],
  [187, 'Bluetooth'],
  [189, 'USB'],
  [192, 'PPI'],
  [195, 'IEEE 802.15.4'],
  [201, 'Bluetooth'],
  [220, 'USB'],
  [227, 'CAN'],
  [239, 'NFLOG'],
  [253, 'Netlink'],
])

/** `link type 105 (IEEE 802.11)`. */
export function linkTypeText(linkType: number | undefined): string {
  const name = linkType === undefined ? undefined : NAMES.get(linkType)
  return `link type ${linkType}${name === undefined ? '' : ` (${name})`}`
}
