import { describe, expect, it } from 'vitest'
import { deriveLabKey } from '../../../../tcpip/io/lab-key.ts'
import { TAG_BYTES } from '../../../../tcpip/udp-link/mac-key.ts'
import { anyBlock, exactly, Refusal } from '../../../../tcpip/udp-link/prefix-request.ts'
import { FrameOutcome } from '../../../../tcpip/udp-link/udp-counters.ts'
import {
  checkControl,
  FrameType,
  frameType,
  MAX_CONTROL_BYTES,
  MAX_PREFIXES,
  readGrants,
  readRefusal,
  readRefusedIndex,
  readRequests,
  VERSION,
  writeChallenge,
  writeConfirm,
  writeHello,
  writeReady,
  writeRefused,
  writeSessionFrame,
} from '../../../../tcpip/udp-link/udp-frame.ts'
import { LAB_KEY, prefix } from '../../../support/worlds/virtual-udp.ts'

const NONCE = new Uint8Array(16).fill(7)
const HUB_NONCE = new Uint8Array(16).fill(9)
const SESSION = { high: -1, low: 0x12345678 }
const REQUESTS = [exactly(prefix('198.18.0.0/15')), anyBlock(prefix('10.9.16.0/20'), 24)]
const GRANTS = [prefix('198.18.0.0/15'), prefix('10.9.17.0/24')]

const CONTROL_FRAMES: [string, FrameType, (bytes: Uint8Array) => number][] = [
  ['HELLO', FrameType.HELLO, (b) => writeHello(b, LAB_KEY, NONCE)],
  ['CHALLENGE', FrameType.CHALLENGE, (b) => writeChallenge(b, LAB_KEY, NONCE, HUB_NONCE)],
  ['CONFIRM', FrameType.CONFIRM, (b) => writeConfirm(b, LAB_KEY, NONCE, HUB_NONCE, REQUESTS)],
  ['READY', FrameType.READY, (b) => writeReady(b, LAB_KEY, NONCE, SESSION, GRANTS)],
  ['REFUSED', FrameType.REFUSED, (b) => writeRefused(b, LAB_KEY, NONCE, Refusal.PREFIX_IN_USE, 1)],
  ['KEEPALIVE', FrameType.KEEPALIVE, (b) => writeSessionFrame(b, LAB_KEY, FrameType.KEEPALIVE, SESSION, 3)],
  ['BYE', FrameType.HUB_BYE, (b) => writeSessionFrame(b, LAB_KEY, FrameType.HUB_BYE, SESSION, 0)],
]

function frame(write: (bytes: Uint8Array) => number): Uint8Array {
  const bytes = new Uint8Array(MAX_CONTROL_BYTES).fill(0xee)
  return bytes.slice(0, write(bytes))
}

