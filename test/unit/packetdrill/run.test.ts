/**
 * The interpreter at work: what makes a script fail, with which line and message; and what it refuses to run.
 */
import { describe, expect, it } from 'vitest'
import { EndpointStack } from '../../packetdrill/endpoint-stack.ts'
import { parseScript } from '../../packetdrill/language/parser.ts'
import { ScriptError } from '../../packetdrill/language/script-error.ts'
import { runScript } from '../../packetdrill/runner/run.ts'
import { PACKETDRILL_SETTINGS, STRICT_SETTINGS } from '../../packetdrill/runner/settings.ts'
import { type Outcome, type SentPacket, WOULD_BLOCK } from '../../packetdrill/stack.ts'

const LISTEN = `0 socket(..., SOCK_STREAM, IPPROTO_TCP) = 3
+0 bind(3, ..., ...) = 0
+0 listen(3, 1) = 0
`
/** Seven lines: the connection is accepted as descriptor 4. */
const ACCEPTED = `${LISTEN}+0 < S 0:0(0) win 64240 <mss 1000>
+0 > S. 0:0(0) ack 1 win 64240 <mss 1460>
+.05 < . 1:1(0) ack 1 win 64240
+0 accept(3, ..., ...) = 4
`

type Stack = new (localAddress: number) => EndpointStack

function run(source: string, strict = true, stack: Stack = EndpointStack): void {
  runScript(parseScript(source), (address) => new stack(address), strict ? STRICT_SETTINGS : PACKETDRILL_SETTINGS)
}

function problem(source: string, strict = true, stack?: Stack): ScriptError {
  try {
    run(source, strict, stack)
  } catch (error) {
    if (error instanceof ScriptError) return error
    throw error
  }
  throw new Error('the script passed')
}

describe('a right script', () => {
  it('may call EAGAIN by its second name', () => {
    run(`0 socket(..., SOCK_STREAM|SOCK_NONBLOCK, IPPROTO_TCP) = 3
+0 bind(3, ..., ...) = 0
+0 listen(3, 1) = 0
+0 accept(3, ..., ...) = -1 EWOULDBLOCK (Resource temporarily unavailable)`)
  })

  it('may give words of its own a meaning', () => {
    run(`--define=PROTOCOL=IPPROTO_TCP
--define=HOW="sysctl -q net.core.somaxconn=7"
0 socket(..., SOCK_STREAM, PROTOCOL) = 3`)
  })

  it('may leave the port of a connect() to the host, and name the one that it goes to', () => {
    const address = (port: number) =>
      `{sa_family = AF_INET, sin_port = htons(${port}), sin_addr = inet_addr("0.0.0.0")}`
    run(`0 socket(..., SOCK_STREAM|SOCK_NONBLOCK, IPPROTO_TCP) = 3
+0 bind(3, ${address(0)}, ...) = 0
+0 connect(3, ${address(99)}, ...) = -1 EINPROGRESS (Operation now in progress)
+0 > 32768 > 99 S 0:0(0) <...>`)
  })

  it('passes', () => {
    run(`${ACCEPTED}+.1 < P. 1:101(100) ack 1 win 64240
+0~+.05 > . 1:1(0) ack 101
+0 read(4, ..., 1000) = 100
+0 write(4, ..., 2500) = 2500
+0 > P. 1:2501(2500) ack 101`)
  })
})

