/**
 * IPv4 addresses and prefixes: text to int32 and back.
 */
import { describe, expect, it } from 'vitest'
import { Prng } from '../../../../tcpip/base/prng.ts'
import {
  formatAddress,
  formatPrefix,
  netmask,
  type Prefix,
  parseAddress,
  parsePrefix,
  prefixContains,
  prefixCovers,
  prefixSize,
} from '../../../../tcpip/wire/address.ts'

function prefix(text: string): Prefix {
  const parsed = parsePrefix(text)
  if (!parsed) throw new Error(`${text} is no prefix`)
  return parsed
}

function address(text: string): number {
  const parsed = parseAddress(text)
  if (parsed === undefined) throw new Error(`${text} is no address`)
  return parsed
}

describe('addresses', () => {
  it.each([
    ['0.0.0.0', 0],
    ['0.0.0.1', 1],
    ['127.255.255.255', 0x7fffffff],
    ['128.0.0.0', -0x80000000],
    ['192.0.2.1', 0xc0000201 | 0],
    ['255.255.255.255', -1],
  ])('reads %s as an int32', (text, value) => {
    expect(parseAddress(text)).toBe(value)
    expect(formatAddress(value)).toBe(text)
  })

  it('prints every address so that it reads back the same', () => {
    const prng = new Prng(4)
    for (let i = 0; i < 10_000; i++) {
      const value = prng.next()
      if (parseAddress(formatAddress(value)) !== value) expect.fail(`${value} reads back differently`)
    }
  })

  it.each([
    '',
    '1',
    '1.2.3',
    '1.2.3.4.5',
    '1.2.3.256',
    '01.2.3.4',
    '1.2.3.00',
    '1.2.3.-4',
    ' 1.2.3.4',
    '1.2.3.4\n',
    'a.b.c.d',
  ])('refuses %j', (text) => {
    expect(parseAddress(text)).toBeUndefined()
  })
})

describe('prefixes', () => {
  it.each([
    ['0.0.0.0/0', 0, 0],
    ['128.0.0.0/1', -0x80000000, 1],
    ['198.18.0.0/15', 0xc6120000 | 0, 15],
    ['192.0.2.1/32', 0xc0000201 | 0, 32],
  ])('reads %s', (text, base, length) => {
    expect(parsePrefix(text)).toEqual({ base, length })
    expect(formatPrefix({ base, length })).toBe(text)
  })

  it('takes a bare address for a prefix of one', () => {
    expect(parsePrefix('192.0.2.1')).toEqual({ base: 0xc0000201 | 0, length: 32 })
  })

  it.each([
    '',
    '/8',
    '10.0.0.0/',
    '10.0.0.0/33',
    '10.0.0.0/-1',
    '10.0.0.0/8/8',
    '10.0.0.0/ 8',
    '10.0.0.1/8',
    '1.0.0.0/0',
  ])('refuses %j', (text) => {
    expect(parsePrefix(text)).toBeUndefined()
  })

  it('have the netmask of their length', () => {
    expect([0, 1, 8, 31, 32].map(netmask)).toEqual([0, -0x80000000, 0xff000000 | 0, -2, -1])
  })

  it('contain their first and last address and not the neighbours', () => {
    const range = prefix('198.18.0.0/15')
    expect(prefixContains(range, address('198.18.0.0'))).toBe(true)
    expect(prefixContains(range, address('198.19.255.255'))).toBe(true)
    expect(prefixContains(range, address('198.17.255.255'))).toBe(false)
    expect(prefixContains(range, address('198.20.0.0'))).toBe(false)
    expect(prefixContains(prefix('0.0.0.0/0'), -1)).toBe(true)
    expect(prefixContains(prefix('192.0.2.1'), address('192.0.2.2'))).toBe(false)
  })

  it('cover prefixes that are as long or longer and begin inside', () => {
    const outer = prefix('198.18.0.0/15')
    expect(prefixCovers(outer, outer)).toBe(true)
    expect(prefixCovers(outer, prefix('198.19.0.0/16'))).toBe(true)
    expect(prefixCovers(outer, prefix('198.16.0.0/14'))).toBe(false)
    expect(prefixCovers(outer, prefix('198.20.0.0/16'))).toBe(false)
  })

  it('count their addresses', () => {
    expect(prefixSize(prefix('198.18.0.0/15'))).toBe(131_072)
    expect(prefixSize(prefix('0.0.0.0/0'))).toBe(4_294_967_296)
    expect(prefixSize(prefix('192.0.2.1'))).toBe(1)
  })
})
