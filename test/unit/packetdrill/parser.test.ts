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

  it('reads options that have no name', () => {
    expect(packet('< S 0:0(0) win 1 <option 200 0a0b,option 201,nop,nop>').options).toEqual([
      { kind: 'other', number: 200, hex: '0a0b' },
      { kind: 'other', number: 201, hex: '' },
      { kind: 'nop' },
      { kind: 'nop' },
    ])
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
    expect(action('< icmp echo_reply')).toMatchObject({ type: 0, code: 0, seq: 0 })
    expect(action('< icmp address_mask_reply code_255')).toMatchObject({ type: 18, code: 255 })
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
    ['0 < [dscp 3] S 0:0(0) win 1', 'unsupported', 'the IP property dscp (known: noecn,'],
    ['0 < ipv6 fd00::1 > fd00::2: S 0:0(0) win 1', 'unsupported', 'ipv6 packets'],
    ['0 < gre: S 0:0(0) win 1', 'unsupported', 'gre packets'],
    ['0 < S 0:0(0) win 1 <option 200 0a0>', 'syntax', 'even number'],
    ['0 < icmp unreachable nonsense', 'unsupported', 'the ICMP code nonsense (known: net_unreachable,'],
    ['0 < icmp echo_request id 7', 'unsupported', 'ICMP echo'],
    ['0 < icmp unreachable port_unreachable [udp (10)]', 'unsupported', 'other packets than TCP'],
    ['0 < S 0:0(0) win 1 {mut ip ihl}', 'unsupported', 'fuzzed packets'],
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

  it('puts what --define says in the place of a word', () => {
    const { options, setup, events } = parseScript(
      '--define=PROTO=IPPROTO_TCP\n--define=CC="reno"\n--define=SETUP=`tidy`\nSETUP\n0 f(PROTO, CC) = 0',
    )
    expect([options, setup]).toEqual([[], [{ line: 4, text: 'tidy' }]])
    expect(events[0].action).toMatchObject({
      args: [
        { kind: 'word', name: 'IPPROTO_TCP' },
        { kind: 'string', text: 'reno' },
      ],
    })
  })

  it('refuses a script without events', () => {
    expect(refusal('// nothing').message).toContain('at least one event')
  })
})

describe('what is for other systems', () => {
  const CLOSE = (descriptor: number): string => `0 close(${descriptor}) = 0\n`
  const linesOf = (source: string): number[] => parseScript(source).events.map(({ line }) => line)

  it('is left out, and what is for Linux is read, with its lines', () => {
    expect(linesOf(`#ifdef __FreeBSD__\n@ not read\n#endif\n${CLOSE(3)}`)).toEqual([4])
    expect(linesOf(`#ifdef linux\n${CLOSE(3)}#else\n@\n#endif\n${CLOSE(4)}`)).toEqual([2, 6])
    expect(linesOf(`#ifndef __linux__\n@\n  #ifdef linux\n@\n#endif\n#else // Linux\n${CLOSE(3)}#endif`)).toEqual([7])
  })

  it('includes headers of C', () => {
    expect(linesOf(`#include <sys/socket.h>\n${CLOSE(3)}`)).toEqual([2])
  })

  it('is told from comments and from what is in quotes', () => {
    expect(linesOf(`# ifdef is a word here\n#\n${CLOSE(3)}`)).toEqual([3])
    expect(parseScript(`\`#ifdef x\n#endif\`\n${CLOSE(3)}`).setup).toEqual([{ line: 1, text: '#ifdef x\n#endif' }])
    expect(linesOf(`${CLOSE(3).trim()} #ifdef linux is a remark`)).toEqual([1])
  })

  it.each([
    [`#ifdef linux\n${CLOSE(3)}`, 'syntax', 1, 'no #endif'],
    [`#ifdef BSD\n${CLOSE(3)}`, 'syntax', 1, 'no #endif'],
    [`${CLOSE(3)}#endif`, 'syntax', 2, '#endif without #ifdef'],
    [`${CLOSE(3)}#else`, 'syntax', 2, '#else without #ifdef'],
    [`#define X 1\n${CLOSE(3)}`, 'unsupported', 1, '#define X 1 (known: #ifdef,'],
    [`#include "common.pkt"\n${CLOSE(3)}`, 'unsupported', 1, '#include "common.pkt"'],
    [`#if 0\n${CLOSE(3)}#endif`, 'unsupported', 1, '#if 0'],
  ])('refuses %j', (source, kind, line, reason) => {
    const error = refusal(source)
    expect(error).toMatchObject({ kind, line })
    expect(error.message).toContain(reason)
  })
})