describe('a wrong expectation fails at its line', () => {
  const SYN = '+0 < S 0:0(0) win 64240 <mss 1000>\n'
  it.each([
    ['flag', '+0 > S 0:0(0) ack 1 <mss 1460>', 'flags is S., expected S'],
    ['sequence length', '+0 > S. 0:1(1) ack 1 <mss 1460>', 'payload length is 0, expected 1'],
    ['acknowledgment', '+0 > S. 0:0(0) ack 2 <mss 1460>', 'acknowledgment number is 1, expected 2'],
    ['window', '+0 > S. 0:0(0) ack 1 win 1 <mss 1460>', 'window is 64240, expected 1'],
    ['option value', '+0 > S. 0:0(0) ack 1 <mss 1400>', 'options are <mss 1460>, expected <mss 1400>'],
    ['option too many', '+0 > S. 0:0(0) ack 1 <mss 1460,nop,wscale 7>', 'options are'],
    ['option too few', '+0 > S. 0:0(0) ack 1', 'options are <mss 1460>, expected <>'],
    ['time', '+.5 > S. 0:0(0) ack 1 <mss 1460>', 'time is 0.000000 s, expected 0.500000 s'],
    ['time range', '+.5~+.6 > S. 0:0(0) ack 1 <mss 1460>', 'expected 0.500000 s to 0.600000 s'],
    ['TOS', '+0 > [ect0] S. 0:0(0) ack 1 <mss 1460>', 'TOS'],
    ['port', '+0 > 8081 > 50000 S. 0:0(0) ack 1 <mss 1460>', 'source port is 8080, expected 8081'],
  ])('%s', (_name, line, message) => {
    const error = problem(`${LISTEN}${SYN}${line}`)
    expect(error).toMatchObject({ kind: 'failure', line: 5 })
    expect(error.message).toContain(message)
  })

  it('sequence number', () => {
    const error = problem(`${ACCEPTED}+0 write(4, ..., 10) = 10\n+0 > P. 2:12(10) ack 1`)
    expect(error).toMatchObject({ kind: 'failure', line: 9 })
    expect(error.message).toContain('sequence number is 1, expected 2')
  })

  it('and shows both packets in the notation of scripts', () => {
    const { message } = problem(`${LISTEN}${SYN}+0 > R. 0:0(0) ack 1`)
    expect(message).toContain('expected  +0 > R. 0:0(0) ack 1\n')
    expect(message).toContain('actual    0.000000 s > S. 0:0(0) ack 1 win 64240 <mss 1460>')
  })
})

describe('a packet', () => {
  it('that never comes fails the line that waits for it', () => {
    const error = problem(`${ACCEPTED}+0 > . 1:1(0) ack 1`)
    expect(error).toMatchObject({ kind: 'failure', line: 8 })
    expect(error.message).toContain('no packet was sent')
  })

  it('that nobody expected fails the next line', () => {
    const error = problem(`${LISTEN}+0 < S 0:0(0) win 64240 <mss 1000>\n+.1 close(3) = 0`)
    expect(error).toMatchObject({ kind: 'failure', line: 5 })
    expect(error.message).toContain('unexpected packet at 0.000000 s (line 4)')
  })

  it('that nobody expected fails the end of the script', () => {
    const error = problem(`${LISTEN}+0 < S 0:0(0) win 64240 <mss 1000>`)
    expect(error).toMatchObject({ kind: 'failure', line: 4 })
  })

  it('that nobody expected between others fails the line that meets it', () => {
    const error = problem(`${LISTEN}+0 < [peers 1 to 2] S 0:0(0) win 64240 <mss 1000>
+0 > [peer 1] S. 0:0(0) ack 1 <mss 1460>
+0 %{ assert syn_queue == 2 }%`)
    expect(error.line).toBe(6)
    expect(error.message).toContain('[peer 2]')
  })

  it('that nobody expected is passed over as packetdrill does, unless a line meets it', () => {
    run(`${LISTEN}+0 < S 0:0(0) win 64240 <mss 1000>`, false)
    const error = problem(
      `${LISTEN}+0 < S 0:0(0) win 64240 <mss 1000>\n+0 < R 9:9(0) win 0\n+0 > . 1:1(0) ack 1`,
      false,
    )
    expect(error.message).toContain('flags is S.')
  })

  it('that is late is shown with its time', () => {
    const error = problem(`${LISTEN}+0 < S 0:0(0) win 1 <mss 1000>\n+0 > S. 0:0(0) ack 1 <mss 1460>
+.5 > S. 0:0(0) ack 1 <mss 1460>`)
    expect(error.message).toContain('time is 1.000000 s, expected 0.500000 s')
  })

  it('may be off by the tolerance of packetdrill: 4 ms, or an eighth of the wait', () => {
    const synAck = '> S. 0:0(0) ack 1 <mss 1460>'
    const script = (time: string): string => `${LISTEN}+0 < S 0:0(0) win 1 <mss 1000>\n+0 ${synAck}\n${time} ${synAck}`
    run(script('+1.1'), false)
    expect(problem(script('+1.2'), false).message).toContain('time is')
    expect(problem(script('+1.002')).message).toContain('time is')
    run(`--tolerance_usecs=200000\n${script('+1.2')}`)
  })

  it('is joined with those that continue it, unless segments are strict', () => {
    const write = '+0 write(4, ..., 2500) = 2500\n'
    run(`${ACCEPTED}${write}+0 > P. 1:2501(2500) ack 1`)
    run(`${ACCEPTED}${write}+0 > P. 1:2001(2000) ack 1\n+0 > P. 2001:2501(500) ack 1`)
    expect(problem(`${ACCEPTED}${write}+0 > P. 1:2601(2600) ack 1`).message).toContain('payload length is 2500')
    expect(problem(`--strict_segments\n${ACCEPTED}${write}+0 > P. 1:2501(2500) ack 1`).message).toContain('is 1000')
  })
})

