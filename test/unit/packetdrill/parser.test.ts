/**
 * The packetdrill language: what scripts mean, and what is refused with its line.
 */
import { describe, expect, it } from 'vitest'
import type { Action, PacketAction, ScriptEvent, SyscallAction } from '../../packetdrill/language/ast.ts'
import { tokenize } from '../../packetdrill/language/lexer.ts'
import { parseScript } from '../../packetdrill/language/parser.ts'
import { ScriptError } from '../../packetdrill/language/script-error.ts'

/** The one event of a script. */
function event(source: string): ScriptEvent {
  const { events } = parseScript(source)
  expect(events).toHaveLength(1)
  return events[0]
}

function action(source: string): Action {
  return event(`0 ${source}`).action
}

function packet(source: string): PacketAction {
  return action(source) as PacketAction
}

function refusal(source: string): ScriptError {
  try {
    parseScript(source)
  } catch (error) {
    if (error instanceof ScriptError) return error
  }
  throw new Error('the script was accepted')
}

describe('the lexer', () => {
  it('tells numbers, times and ellipses apart', () => {
    const texts = tokenize('0...0.2 +.01...0.011 1:1001(1000) 0x1f -1').map(({ kind, text }) => `${kind} ${text}`)
    expect(texts).toEqual([
      'integer 0',
      'mark ...',
      'float 0.2',
      'mark +',
      'float .01',
      'mark ...',
      'float 0.011',
      'integer 1',
      'mark :',
      'integer 1001',
      'mark (',
      'integer 1000',
      'mark )',
      'integer 0x1f',
      'integer -1',
      'end end of script',
    ])
  })

  it('leaves out comments of all three kinds and counts their lines', () => {
    const tokens = tokenize('// one\n/* two\n three */ # four\nword')
    expect(tokens.map(({ text, line }) => [text, line])).toEqual([
      ['word', 4],
      ['end of script', 4],
    ])
  })

  it('takes digits that go on in letters for a word', () => {
    expect(tokenize('000102aabb')[0]).toMatchObject({ kind: 'word', text: '000102aabb' })
  })

  it('names the line of what it cannot read', () => {
    expect(refusal('0 close(3) = 0\n@')).toMatchObject({ kind: 'syntax', line: 2 })
  })
})

describe('times', () => {
  it.each([
    ['0', { kind: 'at', usecs: 0 }],
    ['+0', { kind: 'after', usecs: 0 }],
    ['0~.25', { kind: 'between', from: 0, to: 250_000, relative: false }],
    ['+0~+.04', { kind: 'between', from: 0, to: 40_000, relative: true }],
  ])('%s', (text, time) => {
    expect(event(`${text} > . 1:1(0) ack 1`).time).toEqual(time)
  })

  it('reads microseconds without rounding them', () => {
    const { events } = parseScript('0 close(3) = 0\n+.000001 close(4) = 0\n* > . 1:1(0) ack 1')
    expect(events.map(({ time }) => time)).toEqual([
      { kind: 'at', usecs: 0 },
      { kind: 'after', usecs: 1 },
      { kind: 'any' },
    ])
  })

  it('gives a blocking call its end', () => {
    expect(event('+0...0.200 accept(3, ..., ...) = 4').action).toMatchObject({ name: 'accept', endUsecs: 200_000 })
  })

  it.each([
    ['1 close(3) = 0', 'time 0'],
    ['* close(3) = 0', 'outbound'],
    ['0~1 close(3) = 0', 'outbound'],
    ['0 close(3) = 0\n* < . 1:1(0) ack 1', 'outbound'],
    ['0 close(3) = 0\n2~1 > . 1:1(0) ack 1', 'ends before'],
  ])('refuses %j', (source, reason) => {
    expect(refusal(source).message).toContain(reason)
  })
})

