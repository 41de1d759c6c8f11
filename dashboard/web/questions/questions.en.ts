/**
 * Twenty-five questions as courses and interviews ask them, with short right answers (RFC 9293; Linux 6.12), in English.
 */
export interface Question {
  readonly question: string
  readonly answer: string
  /** What the popular answer gets wrong; absent where it is right. */
  readonly popular?: string
  /** Where the lab shows it, or that it does not. */
  readonly see: string
}

/** By number, from 1. */
export type Questions = Readonly<Record<number, Question>>

export const QUESTIONS_EN: Questions = {
  1: {
    question: 'What happens in the three-way handshake, and in which states?',
    answer:
      'SYN: the client is in SYN-SENT. SYN,ACK: the server is in SYN-RECEIVED. ACK: both are ESTABLISHED. Each acknowledgment is the peer’s first number plus one.',
    see: 'the picture of this lesson: states stand at the life lines.',
  },
  2: {
    question: 'Why not two segments?',
    answer:
      'An old duplicate SYN would open a connection that nobody asked for, and the server’s first number would never be confirmed.',
    popular:
      'Proving that both can send and receive is only a part of it: what matters is that an old SYN must not count.',
    see: 'synlab run two-way-handshake: the server of that story trusts the first SYN.',
  },
  3: {
    question: 'Why not four?',
    answer: 'The server’s SYN and its ACK travel in one segment.',
    see: 'the second arrow of the picture: SYN ACK.',
  },
  4: {
    question: 'Can the third segment carry data? And the first two?',
    answer:
      'The third can. A SYN may carry data by the RFC, but Linux without TCP Fast Open neither keeps nor acknowledges it.',
    popular: '“Never before ESTABLISHED” is not what the RFC says.',
    see: 'the control room: attack “SYNs with data”. Nothing is stored.',
  },
  5: {
    question: 'Why is the first sequence number random?',
    answer:
      'So that segments of an older connection between the same ports do not fit, and nobody can guess it: a clock plus a keyed hash (RFC 6528).',
    see: 'follow two clients: their first numbers have nothing in common.',
  },
  6: {
    question: 'What if the first segment is lost?',
    answer:
      'The client repeats its SYN. Linux since 6.5: at 1, 2, 3, 4, 5, 7, 11, 19, 35 and 67 s; it gives up at 131 s.',
    popular: '1, 3, 7, 15, 31, 63 s and 127 s are the times of older kernels.',
    see: 'the control room under a flood without cookies: the waiting times lie in bands at 1 s, 2 s and 3 s.',
  },
  7: {
    question: 'What if the second is lost?',
    answer:
      'Both repeat: the client its SYN, the server its SYN,ACK. A repeated SYN is answered at once, at most twice a second.',
    see: 'the counter TCPSynRetrans, which this lesson’s check reads.',
  },
  8: {
    question: 'What if the third is lost?',
    answer:
      'The server repeats its SYN,ACK at 1, 3, 7, 15 and 31 s and drops the request at 63 s (5 retries). Data of the client completes the handshake. With a cookie nothing is repeated.',
    see: 'this lesson, which has 2 retries: 1, 3 and 7 s.',
  },
  9: {
    question: 'What are the half-open queue and the accept queue?',
    answer: 'Requests in SYN-RECEIVED; and finished connections that wait for accept().',
    see: 'both grids of the picture.',
  },
  10: {
    question: 'How long is the half-open queue? What does tcp_max_syn_backlog do?',
    answer: 'The limit is the smaller of backlog and somaxconn, and the queue holds one more.',
    popular:
      'tcp_max_syn_backlog has not set the length since Linux 4.3. It only keeps the last quarter for known peers, and only while cookies are 0.',
    see: 'the picture: the queue stops at 129 with a backlog of 128.',
  },
  11: {
    question: 'The half-open queue is full: can a SYN only be dropped?',
    answer: 'With tcp_syncookies = 0, yes: TCPReqQFullDrop. With 1 it is answered with a cookie: TCPReqQFullDoCookies.',
    see: 'this lesson and the next: the same flood, another counter.',
  },
  12: {
    question: 'What if the accept queue is full?',
    answer:
      'The last ACK is dropped (ListenOverflows, ListenDrops) and the SYN,ACK is repeated; with tcp_abort_on_overflow = 1 the client gets a RST. New SYNs are dropped, too.',
    see: 'this lesson: its check reads ListenOverflows.',
  },
  13: {
    question: 'What is a SYN flood, and why is a slow one enough?',
    answer:
      'It takes places faster than they become free. Places divided by the time an entry lives: a few SYNs per second. With the 5 retries of Linux about 16 SYN/s hold 128 places.',
    see: 'the control room: “Low and slow”.',
  },
  14: {
    question: 'How do SYN cookies work? Do they need the half-open queue?',
    answer: 'What the server must know goes into the number of its SYN,ACK: no place is used.',
    see: 'the picture: the queue stays as it is while SyncookiesRecv rises.',
  },
  15: {
    question: 'Does a cookie hold 3 bits of MSS and 5 bits of time?',
    answer:
      'Not in Linux. 8 bits count minutes; 24 bits are a keyed hash plus the index of one of four MSS values; a second hash and the client’s number are added to it all.',
    popular: 'The 3 and 5 bits are an older design. There is no MSS field in Linux’s cookie that one could read.',
    see: 'the view Cookie: take one apart, flip a bit.',
  },
  16: {
    question: 'What do cookies cost? Why not always?',
    answer:
      'MSS rounded down to 536, 1300, 1440 or 1460; without timestamps no window scale and no SACK; a lost SYN,ACK is not repeated; hashes are computed. So: 1, only when the queue is full.',
    see: 'the view Cookie: the MSS table and the options in the timestamp.',
  },
  17: {
    question: 'What else helps against a SYN flood?',
    answer:
      'A longer backlog, fewer retries, a SYN proxy, filters. Each moves the rate that is needed; none but cookies takes the target away.',
    see: 'the control room: backlog and SYN-ACK retries, and the hold rate below “It did not work?”.',
  },
  18: {
    question: 'Why four segments to close? Can it be three?',
    answer:
      'Each direction closes by itself. When the other side has nothing left to send, its FIN and its ACK share a segment: three.',
    popular: '“Always four” is wrong: three are common, as here.',
    see: 'this lesson. Four: synlab run four-way-close.',
  },
  19: {
    question: 'Why does TIME-WAIT last 2 MSL? And in Linux?',
    answer: 'The last ACK may be lost, and old segments must die. In Linux it is 60 s, fixed in the source.',
    popular: 'It is not twice a setting: tcp_fin_timeout is about FIN-WAIT-2.',
    see: 'this lesson: age and timer of each socket add up to 60 s.',
  },
  20: {
    question: 'Who ends up in TIME-WAIT, and what harm do many do?',
    answer: 'Who closes first. They cost memory, and a client its ports to that peer.',
    popular: 'A server with many goes on accepting. Only one that restarts without SO_REUSEADDR cannot bind its port.',
    see: 'this lesson: new clients are served all the time.',
  },
  21: {
    question: 'A SYN arrives for a socket in TIME-WAIT: what happens?',
    answer:
      'With a newer sequence number or timestamp a new connection takes its place; else it is answered with an ACK.',
    see: 'synlab run time-wait-old-duplicate.',
  },
  22: {
    question: 'Where does a pile of CLOSE-WAIT come from?',
    answer: 'The program does not call close(). No timer of the kernel ends it.',
    see: 'this lesson. Set the time between accepts back to 0: the program closes them all in a moment.',
  },
  23: {
    question: 'Does FIN-WAIT-2 wait for ever?',
    answer:
      'A socket that the program has closed ends after 60 s (tcp_fin_timeout). One that the program still holds waits as long as it is held.',
    see: 'text only: no client of this lab leaves a FIN unanswered.',
  },
  24: {
    question: 'Can a connection be made without accept()? And without listen()?',
    answer:
      'Without accept() yes, until the accept queue is full. Without a listener a SYN is answered with RST (two ends that open at the same time apart).',
    see: 'this lesson for accept(); for a closed port, text only.',
  },
  25: {
    question: 'A cable is pulled, or the host dies. And if only the process dies?',
    answer:
      'Without data or keepalive nobody notices; keepalive asks after 2 h by default, nine times 75 s apart. When a process dies, its kernel closes: FIN, or RST if there is data that was not read.',
    see: 'text only: the lab’s clients do not die without a word.',
  },
}