describe('timestamps', () => {
  const SYN = '+0 < S 0:0(0) win 64240 <mss 1000,sackOK,TS val 100 ecr 0>\n'
  const SYN_ACK = '+0 > S. 0:0(0) ack 1 <mss 1460,sackOK,TS val 700 ecr 100>\n'

  it('of the stack start where the script says and then keep time', () => {
    const second = (val: number): string =>
      `${LISTEN}${SYN}${SYN_ACK}+1 > S. 0:0(0) ack 1 <mss 1460,sackOK,TS val ${val} ecr 100>`
    run(second(1700))
    expect(problem(second(1710)).message).toContain('TS val 1700 ecr 100')
    run(second(1710), false)
  })

  it('have to be echoed exactly', () => {
    expect(problem(`${LISTEN}${SYN}${SYN_ACK.replace('ecr 100', 'ecr 99')}`, false).message).toContain('ecr 100')
  })

  it('can only echo what was sent', () => {
    const ack = '+.1 < . 1:1(0) ack 1 win 1 <nop,nop,TS val 200 ecr 701>\n'
    expect(problem(`${LISTEN}${SYN}${SYN_ACK}${ack}`)).toMatchObject({ kind: 'unsupported', line: 6 })
    expect(problem(`--tcp_ts_ecr_scaled\n${LISTEN}${SYN}${SYN_ACK}${ack}`).message).toContain('unexpected packet')
  })
})

describe('a system call', () => {
  it.each([
    ['with another result', '+0 read(4, ..., 100) = 5', 'blocks'],
    ['with another number', '+0 write(4, ..., 100) = 99', 'returned 100, expected 99'],
    ['that does not fail', '+0 write(4, ..., 100) = -1 EPIPE (Broken pipe)', 'returned 100, expected -1 EPIPE'],
    ['that fails', '+0 connect(4, ..., ...) = 5', 'expected 5'],
    ['with another option value', '+0 getsockopt(4, SOL_TCP, TCP_MAXSEG, [999], [4]) = 0', 'TCP_MAXSEG is 1000'],
    ['with another queue length', '+0 ioctl(4, SIOCINQ, [7]) = 0', 'SIOCINQ is 0'],
    [
      'with another readiness',
      '+0 poll([{fd=4, events=POLLIN|POLLOUT, revents=POLLIN}], 1, 0) = 1',
      'revents is POLLOUT',
    ],
  ])('%s fails', (_name, line, message) => {
    const error = problem(`${ACCEPTED}${line}`)
    expect(error).toMatchObject({ kind: 'failure', line: 8 })
    expect(error.message).toContain(message)
  })

  it('with another errno fails', () => {
    const line = '+0 accept(3, ..., ...) = -1 EINVAL (Invalid argument)'
    const source = `${LISTEN.replace('SOCK_STREAM', 'SOCK_STREAM|SOCK_NONBLOCK')}${line}`
    expect(problem(source).message).toContain('accept() failed with EAGAIN, expected -1 EINVAL')
  })

  it('that blocks has to return at its time', () => {
    const script = (end: string, after: string): string => `${LISTEN}+0...${end} accept(3, ..., ...) = 4
+.1 < S 0:0(0) win 64240 <mss 1000>
+0 > S. 0:0(0) ack 1 <mss 1460>
+.1 < . 1:1(0) ack 1 win 64240
${after}`
    run(script('0.2', '+0 write(4, ..., 10) = 10\n+0 > P. 1:11(10) ack 1'))
    expect(problem(script('0.3', ''))).toMatchObject({
      line: 4,
      message: expect.stringContaining('returned at 0.200000 s'),
    })
    expect(problem(script('0.1', ''))).toMatchObject({
      line: 4,
      message: expect.stringContaining('returned at 0.200000 s'),
    })
    const never = problem(`${LISTEN}+0...0.2 accept(3, ..., ...) = 4`)
    expect(never).toMatchObject({ line: 4, message: expect.stringContaining('still blocks') })
  })

  it('that blocks in write() goes on until everything is taken', () => {
    /** Takes 60 bytes at once and the rest 100 ms later. */
    class Slow extends EndpointStack {
      private began = 0
      override write(handle: number, bytes: Uint8Array, endsRecord: boolean): Outcome {
        this.began ||= this.now
        const taken = this.now - this.began >= 100_000 ? bytes.length : bytes.length === 100 ? 60 : 0
        return taken === 0 ? WOULD_BLOCK : super.write(handle, bytes.subarray(0, taken), endsRecord)
      }
    }
    const script = (end: string): string => `${ACCEPTED}+0...${end} write(4, ..., 100) = 100
+0 > P. 1:61(60) ack 1
+.05 < . 1:1(0) ack 61 win 64240
+.05 < . 1:1(0) ack 61 win 64240
+0 > P. 61:101(40) ack 1`
    run(script('0.1'), false, Slow)
    expect(problem(script('0.05'), false, Slow).message).toContain('write() returned at')
  })

  it('on a descriptor that is not open is a mistake of the script', () => {
    expect(problem('0 close(7) = 0')).toMatchObject({ kind: 'syntax', line: 1 })
  })
})

