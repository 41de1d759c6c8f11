/**
 * The settings that upstream's `defaults.sh` makes, one by one, and what each means to our stack. Scripts load them with
 * a line `./defaults.sh`.
 */

export interface DefaultSetting {
  readonly name: string
  readonly value: string
  /**
   * `applied` to the stack; `inherent`: the stack behaves so and cannot otherwise; `absent`: it belongs to a mechanism that
   * the stack does not have, so that it changes nothing; `different`: the stack has another fixed value, which scripts
   * that depend on it show.
   */
  readonly meaning: 'applied' | 'inherent' | 'absent' | 'different'
}

export const DEFAULT_SETTINGS: readonly DefaultSetting[] = [
  { name: 'net.ipv4.tcp_rmem', value: '4096 540000 15728640', meaning: 'applied' },
  { name: 'net.ipv4.tcp_wmem', value: '4096 262144 4194304', meaning: 'different' },
  { name: 'net.ipv4.tcp_timestamps', value: '1', meaning: 'inherent' },
  { name: 'net.ipv4.tcp_syn_retries', value: '5', meaning: 'different' },
  { name: 'net.ipv4.tcp_synack_retries', value: '5', meaning: 'applied' },
  { name: 'net.ipv4.tcp_frto', value: '2', meaning: 'absent' },
  { name: 'net.ipv4.tcp_sack', value: '1', meaning: 'inherent' },
  { name: 'net.ipv4.tcp_dsack', value: '1', meaning: 'absent' },
  { name: 'net.ipv4.tcp_fack', value: '0', meaning: 'inherent' },
  { name: 'net.ipv4.tcp_reordering', value: '3', meaning: 'inherent' },
  { name: 'net.ipv4.tcp_congestion_control', value: 'cubic', meaning: 'different' },
  { name: 'net.ipv4.tcp_slow_start_after_idle', value: '0', meaning: 'inherent' },
  { name: 'net.ipv4.tcp_early_retrans', value: '4', meaning: 'absent' },
  { name: 'net.ipv4.tcp_recovery', value: '1', meaning: 'absent' },
  { name: 'net.ipv4.tcp_tso_win_divisor', value: '3', meaning: 'absent' },
  { name: 'net.ipv4.tcp_ecn', value: '0', meaning: 'inherent' },
  { name: 'net.ipv4.tcp_ecn_option', value: '1', meaning: 'absent' },
  { name: 'net.ipv4.tcp_pacing_ss_ratio', value: '200', meaning: 'absent' },
  { name: 'net.ipv4.tcp_pacing_ca_ratio', value: '120', meaning: 'absent' },
  { name: 'net.ipv4.tcp_notsent_lowat', value: '4294967295', meaning: 'inherent' },
  { name: 'net.ipv4.tcp_fastopen', value: '0x3', meaning: 'different' },
  { name: 'net.ipv4.tcp_syncookies', value: '1', meaning: 'applied' },
]
