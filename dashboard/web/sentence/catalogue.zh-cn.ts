/** The sentences in Chinese (zh-CN). */
import type { Format } from '../i18n/format.ts'
import { cookie, honest, hostile, phrase } from '../i18n/phrase.ts'
import type { SentenceCatalogue } from './catalogue.en.ts'
import type { SentenceValues } from './sentence.ts'

const served = ({ honest: { ok, ended } }: SentenceValues, f: Format): string => f.of(ok, ended)
const places = ({ server: { synLength, synLimit } }: SentenceValues, f: Format): string => f.of(synLength, synLimit)
const syns = ({ server: { rates } }: SentenceValues, f: Format): string => `每秒 ${f.rate(rates.syn)} 个 SYN`

export const SENTENCES_ZH: SentenceCatalogue = {
  connecting: { headline: '正在等待实验室。', why: '页面正在连接它的服务器。' },
  silent: {
    headline: (seconds) => `页面服务器已有 ${seconds} 没有任何消息。`,
    why: '下面的内容都不会比那更新。页面保留历史记录，恢复后会自动继续。',
  },
  serverGone: {
    headline: '被攻击的服务器不在了。',
    why: '它的进程已经结束或没有应答。现在显示的是过去；服务器回来后会自动继续。',
  },
  attackerGone: {
    headline: '服务器在监听，但没有人和它说话。',
    why: '没有攻击者进程连接进来，因此也没有正常客户端。',
  },
  unknown: { headline: '这一时刻没有数据。', why: '页面没有收到这一时刻的消息：它打开得更晚，或者中间有缺口。' },
  acceptFull: {
    headline: (v, f) =>
      phrase`握手成功了，却没人得到服务：${honest(f.of(v.server.acceptLength, v.server.acceptLimit))} 个连接在等待 accept()。`,
    why: (v, f) =>
      `全连接队列已满，最后的 ACK 和新的 SYN 都被丢弃（ListenOverflows 每秒 +${f.rate(v.server.rates.overflows)}）。Cookie 在这里没有用：慢的是程序。`,
    suggestion: '让程序立即 accept',
    action: 'acceptAtOnce',
  },
  acceptSlow: {
    headline: (v, f) =>
      phrase`握手成功了，但程序太慢：${honest(f.count(v.server.acceptLength))} 个连接在等待 accept()，10 秒内 ${honest(served(v, f))} 得到服务。`,
    why: (v, f) =>
      `全连接队列为 ${f.of(v.server.acceptLength, v.server.acceptLimit)}。在那里等得超过耐心的客户端就放弃了，尽管握手已经完成。Cookie 在这里没有用。`,
    suggestion: '让程序立即 accept',
    action: 'acceptAtOnce',
  },
  drowned: {
    headline: (v, f) =>
      v.honest.ok === 0
        ? phrase`新连接全都进不来：10 秒内正常连接成功 ${honest(served(v, f))}，而${hostile(syns(v, f))} 占着 ${places(v, f)} 个位置。`
        : phrase`大多数人进不来：10 秒内正常连接成功 ${honest(served(v, f))}，而${hostile(syns(v, f))} 占着 ${places(v, f)} 个位置。`,
    why: (v, f) =>
      `半连接队列已满，而 Cookie 关闭，所以新的 SYN 都被丢弃（TCPReqQFullDrop 每秒 +${f.rate(v.server.rates.dropped)}）。一个位置要过 ${f.duration(v.lifetime * 1000)} 才空出来，随即又被占走。`,
    suggestion: '打开 SYN Cookie',
    action: 'cookiesOn',
  },
  pressed: {
    headline: (v, f) =>
      phrase`半连接队列已满：${hostile(places(v, f))} 个位置。10 秒内仍有 ${honest(served(v, f))} 个连接成功。`,
    why: (v, f) =>
      `新的 SYN 都被丢弃（TCPReqQFullDrop 每秒 +${f.rate(v.server.rates.dropped)}）。刚开始的客户端还在重发 SYN，尚未放弃。`,
    suggestion: '打开 SYN Cookie',
    action: 'cookiesOn',
  },
  saved: {
    headline: (v, f) =>
      phrase`队列满了，${v.honest.ok === v.honest.ended ? '大家却都' : '却几乎人人'}进得来：10 秒内成功 ${honest(served(v, f))}，靠的是每秒 ${cookie(`${f.rate(v.server.rates.cookiesSent)} 个 Cookie`)}，抵住${hostile(syns(v, f))}。`,
    why: (v, f) =>
      `没有位置可存，服务器就把请求写进 SYN-ACK 的序号里（SyncookiesSent 每秒 +${f.rate(v.server.rates.cookiesSent)}），等这个号码回来时再还原（SyncookiesRecv 每秒 +${f.rate(v.server.rates.cookiesValid)}）。`,
  },
  rescuing: {
    headline: (v, f) =>
      phrase`Cookie 打开了门：每秒有 ${cookie(`${f.rate(v.server.rates.cookiesValid)} 个`)}有效地回来。10 秒内结束的连接中 ${honest(served(v, f))} 得到服务。`,
    why: (v, f) =>
      `队列仍然是满的，但每秒有 ${f.rate(v.server.rates.cookiesSent)} 个 Cookie 发出（SyncookiesSent）。有些失败开始得更早：客户端要过几秒才放弃。`,
  },
  evicting: {
    headline: (v, f) =>
      phrase`每个新的 SYN 都占去另一个的位置：10 秒内正常连接成功 ${honest(served(v, f))}，面对${hostile(syns(v, f))}。`,
    why: (v, f) =>
      `没有人被拒绝，但每秒有 ${f.rate(v.server.rates.evicted)} 个半连接被挤出（HalfOpenEvicted）。最后的 ACK 到达之前被挤出的客户端会收到 RST。`,
    suggestion: '打开 SYN Cookie',
    action: 'cookiesOn',
  },
  crowd: {
    headline: (v, f) =>
      phrase`是人群，不是洪水：${cookie(f.percent(v.returned))} 的 Cookie 回来了，10 秒内正常连接成功 ${honest(served(v, f))}。`,
    why: (v, f) =>
      `洪水从不回应 Cookie。这里 SyncookiesRecv（每秒 +${f.rate(v.server.rates.cookiesValid)}）跟得上 SyncookiesSent（每秒 +${f.rate(v.server.rates.cookiesSent)}）。`,
  },
  forged: {
    headline: (v, f) =>
      phrase`每秒 ${hostile(`${f.rate(v.server.rates.cookiesFailed)} 个伪造的 Cookie`)}，10 秒内 ${honest(served(v, f))} 个正常连接毫无感觉。`,
    why: (v, f) =>
      `每次猜测都通不过哈希，得到的回答是 RST（SyncookiesFailed 每秒 +${f.rate(v.server.rates.cookiesFailed)}）。2^29 次里才有一次能打开连接。`,
  },
  cookiesOnly: {
    headline: (v, f) =>
      phrase`什么都不存：每个 SYN 都得到一个 Cookie，${cookie(`每秒 ${f.rate(v.server.rates.cookiesSent)} 个`)}，10 秒内连接成功 ${honest(served(v, f))}。`,
    why: () => 'tcp_syncookies 为 2。代价是：MSS 向下取整；没有时间戳时，窗口扩大和 SACK 都会丢失。',
    suggestion: '只在队列满时使用：Cookie 1',
    action: 'cookiesWhenFull',
  },
  outOfPlaces: {
    headline: (v, f) =>
      phrase`${f.count(v.server.workers)} 个工作进程全被占用：打开的连接有 ${hostile(f.count(v.server.established))} 个，10 秒内成功 ${honest(served(v, f))}。`,
    why: (v, f) =>
      `${f.count(v.server.acceptLength)} 个完成的握手在等待 accept()。半连接队列为 ${places(v, f)}：耗尽的不是它。`,
  },
  filling: {
    headline: (v, f) =>
      phrase`半连接队列正在变满：${hostile(places(v, f))} 个位置，${f.duration(Math.max(v.fullIn, 0.1) * 1000)}后满。`,
    why: (v, f) =>
      `每秒存入 ${f.rate(v.server.rates.stored)} 个请求，等待一个谁也不会发的 ACK。要让它一直满着，每秒 ${f.rate(v.holdRate)} 个 SYN 就够了。`,
  },
  belowHold: {
    headline: (v, f) =>
      phrase`太慢，伤不了人：${hostile(syns(v, f))} 占着 ${hostile(places(v, f))} 个位置，10 秒内正常连接成功 ${honest(served(v, f))}。`,
    why: (v, f) =>
      `没人回应的请求存在一会儿就过期。要让 ${f.count(v.server.synLimit + 1)} 个位置一直满着，需要每秒 ${f.rate(v.holdRate)} 个 SYN。`,
  },
  shrugged: {
    headline: (v, f) =>
      phrase`${hostile(syns(v, f))} 到来，却${v.honest.ok === v.honest.ended ? '没有人' : '几乎没有人'}受害：10 秒内正常连接成功 ${honest(served(v, f))}，占用 ${places(v, f)} 个位置。`,
    why: (v, f) =>
      `这种攻击发来的东西不会留在半连接队列里：每秒存入 ${f.rate(v.server.rates.stored)} 个，过期 ${f.rate(v.server.rates.expired)} 个，被重置 ${f.rate(v.server.rates.embryonicResets)} 个。`,
  },
  closeWait: {
    headline: (v, f) => phrase`${hostile(f.count(v.server.closeWait))} 个连接处于 CLOSE-WAIT：程序忘了关闭它们。`,
    why: (v, f) =>
      `客户端已经关闭，服务器的程序没有，而 TCP 没有任何定时器会替它关闭。10 秒内正常连接成功 ${served(v, f)}。`,
    suggestion: '查看套接字',
    action: 'states',
  },
  timeWait: {
    headline: (v, f) =>
      phrase`${f.count(v.server.timeWait)} 个套接字处于 TIME-WAIT，10 秒内连接成功 ${honest(served(v, f))}。`,
    why: () => '先关闭的一方要等 60 秒，这样旧连接迟到的报文就不会混进新连接。',
    suggestion: '查看套接字',
    action: 'states',
  },
  draining: {
    headline: (v, f) => phrase`攻击结束了，队列正在排空：仍有 ${hostile(places(v, f))} 个位置被占。`,
    why: (v, f) =>
      `每个请求都要等到最后一个 SYN-ACK 超时：每秒过期 ${f.rate(v.server.rates.expired)} 个。10 秒内正常连接成功 ${served(v, f)}。`,
  },
  failing: {
    headline: (v, f) => phrase`10 秒内只有 ${honest(served(v, f))} 个正常连接成功，尽管队列没有满。`,
    why: (v, f) =>
      `半连接队列为 ${places(v, f)}，全连接队列为 ${f.of(v.server.acceptLength, v.server.acceptLimit)}。有些失败开始得更早：客户端要过几秒才会放弃。`,
  },
  noClients: {
    headline: (v, f) => phrase`服务器在监听，没有正常客户端来访：占用 ${places(v, f)} 个位置。`,
    why: () => '没有安排正常客户端去连接，所以没有人能说出服务的感受。',
  },
  calm: {
    headline: (v, f) =>
      phrase`一切平静：10 秒内正常连接成功 ${honest(served(v, f))}，一半在 ${honest(f.duration(v.honest.connectP50))}之内。`,
    why: (v, f) => `半连接队列为 ${places(v, f)}：请求只停留到它的 ACK 回来。${syns(v, f)} 到达（SynReceived）。`,
    suggestion: '发起一次洪水攻击',
    action: 'flood',
  },
}