describe('bytes', () => {
  /** Exchanges two words in the data of every packet, which no checksum notices. */
  class Exchanged extends EndpointStack {
    override collect(): SentPacket[] {
      return super.collect().map(({ at, bytes }) => {
        const { length } = bytes
        const data = length > 44 ? [...bytes.slice(length - 2), ...bytes.slice(length - 4, length - 2)] : []
        return { at, bytes: Uint8Array.from([...bytes.slice(0, length - data.length), ...data]) }
      })
    }
  }

  /** Breaks the checksum of every packet. */
  class Broken extends EndpointStack {
    override collect(): SentPacket[] {
      return super
        .collect()
        .map(({ at, bytes }) => ({ at, bytes: bytes.map((byte, i) => (i === 37 ? byte ^ 1 : byte)) }))
    }
  }

  it('sent at the wrong place of the stream fail the line', () => {
    const script = `${ACCEPTED}+0 write(4, ..., 100) = 100\n+0 > P. 1:101(100) ack 1`
    run(script)
    expect(problem(script, true, Exchanged).message).toContain('payload byte 96 is not the byte at position 96')
  })

  it('of a malformed packet fail the script', () => {
    const error = problem(`${LISTEN}+0 < S 0:0(0) win 1 <mss 1000>\n+0 > S. 0:0(0) ack 1 <mss 1460>`, true, Broken)
    expect(error.message).toContain('bad TCP checksum')
  })
})

describe('what is not offered is refused, never passed over', () => {
  it.each([
    ['a call', `${ACCEPTED}+0 splice(4, ...) = 0`, 8, 'splice(2)'],
    ['an option', `${LISTEN}+0 setsockopt(3, SOL_TCP, TCP_FASTOPEN, [1], 4) = 0`, 4, 'TCP_FASTOPEN'],
    ['a command', '0 `tc qdisc add dev tun0 root pfifo`', 1, 'tc qdisc'],
    ['a command of the set-up', '`./defaults.sh\nnstat -n`\n0 socket(..., SOCK_STREAM, IPPROTO_TCP) = 3', 2, 'nstat'],
    ['a setting', '`sysctl -q net.ipv4.tcp_ecn=1`\n0 socket(..., SOCK_STREAM, IPPROTO_TCP) = 3', 1, 'tcp_ecn=1'],
    ['an unknown setting', '`sysctl -q net.ipv4.tcp_x=1`\n0 socket(..., SOCK_STREAM, IPPROTO_TCP) = 3', 1, 'tcp_x=1'],
    ['an option line', '--wire_client\n0 socket(..., SOCK_STREAM, IPPROTO_TCP) = 3', 1, '--wire_client'],
    ['IPv6', '--ip_version=ipv6\n0 socket(..., SOCK_STREAM, IPPROTO_TCP) = 3', 1, 'ipv6'],
    ['a name', '0 %{ assert tcpi_nonsense == 1 }%', 1, 'tcpi_nonsense'],
    ['outbound ICMP', '0 > icmp unreachable host_unreachable [0:0(0)]', 1, 'ICMP'],
    ['Fast Open', `${LISTEN}+0 < S 0:0(0) win 1 <mss 1460,nop,nop,FO TFO_COOKIE>`, 4, 'Fast Open'],
    ['a NULL buffer', `${ACCEPTED}+0 write(4, NULL, 10) = -1 EFAULT (Bad address)`, 8, 'NULL'],
    ['a datagram socket', '0 socket(..., SOCK_DGRAM, IPPROTO_UDP) = 3', 1, 'SOCK_STREAM'],
  ])('%s', (_name, source, line, message) => {
    const error = problem(source)
    expect(error).toMatchObject({ kind: 'unsupported', line })
    expect(error.message).toContain(message)
  })
})

