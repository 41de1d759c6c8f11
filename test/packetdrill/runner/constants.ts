/**
 * Numbers behind the names that scripts use, where the number itself matters: open flags, which fcntl() returns, errors, which
 * SO_ERROR does, and the states and bits of struct tcp_info. Values are Linux's on x86 (include/uapi).
 */

/** Flags of open(2) that F_GETFL can return for a socket. */
export const OPEN_FLAGS: Readonly<Record<string, number>> = { O_RDONLY: 0, O_WRONLY: 1, O_RDWR: 2, O_NONBLOCK: 0x800 }

/** Errors that a connection can end with (include/uapi/asm-generic/errno.h). */
export const ERROR_NUMBERS: Readonly<Record<string, number>> = {
  EPIPE: 32,
  EPROTO: 71,
  ENETUNREACH: 101,
  ECONNABORTED: 103,
  ECONNRESET: 104,
  ENOBUFS: 105,
  ETIMEDOUT: 110,
  ECONNREFUSED: 111,
  EHOSTUNREACH: 113,
}

/** Names that code blocks can use. */
export const CODE_CONSTANTS: Readonly<Record<string, number>> = {
  TCP_ESTABLISHED: 1,
  TCP_SYN_SENT: 2,
  TCP_SYN_RECV: 3,
  TCP_FIN_WAIT1: 4,
  TCP_FIN_WAIT2: 5,
  TCP_TIME_WAIT: 6,
  TCP_CLOSE: 7,
  TCP_CLOSE_WAIT: 8,
  TCP_LAST_ACK: 9,
  TCP_LISTEN: 10,
  TCP_CLOSING: 11,
  TCP_CA_Open: 0,
  TCP_CA_Disorder: 1,
  TCP_CA_CWR: 2,
  TCP_CA_Recovery: 3,
  TCP_CA_Loss: 4,
  TCPI_OPT_TIMESTAMPS: 1,
  TCPI_OPT_SACK: 2,
  TCPI_OPT_WSCALE: 4,
  TCPI_OPT_ECN: 8,
  TCPI_OPT_ECN_SEEN: 16,
  TCPI_OPT_SYN_DATA: 32,
}

/** Names that stand for a number in the arguments of calls: `[ECONNREFUSED]`, `[TCP_CLOSE]`. */
export function argumentNumber(name: string): number | undefined {
  return ERROR_NUMBERS[name] ?? CODE_CONSTANTS[name]
}
