/**
 * What the namespaces of the scripts are set to: the defaults of a plain kernel, except where the endpoint is deliberately
 * simpler and a setting makes the kernel so too. Each of these is a line of docs/fidelity.md.
 */
export const KERNEL_SYSCTLS: Readonly<Record<string, string>> = {
  // The endpoint grows its congestion window as Reno does.
  'net.ipv4.tcp_congestion_control': 'reno',
  // No ECN, no Fast Open.
  'net.ipv4.tcp_ecn': '0',
  'net.ipv4.tcp_fastopen': '0',
  // The congestion window survives idleness.
  'net.ipv4.tcp_slow_start_after_idle': '0',
  // Receive buffers of 128 KB, which make windows of 64 KB, do not tune themselves; a most of 6 MB gives the window scale 7.
  'net.ipv4.tcp_rmem': '4096 131072 6291456',
  'net.ipv4.tcp_moderate_rcvbuf': '0',
  // Send buffers that take what a script writes.
  'net.ipv4.tcp_wmem': '4096 262144 4194304',
  // Every segment beyond a hole is told of at once, not a few in one ACK.
  'net.ipv4.tcp_comp_sack_nr': '0',
  'net.ipv4.tcp_syncookies': '1',
  'net.ipv4.tcp_max_syn_backlog': '4096',
  'net.core.somaxconn': '4096',
}