describe('what is refused says what would do', () => {
  it.each([
    ['`sysctl -q net.ipv4.tcp_ecn=1`\n0 close(3) = 0', 'net.ipv4.tcp_ecn=1 (known: 0)'],
    ['0 `sysctl kern.x=1`', 'kern.x=1: the stack has none of this name'],
    ['0 `sleep 1`', '"sleep 1" (known: defaults.sh, sysctl,'],
    ['0 splice(4, ...) = 0', 'splice(2) (known: socket, bind,'],
    ['0 socket(AF_INET6, SOCK_STREAM, IPPROTO_TCP) = 3', 'sockets of AF_INET6 (known: ..., AF_INET)'],
    ['0 socket(..., SOCK_STREAM, IPPROTO_MPTCP) = 3', 'sockets of IPPROTO_MPTCP (known: IPPROTO_TCP)'],
    [
      `${ACCEPTED}+0 send(4, ..., 10, MSG_OOB) = 10`,
      'send(2) with MSG_OOB (known: MSG_DONTWAIT, MSG_NOSIGNAL, MSG_EOR)',
    ],
    [`${ACCEPTED}+0 write(4, "abc", 3) = 3`, 'a buffer with bytes of its own (known: ...)'],
    [`${ACCEPTED}+0 setsockopt(4, SOL_SOCKET, SO_X, [1], 4) = 0`, 'SO_X (known: SO_LINGER, SO_REUSEADDR,'],
    [`${ACCEPTED}+0 getsockopt(4, SOL_TCP, TCP_INFO, {tcpi_x=1}, [104]) = 0`, 'tcpi_x of struct tcp_info'],
    ['--local_ip=fd00::1\n0 close(3) = 0', 'the IPv6 address fd00::1'],
    ['--x=1\n0 close(3) = 0', '--x (known: --define, --tolerance_usecs,'],
    ['0 socket(..., SOCK_STREAM, IPPROTO_TCP) = 3\n+0 listen(3, 1) = 0', 'listen(2) without bind(2) to a port'],
  ])('%j', (source, message) => {
    const error = problem(source)
    expect(error).toMatchObject({ kind: 'unsupported', message: expect.stringContaining(message) })
    expect(error.line).toBeGreaterThan(0)
  })
})

describe('buffers', () => {
  const SOCKET = '0 socket(..., SOCK_STREAM, IPPROTO_TCP) = 3\n'

  it.each([
    ['SO_SNDBUF', 1, 4608],
    ['SO_SNDBUF', 10_000_000, 8_388_608],
    ['SO_RCVBUF', 1, 2304],
    ['SO_RCVBUF', 10_000_000, 8_388_608],
  ])('%s of %i is %i', (name, asked, given) => {
    run(`${SOCKET}+0 setsockopt(3, SOL_SOCKET, ${name}, [${asked}], 4) = 0
+0 getsockopt(3, SOL_SOCKET, ${name}, [${given}], [4]) = 0`)
  })

  it('of the kernel are not those of the endpoint: a window or a short write that would follow is refused', () => {
    const receive = (bytes: number) => `${ACCEPTED}+0 setsockopt(4, SOL_SOCKET, SO_RCVBUF, [${bytes}], 4) = 0\n`
    const refused = { kind: 'unsupported', message: expect.stringContaining('receive buffer of') }
    const data = '+0 < P. 1:101(100) ack 1 win 64240\n'
    run(`${receive(20_000)}+0 write(4, ..., 10) = 10\n+0 > P. 1:11(10) ack 1 win 64240`)
    expect(problem(`${receive(20_000)}${data}+0 > . 1:1(0) ack 101 win 64140`)).toMatchObject({ ...refused, line: 10 })
    run(`${receive(20_000)}${data}+0 > . 1:1(0) ack 101`)
    const large = `${receive(200_000)}+0 write(4, ..., 10) = 10\n+0 > P. 1:11(10) ack 1 win 64240`
    expect(problem(large)).toMatchObject({ ...refused, line: 10 })
    const send = (bytes: number) => `${ACCEPTED}+0 setsockopt(4, SOL_SOCKET, SO_SNDBUF, [${bytes}], 4) = 0\n`
    expect(problem(`${send(20_000)}+0 write(4, ..., 10) = 10`)).toMatchObject({ kind: 'unsupported', line: 9 })
    expect(problem(`${send(200_000)}+0 write(4, ..., 90000) = 90000`)).toMatchObject({ kind: 'unsupported', line: 9 })
  })
})