describe('packets', () => {
  it('reads flags, numbers, window and options', () => {
    expect(packet('< S. 10:30(20) ack 5 win 1000 <mss 1460,sackOK,nop,nop>')).toMatchObject({
      direction: 'inbound',
      flags: 0x12,
      seq: 10,
      length: 20,
      ack: 5,
      window: 1000,
      options: [{ kind: 'mss', value: 1460 }, { kind: 'sackOK' }, { kind: 'nop' }, { kind: 'nop' }],
    })
  })

  it.each([
    ['-', 0],
    ['.', 0x10],
    ['FSRP.', 0x1f],
    ['PU', 0x28],
    ['SEW', 0xc2],
    ['SEWA', 0x1c2],
    ['.5', 0x150],
    ['P.2', 0x98],
  ])('flags %s', (flags, bits) => {
    expect(packet(`> ${flags} 1:1(0)`).flags).toBe(bits)
  })

  it('reads every kind of option', () => {
    const options = '<TS val 1 ecr 2,sack 1:2 3:4,nop,nop,FO 00112233,nop,nop,eol,eol>'
    expect(packet(`> . 1:1(0) ack 1 ${options}`).options).toEqual([
      { kind: 'TS', val: 1, ecr: 2 },
      {
        kind: 'sack',
        blocks: [
          [1, 2],
          [3, 4],
        ],
      },
      { kind: 'nop' },
      { kind: 'nop' },
      { kind: 'FO', hex: '00112233' },
      { kind: 'nop' },
      { kind: 'nop' },
      { kind: 'eol' },
      { kind: 'eol' },
    ])
  })

  it('tells no options from any options', () => {
    expect(packet('> . 1:1(0) ack 1').options).toEqual([])
    expect(packet('> . 1:1(0) ack 1 <...>').options).toBe('any')
  })

  it('reads ECN bits, TOS and TTL', () => {
    expect(packet('> [ect0] . 1:1(0) ack 1').tos).toEqual({ kind: 'ecn', bits: 2 })
    expect(packet('> (tos 0x10) . 1:1(0) ack 1').tos).toEqual({ kind: 'tos', byte: 16 })
    expect(packet('> [ttl 64] . 1:1(0) ack 1').ttl).toBe(64)
  })

  it('reads ports of its own', () => {
    expect(packet('< 1234 > 8081 S 0:0(0) win 1')).toMatchObject({ sourcePort: 1234, destinationPort: 8081 })
  })

  it('reads our peers', () => {
    expect(packet('< [peer 7] S 0:0(0) win 1').peers).toEqual({ first: 7, last: 7, port: 0 })
    expect(packet('< [peers 1 to 20] S 0:0(0) win 1').peers).toEqual({ first: 1, last: 20, port: 0 })
    expect(packet('< [peer 7 port 99, ect0] S 0:0(0) win 1')).toMatchObject({
      peers: { first: 7, last: 7, port: 99 },
      tos: { bits: 2 },
    })
  })

  it('reads ICMP errors', () => {
    expect(action('< icmp unreachable frag_needed mtu 1200 [1:1461(1460)]')).toEqual({
      kind: 'icmp',
      direction: 'inbound',
      peers: undefined,
      type: 3,
      code: 4,
      mtu: 1200,
      seq: 1,
    })
    expect(action('< icmp type_11 code_1 [0:0(0)]')).toMatchObject({ type: 11, code: 1 })
  })

  it.each([
    ['0 < S 0:5(4) win 1', 'syntax', 'does not add up'],
    ['0 < X 0:0(0) win 1', 'syntax', 'no TCP flag'],
    ['0 < S 0:0(0) win 70000', 'syntax', 'between'],
    ['0 < S 0:0(0) win 1 <mss 1460,nop>', 'syntax', 'multiple of 4'],
    ['0 < . 1:1(0) ack 1 <...>', 'syntax', 'outbound'],
    ['0 < S 0:0(0) win 1 <mptcp>', 'unsupported', 'TCP option mptcp'],
    ['0 < udp (1000)', 'unsupported', 'udp'],
    ['0 < [peers 5 to 2] S 0:0(0) win 1', 'syntax', 'last peer'],
    ['0 < [flowlabel 0x3] S 0:0(0) win 1', 'unsupported', 'flowlabel'],
  ])('refuses %j', (source, kind, reason) => {
    const error = refusal(source)
    expect(error).toMatchObject({ kind, line: 1 })
    expect(error.message).toContain(reason)
  })
})

describe('system calls', () => {
  it('reads arguments of every form', () => {
    const call = action(
      'f(..., 3, A|B, [1], [], {onoff=1, linger=0}, {..., 5}, {sin_port = htons(80)}, "a" "b") = -1 EPIPE (Broken pipe)',
    ) as SyscallAction
    expect(call.args.map(({ kind }) => kind)).toEqual([
      'ellipsis',
      'integer',
      'or',
      'list',
      'list',
      'struct',
      'struct',
      'struct',
      'string',
    ])
    expect(call).toMatchObject({ result: { kind: 'integer', value: -1 }, errno: 'EPIPE' })
    expect(call.args[8]).toEqual({ kind: 'string', text: 'ab' })
  })

  it('takes a remark without errno for a remark', () => {
    const call = action('fcntl(3, F_GETFL) = 0x2 (flags O_RDWR)') as SyscallAction
    expect(call).toMatchObject({ result: { value: 2 }, errno: undefined })
  })

  it('does not take the next event for part of the result', () => {
    expect(parseScript('0 close(3) = 0\n0.1 close(4) = 0\n+0 close(5) = 0').events).toHaveLength(3)
  })

  it.each([['0 close(3)'], ['0 close(3 = 0'], ['0 close(3) = 0 ('], ['0 close(3) = ']])('refuses %j', (source) => {
    expect(refusal(source).kind).toBe('syntax')
  })
})

describe('the script as a whole', () => {
  it('has options, set-up, events with their lines, and clean-up', () => {
    const script = parseScript(
      '--tolerance_usecs=7000\n--mss=1000\n`./defaults.sh\n sysctl a=b`\n\n0 close(3) = 0\n`tidy`',
    )
    expect(script.options.map(({ name, value }) => [name, value])).toEqual([
      ['tolerance_usecs', '7000'],
      ['mss', '1000'],
    ])
    expect(script.setup).toEqual([{ line: 3, text: './defaults.sh\n sysctl a=b' }])
    expect(script.events.map(({ line }) => line)).toEqual([6])
    expect(script.cleanup).toEqual([{ line: 7, text: 'tidy' }])
  })

  it('refuses a script without events', () => {
    expect(refusal('// nothing').message).toContain('at least one event')
  })
})
