/**
 * The kernel settings that our stack obeys, and what each sets: the host, the options that sockets start from, or listeners. Those
 * that change nothing are in defaults.ts; all others are refused.
 */
import { LISTENER_DEFAULTS, type ListenerConfig } from '../../server/listener/listener-config.ts'
import { NO_WINDOW_SCALE, windowScaleFor } from '../../tcpip/connection/segment-size.ts'
import type { EndpointOptions } from '../../tcpip/host/endpoint-options.ts'
import { FIXED_SETTINGS } from './defaults.ts'
import { MOST_BUFFER, type OptionDefaults } from './endpoint-socket-options.ts'
import { Unsupported } from './stack.ts'

/** Settings that have one number. */
const NUMBERS = {
  'net.ipv4.tcp_window_scaling': 1,
  'net.ipv4.tcp_timestamps': 1,
  'net.ipv4.tcp_sack': 1,
  'net.ipv4.tcp_rfc1337': 0,
  'net.ipv4.tcp_syn_retries': 6,
  'net.ipv4.tcp_fin_timeout': 60,
  'net.ipv4.tcp_syncookies': LISTENER_DEFAULTS.synCookies,
  'net.ipv4.tcp_max_syn_backlog': LISTENER_DEFAULTS.maxSynBacklog,
  'net.ipv4.tcp_synack_retries': LISTENER_DEFAULTS.synAckRetries,
  'net.ipv4.tcp_abort_on_overflow': Number(LISTENER_DEFAULTS.abortOnOverflow),
  'net.core.somaxconn': LISTENER_DEFAULTS.somaxconn,
}

/** Buffers: least, usual and most bytes. Their usual sizes are those of test/kernel/sysctls.ts. */
const BUFFERS = {
  'net.ipv4.tcp_wmem': [4096, 262_144, 4_194_304],
  'net.ipv4.tcp_rmem': [4096, 131_072, 6_291_456],
}

/** Settings of the host, which is made with its first socket. */
const OF_HOST = /tcp_(window_scaling|timestamps|sack|rfc1337|rmem)$/

export class EndpointSysctls {
  private readonly numbers = { ...NUMBERS }
  private readonly buffers: Record<keyof typeof BUFFERS, readonly number[]> = { ...BUFFERS }

  /** Sets `name`; `hasHost` when the host exists already. */
  set(name: string, value: string, hasHost: boolean): void {
    if (hasHost && OF_HOST.test(name)) throw new Unsupported(`${name} after the first socket`)
    const values = value.trim().split(/\s+/).map(Number)
    const areNumbers = values.every((number) => Number.isSafeInteger(number) && number >= 0)
    if (isNameIn(this.numbers, name)) {
      if (!areNumbers || values.length !== 1) throw new Unsupported(`${name}=${value} (known: a number)`)
      this.numbers[name] = values[0]
    } else if (isNameIn(this.buffers, name)) {
      if (!areNumbers || values.length !== 3) throw new Unsupported(`${name}=${value} (known: three numbers)`)
      this.buffers[name] = values
    } else requireFixed(name, value)
  }

  get host(): Pick<EndpointOptions, 'offer' | 'timestamps' | 'sack' | 'rfc1337'> {
    const { numbers, buffers } = this
    const scales = numbers['net.ipv4.tcp_window_scaling'] !== 0
    const [, usual, most] = buffers['net.ipv4.tcp_rmem']
    return {
      offer: { windowScale: scales ? windowScaleFor(Math.max(most, MOST_BUFFER)) : NO_WINDOW_SCALE, space: usual / 2 },
      timestamps: numbers['net.ipv4.tcp_timestamps'] !== 0,
      sack: numbers['net.ipv4.tcp_sack'] !== 0,
      rfc1337: numbers['net.ipv4.tcp_rfc1337'] !== 0,
    }
  }

  get sockets(): OptionDefaults {
    return {
      synRetries: this.numbers['net.ipv4.tcp_syn_retries'],
      finTimeout: this.numbers['net.ipv4.tcp_fin_timeout'],
      sendBuffer: this.buffers['net.ipv4.tcp_wmem'][1],
      receiveBuffer: this.buffers['net.ipv4.tcp_rmem'][1],
    }
  }

  get listeners(): ListenerConfig {
    const { numbers } = this
    return {
      ...LISTENER_DEFAULTS,
      synCookies: numbers['net.ipv4.tcp_syncookies'],
      maxSynBacklog: numbers['net.ipv4.tcp_max_syn_backlog'],
      synAckRetries: numbers['net.ipv4.tcp_synack_retries'],
      abortOnOverflow: numbers['net.ipv4.tcp_abort_on_overflow'] !== 0,
      somaxconn: numbers['net.core.somaxconn'],
    }
  }
}

function isNameIn<T extends object>(record: T, name: string): name is keyof T & string {
  return Object.hasOwn(record, name)
}

/** Passes a setting with which the stack behaves anyway; refuses all others. */
function requireFixed(name: string, value: string): void {
  const taken = FIXED_SETTINGS[name]
  if (taken === undefined) throw new Unsupported(`the setting ${name}=${value}: the stack has none of this name`)
  if (taken === 'any' || taken.includes(value)) return
  throw new Unsupported(`${name}=${value} (known: ${taken.join(', ')})`)
}