describe('option values out of range', () => {
  it.each([
    ['TCP_MAXSEG', 87],
    ['TCP_MAXSEG', 32_768],
    ['TCP_SYNCNT', 0],
    ['TCP_SYNCNT', 128],
    ['TCP_KEEPIDLE', 0],
    ['TCP_KEEPCNT', 128],
  ])('%s of %i is EINVAL', (name, value) => {
    run(`0 socket(..., SOCK_STREAM, IPPROTO_TCP) = 3
+0 setsockopt(3, SOL_TCP, ${name}, [${value}], 4) = -1 EINVAL (Invalid argument)`)
  })
})

describe('settings', () => {
  const SOCKET = '0 socket(..., SOCK_STREAM, IPPROTO_TCP) = 3\n+0 bind(3, ..., ...) = 0\n+0 listen(3, 100) = 0\n'

  it.each([
    ['sysctl -q net.core.somaxconn=7'],
    ['sysctl -w -q net.core.somaxconn="7"'],
    ['./set_sysctls.py /proc/sys/net/ipv4/tcp_syncookies=1 \\\n /proc/sys/net/core/somaxconn=7'],
    ['./set_sysctls.py /proc/sys/net/core/somaxconn=7'],
    ['sysctl -q net.core.somaxconn=$((3*2+1)) > /dev/null 2>&1 # remark'],
    ['./defaults.sh && sysctl -q net.core.somaxconn=7'],
    ['echo 7 > /proc/sys/net/core/somaxconn'],
    ['sysctl -q net.core.somaxconn=9; sysctl -q net.core.somaxconn=7'],
  ])('are understood in the form %s', (command) => {
    run(`\`${command}\`\n${SOCKET}+0 %{ assert backlog == 7 }%`)
  })

  it('reach listeners that exist', () => {
    run(`${SOCKET}+0 \`sysctl -q net.core.somaxconn=7\`\n+0 %{ assert backlog == 7 }%`)
  })

  it('may ask whether a port has a listener', () => {
    const ask = (port: string) => `+0 \`grep " 0A " /proc/net/tcp /proc/net/tcp6 | grep ":${port}"\``
    run(`${LISTEN}${ask('1F90')}`)
    expect(problem(`${LISTEN}${ask('0050')}`)).toMatchObject({
      kind: 'failure',
      line: 4,
      message: 'nobody listens on port 80',
    })
    expect(problem(`${LISTEN}+0 close(3) = 0\n${ask('1F90')}`).line).toBe(5)
  })

  it('of defaults.sh are accepted, and the restore command at the end', () => {
    run(`\`../common/defaults.sh\`\n${SOCKET}\`/tmp/sysctl_restore_\${PPID}.sh\``)
  })
})

describe('time', () => {
  it('that has passed already is a mistake of the script', () => {
    const error = problem(`${LISTEN}+2 %{ assert 1 }%\n1 close(3) = 0`)
    expect(error).toMatchObject({ line: 5, message: expect.stringContaining('2.000000 s already') })
  })

  it('of a relative event counts from the event before', () => {
    run(`${LISTEN}+0 < S 0:0(0) win 1 <mss 1000>\n+0 > S. 0:0(0) ack 1 <mss 1460>
+.4 %{ assert TCPTimeouts == 0 }%
+.6 > S. 0:0(0) ack 1 <mss 1460>`)
  })
})
