/**
 * The settings that upstream's `defaults.sh` makes, which scripts load with a line `./defaults.sh`; and the settings that change
 * nothing for our stack, or that it has one value of.
 */

export interface DefaultSetting {
  readonly name: string
  readonly value: string
}

/** `defaults.sh`, line by line. */
export const DEFAULT_SETTINGS: readonly DefaultSetting[] = [
  { name: 'net.ipv4.tcp_rmem', value: '4096 540000 15728640' },
  { name: 'net.ipv4.tcp_wmem', value: '4096 262144 4194304' },
  { name: 'net.ipv4.tcp_timestamps', value: '1' },
  { name: 'net.ipv4.tcp_syn_retries', value: '5' },
  { name: 'net.ipv4.tcp_synack_retries', value: '5' },
  { name: 'net.ipv4.tcp_frto', value: '2' },
  { name: 'net.ipv4.tcp_sack', value: '1' },
  { name: 'net.ipv4.tcp_dsack', value: '1' },
  { name: 'net.ipv4.tcp_fack', value: '0' },
  { name: 'net.ipv4.tcp_reordering', value: '3' },
  { name: 'net.ipv4.tcp_congestion_control', value: 'cubic' },
  { name: 'net.ipv4.tcp_slow_start_after_idle', value: '0' },
  { name: 'net.ipv4.tcp_early_retrans', value: '4' },
  { name: 'net.ipv4.tcp_recovery', value: '1' },
  { name: 'net.ipv4.tcp_tso_win_divisor', value: '3' },
  { name: 'net.ipv4.tcp_ecn', value: '0' },
  { name: 'net.ipv4.tcp_ecn_option', value: '1' },
  { name: 'net.ipv4.tcp_pacing_ss_ratio', value: '200' },
  { name: 'net.ipv4.tcp_pacing_ca_ratio', value: '120' },
  { name: 'net.ipv4.tcp_notsent_lowat', value: '4294967295' },
  { name: 'net.ipv4.tcp_fastopen', value: '0x3' },
  { name: 'net.ipv4.tcp_syncookies', value: '1' },
]

/**
 * Settings that our stack does not obey, and the values of them with which it behaves as though it did; `any` for those of a
 * mechanism that it does not have and that is not missed: it changes when packets leave a busy host, or how losses are found.
 */
export const FIXED_SETTINGS: Readonly<Record<string, readonly string[] | 'any'>> = {
  'net.ipv4.tcp_congestion_control': ['reno'],
  'net.ipv4.tcp_slow_start_after_idle': ['0'],
  'net.ipv4.tcp_ecn': ['0'],
  'net.ipv4.tcp_fastopen': ['0'],
  'net.ipv4.tcp_dsack': ['1'],
  'net.ipv4.tcp_reordering': ['3'],
  'net.ipv4.tcp_early_retrans': ['3', '4'],
  'net.ipv4.tcp_notsent_lowat': ['4294967295'],
  'net.ipv4.tcp_moderate_rcvbuf': ['0'],
  'net.ipv4.tcp_comp_sack_nr': ['0'],
  'net.ipv4.tcp_mtu_probing': ['0'],
  'net.ipv4.tcp_shrink_window': ['0'],
  'net.ipv4.tcp_syn_linear_timeouts': ['4'],
  'net.ipv4.tcp_invalid_ratelimit': ['500'],
  'net.ipv4.tcp_retries2': ['15'],
  'net.ipv4.tcp_fack': 'any',
  'net.ipv4.tcp_frto': 'any',
  'net.ipv4.tcp_recovery': 'any',
  'net.ipv4.tcp_ecn_option': 'any',
  'net.ipv4.tcp_tso_win_divisor': 'any',
  'net.ipv4.tcp_min_tso_segs': 'any',
  'net.ipv4.tcp_tso_rtt_log': 'any',
  'net.ipv4.tcp_autocorking': 'any',
  'net.ipv4.tcp_limit_output_bytes': 'any',
  'net.ipv4.tcp_pacing_ss_ratio': 'any',
  'net.ipv4.tcp_pacing_ca_ratio': 'any',
}
