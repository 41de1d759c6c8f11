/** Twenty-five questions as courses and interviews ask them, with short right answers, in Chinese. */
import type { Questions } from './questions.en.ts'

export const QUESTIONS_ZH: Questions = {
  1: {
    question: '三次握手的过程？每一步的状态？',
    answer:
      'SYN：客户端处于 SYN-SENT。SYN,ACK：服务器处于 SYN-RECEIVED。ACK：双方都是 ESTABLISHED。每个确认号都是对方的初始序号加一。',
    see: '本课的图：状态写在两条生命线旁。',
  },
  2: {
    question: '为什么不是两次？',
    answer: '旧的重复 SYN 会打开没有人要的连接，而服务器的初始序号也始终得不到确认。',
    popular: '“证明双方都能收发”只是一部分：要紧的是旧的 SYN 不能算数。',
    see: 'synlab run two-way-handshake：那个故事里的服务器相信第一个 SYN。',
  },
  3: {
    question: '为什么不是四次？',
    answer: '服务器的 SYN 和 ACK 放在同一个报文段里。',
    see: '图中第二个箭头：SYN ACK。',
  },
  4: {
    question: '第三次握手能带数据吗？前两次呢？',
    answer: '第三次可以。按 RFC，SYN 也可以带数据，但没有 TCP Fast Open 的 Linux 既不保存也不确认它。',
    popular: '“ESTABLISHED 之前绝不能带”并不是 RFC 的说法。',
    see: '控制室：攻击“带数据的 SYN”。什么都没有存下。',
  },
  5: {
    question: '初始序号为什么是随机的？',
    answer: '让同样端口之间旧连接的报文段对不上，也让别人猜不到：时钟加带密钥的散列（RFC 6528）。',
    see: '跟踪两个客户端：它们的初始序号毫无关系。',
  },
  6: {
    question: '第一次握手丢了会怎样？',
    answer: '客户端重发 SYN。Linux 6.5 起：第 1、2、3、4、5、7、11、19、35、67 秒，第 131 秒放弃。',
    popular: '1、3、7、15、31、63 秒和 127 秒是旧内核的时刻。',
    see: '控制室，没有 Cookie 的洪水：等待时间聚成 1 秒、2 秒、3 秒几条带。',
  },
  7: {
    question: '第二次握手丢了会怎样？',
    answer: '双方都重发：客户端重发 SYN，服务器重发 SYN,ACK。重复的 SYN 会立刻得到回答，每秒最多两次。',
    see: '计数器 TCPSynRetrans，本课的检查会读它。',
  },
  8: {
    question: '第三次握手丢了会怎样？',
    answer:
      '服务器在第 1、3、7、15、31 秒重发 SYN,ACK，第 63 秒删除请求（重试 5 次）。客户端的数据也能完成握手。用 Cookie 时什么都不重发。',
    see: '本课，重试 2 次：1、3、7 秒。',
  },
  9: {
    question: '什么是半连接队列和全连接队列？',
    answer: '处于 SYN-RECEIVED 的请求；以及已完成、等待 accept() 的连接。',
    see: '图中的两个方格图。',
  },
  10: {
    question: '半连接队列有多长？tcp_max_syn_backlog 起什么作用？',
    answer: '上限是 backlog 和 somaxconn 中较小的一个，而队列还能多放一个。',
    popular: '从 Linux 4.3 起，tcp_max_syn_backlog 不再决定长度。它只在 Cookie 为 0 时，为已知的对端留出最后四分之一。',
    see: '图：backlog 为 128，队列停在 129。',
  },
  11: {
    question: '半连接队列满了，SYN 只能丢弃吗？',
    answer: 'tcp_syncookies = 0 时是的：TCPReqQFullDrop。为 1 时用 Cookie 回答：TCPReqQFullDoCookies。',
    see: '本课和下一课：同样的洪水，不同的计数器。',
  },
  12: {
    question: '全连接队列满了怎么办？',
    answer:
      '丢弃最后的 ACK（ListenOverflows、ListenDrops），重发 SYN,ACK；tcp_abort_on_overflow = 1 时客户端收到 RST。新的 SYN 也被丢弃。',
    see: '本课：检查读的就是 ListenOverflows。',
  },
  13: {
    question: '什么是 SYN 洪泛？为什么低速率也有效？',
    answer:
      '占位置比位置空出来更快。位置数除以请求的存活时间：每秒几个 SYN 就够。按 Linux 的 5 次重试，每秒约 16 个 SYN 就能占住 128 个位置。',
    see: '控制室：“低速慢攻”。',
  },
  14: {
    question: 'SYN Cookie 的原理？需要半连接队列吗？',
    answer: '服务器必须知道的东西放进 SYN,ACK 的序号里：不占任何位置。',
    see: '图：队列不变，SyncookiesRecv 上升。',
  },
  15: {
    question: 'Cookie 里有 3 位 MSS、5 位时间吗？',
    answer:
      'Linux 里没有。8 位是分钟计数；24 位是带密钥的散列加上四个 MSS 值之一的下标；整体再加上第二个散列和客户端的序号。',
    popular: '3 位和 5 位是更早的设计。Linux 的 Cookie 里没有可以直接读出的 MSS 字段。',
    see: 'Cookie 视图：拆开一个，翻转一位。',
  },
  16: {
    question: 'Cookie 的代价？为什么不一直开？',
    answer:
      'MSS 向下取到 536、1300、1440 或 1460；没有时间戳就没有窗口扩大和 SACK；丢失的 SYN,ACK 不重发；还要计算散列。所以用 1，只在队列满时使用。',
    see: 'Cookie 视图：MSS 表和时间戳里的选项。',
  },
  17: {
    question: '防御 SYN 洪泛还有什么办法？',
    answer: '更长的 backlog、更少的重试、SYN 代理、过滤。它们都只是改变所需的速率；只有 Cookie 让目标不复存在。',
    see: '控制室：backlog 和 SYN-ACK 重试次数，以及“没有效果？”下面的保持速率。',
  },
  18: {
    question: '为什么挥手要四次？会变成三次吗？',
    answer: '每个方向各自关闭。另一方没有要发的数据时，它的 FIN 和 ACK 合在一个报文段里：三次。',
    popular: '“总是四次”不对：三次很常见，这里就是。',
    see: '本课。四次：synlab run four-way-close。',
  },
  19: {
    question: 'TIME-WAIT 为什么是 2MSL？Linux 是多久？',
    answer: '最后的 ACK 可能丢失，旧的报文段也要消失。Linux 是 60 秒，写死在源码里。',
    popular: '它不是某个设置的两倍：tcp_fin_timeout 管的是 FIN-WAIT-2。',
    see: '本课：每个套接字的年龄加定时器是 60 秒。',
  },
  20: {
    question: '谁进入 TIME-WAIT？太多有什么危害？',
    answer: '先关闭的一方。它们占内存，对客户端还占去往该对端的端口。',
    popular: '服务器有很多也照样接受连接。只有没设 SO_REUSEADDR 而重启的，才绑定不了端口。',
    see: '本课：新客户端一直在建立连接。',
  },
  21: {
    question: 'TIME-WAIT 收到 SYN 会怎样？',
    answer: '序号或时间戳更新的，由新连接接替；否则回答一个 ACK。',
    see: '命令行：synlab run time-wait-old-duplicate。',
  },
  22: {
    question: '大量 CLOSE-WAIT 的原因？',
    answer: '程序没有调用 close()。内核没有任何定时器会结束它。',
    see: '本课。把 accept 间隔设回 0：程序一下子就把它们都关闭了。',
  },
  23: {
    question: 'FIN-WAIT-2 会一直等下去吗？',
    answer: '程序已经关闭的套接字 60 秒后结束（tcp_fin_timeout）。程序仍持有的，持有多久就等多久。',
    see: '仅有文字：本实验室没有客户端会收到 FIN 而不关闭。',
  },
  24: {
    question: '没有 accept() 能建立连接吗？没有 listen() 呢？',
    answer: '没有 accept() 可以，直到全连接队列满。没有监听者的端口用 RST 回答 SYN（双方同时打开除外）。',
    see: 'accept() 见本课；关闭的端口仅有文字。',
  },
  25: {
    question: '建立连接后拔网线、主机崩溃会怎样？只是进程崩溃呢？',
    answer:
      '没有数据也没有保活就没有人察觉；保活默认 2 小时后开始探测，间隔 75 秒共九次。进程崩溃时由内核关闭：发 FIN，若有未读数据则发 RST。',
    see: '仅有文字：本实验室的客户端不会不声不响地消失。',
  },
}
