import { describe, expect, it } from 'vitest'
import { SERVER_DEFAULTS } from '../../../../server/app/server-config.ts'
import { ServerHost } from '../../../../server/app/server-host.ts'
import { buildWebApp } from '../../../../server/web/web-app.ts'
import { WebApplication } from '../../../../server/web/web-application.ts'
import { Counters } from '../../../../tcpip/base/counters.ts'
import { Endpoint, SECRET_BYTES } from '../../../../tcpip/host/endpoint.ts'
import { Sockets } from '../../../../tcpip/host/sockets.ts'
import { makeMemoryLink } from '../../../../tcpip/link/memory-link.ts'
import { EndpointNet } from '../../../../tcpip/net/endpoint-net.ts'
import { CLIENT_ADDRESSES, SERVER_ADDRESS, SERVER_PORT } from '../../../../tcpip/wire/address-plan.ts'
import { testSecret } from '../../../support/worlds/server-lab.ts'

describe('the web application of a server host', () => {
  it('answers in the host’s turns, and lets go of its connections when the host is thrown away', async () => {
    const link = makeMemoryLink(64)
    const app = await buildWebApp()
    const clock = () => 1_000_000
    let woken = 0
    const host = new ServerHost({
      link: link.a,
      config: SERVER_DEFAULTS,
      secret: testSecret(56),
      application: (endpoint, listener) => {
        const net = new EndpointNet({ endpoint, address: SERVER_ADDRESS, clock, wake: () => woken++ })
        return new WebApplication(app, net, listener)
      },
    })
    const secret = testSecret(SECRET_BYTES, 7)
    const client = new Endpoint({
      link: link.b,
      addresses: CLIENT_ADDRESSES,
      secret,
      counters: new Counters(),
      maxConnections: 8,
    })
    const quiet = { onConnected() {}, onReadable() {}, onWritable() {}, onClosed() {} }
    const socket = new Sockets(client, CLIENT_ADDRESSES.base).connect(SERVER_ADDRESS, SERVER_PORT, quiet, clock())
    if (typeof socket === 'string') throw new Error(socket)
    const settle = async () => {
      for (let i = 0; i < 8; i++) {
        host.poll(clock())
        client.poll(clock())
        await new Promise((resolve) => setImmediate(resolve))
      }
    }
    await settle()
    const request = Buffer.from('GET / HTTP/1.1\r\nHost: x\r\n\r\n')
    socket.write(request, 0, request.length, clock())
    await settle()
    const target = new Uint8Array(4096)
    const length = socket.read(target, 0, target.length, clock()) as number
    expect(Buffer.from(target.subarray(0, length)).toString()).toMatch(/^HTTP\/1\.1 200 OK/)
    expect(woken).toBeGreaterThan(0)
    host.close()
    await settle()
    // The host's last word: a FIN.
    expect(socket.read(target, 0, target.length, clock())).toBe(0)
    await app.close()
  })
})
