import { describe, expect, test } from 'vitest'
import { type HubTarget, hubAddressRefusal, parseHub, parseLabNetwork } from '../../../attacker/guard.ts'
import { durationRefusal, rateRefusal, sourcesRefusal } from '../../../attacker/traffic/attack-spec.ts'
import { type Prefix, parsePrefix } from '../../../tcpip/wire/address.ts'

const labNetwork = parseLabNetwork('172.28.5.0/24') as Prefix

describe('the lab network', () => {
  test.each(['10.9.0.0/16', '10.255.255.0/24', '172.16.0.0/16', '172.31.255.0/24', '192.168.0.0/16', '192.168.7.7/32'])(
    'may be %s',
    (text) => {
      expect(parseLabNetwork(text)).toEqual(parsePrefix(text))
    },
  )

  test.each([
    ['0.0.0.0/0', 'private'],
    ['8.8.8.0/24', 'private'],
    ['127.0.0.0/8', 'private'],
    ['169.254.0.0/16', 'private'],
    ['198.18.0.0/16', 'private'],
    ['100.64.0.0/16', 'private'],
    ['172.15.0.0/16', 'private'],
    ['172.32.0.0/16', 'private'],
    ['172.0.0.0/8', 'private'],
    ['192.168.0.0/15', 'private'],
    ['192.0.0.0/8', 'private'],
    ['224.0.0.0/16', 'private'],
    ['10.0.0.0/8', '/16 or smaller'],
    ['10.0.0.0/15', '/16 or smaller'],
    ['172.16.0.0/12', '/16 or smaller'],
    ['10.9.0.1/16', 'without host bits'],
    ['172.28.5.9/24', 'without host bits'],
    ['10.9.0.0/33', 'IPv4 prefix'],
    ['10.9.0.0/-1', 'IPv4 prefix'],
    ['10.9.0.0/016', 'IPv4 prefix'],
    ['10.9.0.0/16/16', 'IPv4 prefix'],
    ['10.9/16', 'IPv4 prefix'],
    ['010.9.0.0/16', 'IPv4 prefix'],
    ['0x0a.9.0.0/16', 'IPv4 prefix'],
    ['fd00::/16', 'IPv4 prefix'],
    ['', 'IPv4 prefix'],
    [' 10.9.0.0/16', 'IPv4 prefix'],
    ['10.9.0.0/16 ', 'IPv4 prefix'],
    ['10.9.0.0/16,10.8.0.0/16', 'IPv4 prefix'],
  ])('may not be "%s"', (text, reason) => {
    expect(parseLabNetwork(text)).toContain(reason)
  })
})

describe('the address of a hub', () => {
  test.each(['127.0.0.1', '127.255.0.9'])('may be %s, on loopback', (address) => {
    expect(hubAddressRefusal(address, undefined)).toBeUndefined()
    expect(hubAddressRefusal(address, labNetwork)).toBeUndefined()
  })

  test('may be in the lab network if one is named', () => {
    expect(hubAddressRefusal('172.28.5.2', labNetwork)).toBeUndefined()
    expect(hubAddressRefusal('172.28.5.2', undefined)).toContain('no lab network is named')
  })

  test.each([
    '8.8.8.8',
    '0.0.0.0',
    '255.255.255.255',
    '10.0.0.1',
    '172.28.4.255',
    '172.28.6.0',
    '172.29.5.2',
    '192.168.1.1',
    '169.254.169.254',
    '198.18.0.1',
    '224.0.0.1',
    '126.255.255.255',
    '128.0.0.1',
  ])('may not be %s', (address) => {
    expect(hubAddressRefusal(address, undefined)).toContain(address)
    expect(hubAddressRefusal(address, labNetwork)).toContain('outside loopback and the lab network 172.28.5.0/24')
  })

  test('may not be the lab network itself or its broadcast address', () => {
    expect(hubAddressRefusal('172.28.5.0', labNetwork)).toContain('broadcast')
    expect(hubAddressRefusal('172.28.5.255', labNetwork)).toContain('broadcast')
  })

  test('may be the only address of a lab network of one', () => {
    const one = parseLabNetwork('172.28.5.9/32') as Prefix
    expect(hubAddressRefusal('172.28.5.9', one)).toBeUndefined()
    expect(hubAddressRefusal('172.28.5.8', one)).toContain('outside')
  })

  test.each([
    '::1',
    '::ffff:127.0.0.1',
    '::ffff:8.8.8.8',
    '0x7f000001',
    '0x7f.0.0.1',
    '0177.0.0.1',
    '127.0.0.01',
    '2130706433',
    '134744072',
    '127.1',
    '127.0.0.1.',
    '127.0.0.256',
    '127.0.0.1 ',
    '127.0.0.1\n',
    '１２７.0.0.1',
    'localhost',
    '',
  ])('may not be written as "%s"', (address) => {
    expect(hubAddressRefusal(address, undefined)).toContain('dotted decimal')
    expect(hubAddressRefusal(address, labNetwork)).toContain('dotted decimal')
  })
})

