/** Numbers of socket levels and options, Linux's on x86 (include/uapi/asm-generic/socket.h, linux/tcp.h). */

export const LEVELS: Readonly<Record<string, number>> = {
  SOL_IP: 0,
  IPPROTO_IP: 0,
  SOL_SOCKET: 1,
  IPPROTO_TCP: 6,
  SOL_TCP: 6,
}

export const OPTIONS: Readonly<Record<string, number>> = {
  SO_REUSEADDR: 2,
  SO_ERROR: 4,
  SO_SNDBUF: 7,
  SO_RCVBUF: 8,
  SO_KEEPALIVE: 9,
  SO_LINGER: 13,
  SO_RCVLOWAT: 18,
  SO_MAX_PACING_RATE: 47,
  IP_TOS: 1,
  IP_TTL: 2,
  IP_MTU_DISCOVER: 10,
  TCP_NODELAY: 1,
  TCP_MAXSEG: 2,
  TCP_CORK: 3,
  TCP_KEEPIDLE: 4,
  TCP_KEEPINTVL: 5,
  TCP_KEEPCNT: 6,
  TCP_SYNCNT: 7,
  TCP_LINGER2: 8,
  TCP_DEFER_ACCEPT: 9,
  TCP_WINDOW_CLAMP: 10,
  TCP_QUICKACK: 12,
  TCP_CONGESTION: 13,
  TCP_USER_TIMEOUT: 18,
  TCP_NOTSENT_LOWAT: 25,
  TCP_RTO_MAX_MS: 44,
}