describe('control frames', () => {
  it.each(CONTROL_FRAMES)('%s is accepted as written, whatever was in the buffer before', (_name, type, write) => {
    const bytes = frame(write)
    expect(frameType(bytes, bytes.length)).toBe(type)
    expect(checkControl(LAB_KEY, type, bytes, bytes.length)).toBe(FrameOutcome.ACCEPTED)
  })

  it.each(CONTROL_FRAMES)('%s with any single bit flipped is not accepted', (_name, _type, write) => {
    const bytes = frame(write)
    for (let bit = 0; bit < 8 * bytes.length; bit++) {
      const flipped = bytes.slice()
      flipped[bit >> 3] ^= 1 << (bit & 7)
      const type = frameType(flipped, flipped.length)
      const outcome = type < 0 ? -type : checkControl(LAB_KEY, type as FrameType, flipped, flipped.length)
      expect(outcome, `bit ${bit}`).not.toBe(FrameOutcome.ACCEPTED)
    }
  })

  it.each(CONTROL_FRAMES)('%s of any other length is malformed', (_name, type, write) => {
    const bytes = frame(write)
    const longer = new Uint8Array(bytes.length + 1)
    longer.set(bytes)
    expect(checkControl(LAB_KEY, type, longer, longer.length)).toBe(FrameOutcome.MALFORMED)
    for (let length = 0; length < bytes.length; length++) {
      expect(checkControl(LAB_KEY, type, bytes.subarray(0, length), length)).toBe(FrameOutcome.MALFORMED)
    }
  })

  it.each(CONTROL_FRAMES)('%s under another key has a bad MAC', (_name, type, write) => {
    const bytes = frame(write)
    expect(checkControl(deriveLabKey('another key'), type, bytes, bytes.length)).toBe(FrameOutcome.BAD_MAC)
  })

  it('gives back the requests, grants and refusal that were written', () => {
    expect(readRequests(frame((b) => writeConfirm(b, LAB_KEY, NONCE, HUB_NONCE, REQUESTS)))).toEqual(REQUESTS)
    expect(readGrants(frame((b) => writeReady(b, LAB_KEY, NONCE, SESSION, GRANTS)))).toEqual(GRANTS)
    const refused = frame((b) => writeRefused(b, LAB_KEY, NONCE, Refusal.TOO_MANY_PEERS, 5))
    expect(readRefusal(refused)).toBe(Refusal.TOO_MANY_PEERS)
    expect(readRefusedIndex(refused)).toBe(5)
  })

  it('holds as many requests as are allowed in the longest control frame', () => {
    const many = Array.from({ length: MAX_PREFIXES }, (_, i) => exactly({ base: i << 8, length: 24 }))
    const bytes = frame((b) => writeConfirm(b, LAB_KEY, NONCE, HUB_NONCE, many))
    expect(bytes.length).toBe(MAX_CONTROL_BYTES)
    expect(readRequests(bytes)).toEqual(many)
  })

  it.each([
    ['a prefix length above 32', { preferred: { base: 0, length: 33 }, poolLength: 0 }],
    ['address bits beyond the prefix', { preferred: { base: 1, length: 24 }, poolLength: 24 }],
    ['a pool smaller than the block', { preferred: { base: 0, length: 24 }, poolLength: 25 }],
  ])('refuses a request with %s', (_name, request) => {
    expect(readRequests(frame((b) => writeConfirm(b, LAB_KEY, NONCE, HUB_NONCE, [request])))).toBeUndefined()
  })

  it('knows no refusal by an unknown code', () => {
    const bytes = frame((b) => writeRefused(b, LAB_KEY, NONCE, Refusal.PREFIX_IN_USE, 0))
    bytes[4] = 200
    expect(readRefusal(bytes)).toBeUndefined()
  })

  it('has no answer of the hub that is longer than what it answers', () => {
    const requests = (n: number) => Array.from({ length: n }, () => exactly(prefix('198.18.0.0/15')))
    const length = (write: (bytes: Uint8Array) => number) => frame(write).length
    expect(length((b) => writeChallenge(b, LAB_KEY, NONCE, HUB_NONCE))).toBeLessThanOrEqual(
      length((b) => writeHello(b, LAB_KEY, NONCE)),
    )
    for (let n = 1; n <= MAX_PREFIXES; n++) {
      const confirm = length((b) => writeConfirm(b, LAB_KEY, NONCE, HUB_NONCE, requests(n)))
      const grants = requests(n).map((request) => request.preferred)
      expect(length((b) => writeReady(b, LAB_KEY, NONCE, SESSION, grants))).toBeLessThanOrEqual(confirm)
      expect(length((b) => writeRefused(b, LAB_KEY, NONCE, Refusal.PREFIX_IN_USE, 0))).toBeLessThanOrEqual(confirm)
    }
  })
})

describe('frameType', () => {
  it.each([
    ['nothing', [], FrameOutcome.TRUNCATED],
    ['three bytes', [0x53, 0x4c, VERSION], FrameOutcome.TRUNCATED],
    ['another protocol', [0x45, 0, 0, 40], FrameOutcome.BAD_MAGIC],
    ['half of the magic', [0x53, 0, VERSION, 1], FrameOutcome.BAD_MAGIC],
    ['another version', [0x53, 0x4c, VERSION + 1, 1], FrameOutcome.BAD_VERSION],
  ])('says why %s is no frame', (_name, bytes, outcome) => {
    expect(frameType(Uint8Array.from(bytes), bytes.length)).toBe(-outcome)
  })
})

describe('the lab key', () => {
  it('is the same for the same text and another for another text', () => {
    const bytes = new Uint8Array(32)
    const length = deriveLabKey('one and the same').seal(bytes, 10)
    expect(length).toBe(10 + TAG_BYTES)
    expect(deriveLabKey('one and the same').isSealed(bytes, length)).toBe(true)
    expect(deriveLabKey('one and the Same').isSealed(bytes, length)).toBe(false)
  })

  it('refuses a text that is too short to be meant', () => {
    expect(() => deriveLabKey('1234567')).toThrow(/at least 8 characters, got 7/)
  })

  it('finds nothing sealed that is shorter than a tag', () => {
    expect(LAB_KEY.isSealed(new Uint8Array(15), 15)).toBe(false)
  })
})
