/** The hints in Chinese. */
import type { HintCatalogue } from './strings.en.ts'

export const HINTS_ZH: HintCatalogue = {
  belowHold: (v, f) =>
    `低于保持速率：每秒到达 ${f.rate(v.syn)} 个 SYN，而让 ${f.count(v.places)} 个位置一直满着需要 ${f.rate(v.hold)} 个。请提高速率或减小 backlog。`,
  cookiesAreOn: () => '洪水有效，但 Cookie 是打开的：队列满了，却没有人需要它。把 SYN Cookie 设为 0 就能看到损害。',
  cookiesOnlyAfterOverflow: () => 'Cookie 为 1 时，半连接队列满之前不发送。为 2 时每个 SYN 都会得到一个。',
  keepAlive: () => '这些客户端保持着连接。已连接者不再需要半连接队列：只有新连接才感到洪水。',
  provenPeers: (v, f) => `${f.percent(v.returning)} 的客户端来自服务器认识的地址：队列的最后四分之一为它们保留。`,
  sourcesAnswer: (v, f) =>
    `洪水的源地址真实存在，并以 RST 回答（每秒 ${f.rate(v.resets)} 次，EmbryonicRsts）：每次回答都立即释放一个位置。`,
  wrongQueue: (v, f) =>
    `满的是全连接队列（${f.count(v.waiting)} 个在等），不是半连接队列。Cookie 帮不上忙，更快的程序才行。`,
  slowProgram: () => '程序被设置得很慢（accept 间隔或工作进程数）。你看到的有一部分不是攻击造成的。',
  behind: (v, f) => `攻击者跟不上：${f.percent(v.unsent)} 的包没有发出。请降低速率，或启动更多攻击者。`,
  closedLoad: () => '这些客户端等到回答才再次请求：服务越差，请求越少，故障就被掩盖了。',
  patient: (v, f) => `这些客户端会等 ${f.duration(v.connectTimeout * 1000)}：之后才看得到失败。`,
  noCookiesToForge: () =>
    '服务器没有发送 Cookie，所以不看伪造的 Cookie。让队列变满的洪水，或 Cookie 2，才会打开这扇门。',
  crowd: () => '突发人群会完成握手：Cookie 会回来，没有人被长久挡在门外。',
  drowns: (v, f) =>
    `已经生效：半连接队列的 ${f.count(v.places)} 个位置全被占用，又没有 Cookie。把 SYN Cookie 设为 1 就能看到救援。`,
}