describe('a hub as it is typed', () => {
  test.each([
    ['127.0.0.1:7400', { host: '127.0.0.1', port: 7400 }],
    ['localhost:1', { host: 'localhost', port: 1 }],
    ['server:65535', { host: 'server', port: 65_535 }],
    ['synlab_server-1.lab:7400', { host: 'synlab_server-1.lab', port: 7400 }],
  ] satisfies [string, HubTarget][])('may be %s', (text, hub) => {
    expect(parseHub(text, undefined)).toEqual(hub)
  })

  test('may be an address of the lab network', () => {
    expect(parseHub('172.28.5.2:7400', labNetwork)).toEqual({ host: '172.28.5.2', port: 7400 })
  })

  test.each([
    ['8.8.8.8:7400', 'outside loopback'],
    ['0.0.0.0:7400', 'outside loopback'],
    ['172.28.5.2:7400', 'no lab network is named'],
    ['[::1]:7400', 'IPv4 only'],
    ['::1:7400', 'IPv4 only'],
    ['[::ffff:127.0.0.1]:7400', 'IPv4 only'],
    ['2130706433:7400', 'plain dotted decimal'],
    ['0x7f000001:7400', 'plain dotted decimal'],
    ['0x:7400', 'plain dotted decimal'],
    ['0177.0.0.1:7400', 'plain dotted decimal'],
    ['127.1:7400', 'plain dotted decimal'],
    ['host.0x1:7400', 'plain dotted decimal'],
    ['127.0.0.1.:7400', 'neither'],
    ['localhost.:7400', 'neither'],
    ['127.0.0.1#8.8.8.8:7400', 'neither'],
    ['user@127.0.0.1:7400', 'neither'],
    ['127.0.0.1/8:7400', 'neither'],
    ['local host:7400', 'neither'],
    ['-server:7400', 'neither'],
    ['ser..ver:7400', 'neither'],
    ['１２７.0.0.1:7400', 'neither'],
    [`${'a'.repeat(64)}:7400`, 'neither'],
    [`${'a.'.repeat(127)}a:7400`, 'neither'],
    ['127.0.0.1', 'host:port'],
    [':7400', 'host:port'],
    ['', 'host:port'],
    ['127.0.0.1:', 'host:port'],
    ['127.0.0.1:0', 'host:port'],
    ['127.0.0.1:65536', 'host:port'],
    ['127.0.0.1:-1', 'host:port'],
    ['127.0.0.1:0x1d', 'host:port'],
    ['127.0.0.1:7e3', 'host:port'],
    ['127.0.0.1: 7400', 'host:port'],
    ['127.0.0.1:7400 ', 'host:port'],
  ])('may not be "%s"', (text, reason) => {
    expect(parseHub(text, undefined)).toContain(reason)
  })
})

describe('what an attack may be', () => {
  test.each(['198.18.0.0/15', '198.19.255.255', '192.0.2.0/24', '198.51.100.128/25', '192.0.2.7/32'])(
    'it may pretend to come from %s',
    (text) => {
      expect(sourcesRefusal(parsePrefix(text) as Prefix)).toBeUndefined()
    },
  )

  test.each([
    '0.0.0.0/0',
    '198.16.0.0/14',
    '198.20.0.0/16',
    '198.17.255.0/24',
    '192.0.0.0/22',
    '192.0.3.0/24',
    '203.0.112.0/23',
    '10.9.16.0/20',
    '10.9.0.5/32',
    '127.0.0.1/32',
  ])('it may not pretend to come from %s', (text) => {
    expect(sourcesRefusal(parsePrefix(text) as Prefix)).toContain(`${text} is outside 198.18.0.0/15, `)
  })

  test.each([0.001, 1, 16.5, 1_000_000])('it may have a rate of %d', (rate) => {
    expect(rateRefusal(rate)).toBeUndefined()
  })

  const noNumbers = [
    Number.NaN,
    Number.POSITIVE_INFINITY,
    Number.NEGATIVE_INFINITY,
    '500',
    null,
    undefined,
    {},
    [500],
    true,
    5n,
  ]
  test.each([0, -1, -0, 0.0009, 1_000_001, ...noNumbers])('it may not have a rate of %s', (rate) => {
    expect(rateRefusal(rate)).toContain('rate must be a number from 0.001 to 1000000 per second')
  })

  test.each([0.5, 3600])('it may last %d s', (duration) => {
    expect(durationRefusal(duration)).toBeUndefined()
  })

  test.each([0, -1, 3600.001, 1e9, ...noNumbers])('it may not last %s s', (duration) => {
    expect(durationRefusal(duration)).toContain('duration must be a number above 0 and at most 3600 s')
  })
})
