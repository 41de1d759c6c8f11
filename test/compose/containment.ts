/** What the containers may do, and whom they reach: nobody outside, and nobody outside reaches them but on loopback. */
import { connect } from 'node:net'
import { networkInterfaces } from 'node:os'
import { expect, it, onTestFinished } from 'vitest'
import { type Composition, eventually } from '../support/processes/composition.ts'

/** What may be written to: memory, and only where an image needs it. */
const TMPFS = { prometheus: ['/prometheus'], grafana: ['/var/lib/grafana', '/tmp'] } as Record<string, string[]>

export function containmentTests(lab: Composition): void {
  it('publishes its ports on loopback, and nowhere else', async () => {
    const all = lab.inspections()
    const bindings = all.flatMap(({ NetworkSettings: { Ports } }) =>
      Object.values(Ports).flatMap((ports) => ports ?? []),
    )
    expect(bindings).toHaveLength(all.length)
    expect(bindings.map(({ HostIp }) => HostIp)).toEqual(bindings.map(() => '127.0.0.1'))
    const ports = bindings.map(({ HostPort }) => Number(HostPort))
    const addresses = Object.values(networkInterfaces())
      .flat()
      .flatMap((entry) => (entry?.family === 'IPv4' && !entry.internal ? [entry.address] : []))
    for (const port of ports) expect(await isOpen('127.0.0.1', port)).toBe(true)
    for (const address of addresses) {
      const open = await Promise.all(ports.map((port) => isOpen(address, port)))
      expect([address, ...open]).toEqual([address, ...ports.map(() => false)])
    }
  })

  it('gives its containers nothing that they do not need', async () => {
    for (const { Id, Name, Config, HostConfig, Mounts } of lab.inspections()) {
      expect(HostConfig, Name).toMatchObject({ ReadonlyRootfs: true, Privileged: false, CapDrop: ['ALL'] })
      expect(HostConfig.SecurityOpt.join(), Name).toContain('no-new-privileges')
      expect(HostConfig.Memory, Name).toBeGreaterThan(0)
      expect(HostConfig.PidsLimit, Name).toBeGreaterThan(0)
      expect(Config.User, Name).toMatch(/^(node|65534:65534|472:0)$/)
      expect(
        Mounts.filter(({ RW, Type }) => RW && Type !== 'tmpfs'),
        Name,
      ).toEqual([])
      // Not only told so: tried.
      const writable = TMPFS[Config.Labels['com.docker.compose.service'] ?? ''] ?? []
      const script = `id -u; for d in / /etc /usr /var /home /run /tmp ${writable.join(' ')}; do (: > $d/try) 2>/dev/null && echo $d; done; true`
      const [user, ...written] = lab.run(['docker', 'exec', Id, 'sh', '-c', script]).split('\n')
      expect(user, Name).not.toBe('0')
      expect([...new Set(written)].sort(), Name).toEqual([...writable].sort())
    }
  })

  it('has nothing of development in its image', async () => {
    const [server] = lab.of('server')
    const list = "console.log(require('fs').readdirSync('node_modules').join())"
    const packages = (await lab.runInside(server?.Id ?? '', list)).split(',')
    expect(packages).toContain('fastify')
    for (const development of ['vitest', 'typescript']) expect(packages).not.toContain(development)
  })

  it('lets no container reach anything outside: no address, no name, no container of another network', async () => {
    const other = `${lab.project}-outside`
    lab.run(['docker', 'network', 'create', other])
    onTestFinished(() => void lab.run(['docker', 'network', 'rm', other]))
    const listen = "require('net').createServer().listen(9000)"
    const outside = lab.run(['docker', 'run', '-d', '--network', other, 'synlab:local', 'node', '-e', listen])
    onTestFinished(() => void lab.run(['docker', 'rm', '-f', outside]))
    const format = '{{range .NetworkSettings.Networks}}{{.IPAddress}}{{end}}'
    const address = lab.run(['docker', 'inspect', '--format', format, outside])
    await eventually('the container outside listens', () => isOpen(address, 9000))
    const script = `
      const { connect } = require('net')
      const reach = (host, port) => new Promise((resolve) => {
        const socket = connect({ host, port, timeout: 1500 })
        const end = (how) => { socket.destroy(); resolve(how) }
        socket.on('connect', () => end('open')).on('timeout', () => end('no')).on('error', () => end('no'))
      })
      const known = (name) => require('dns').promises.lookup(name).then(() => 'known', () => 'no')
      const outside = [reach('${address}', 9000), reach('1.1.1.1', 443), reach('8.8.8.8', 53), known('example.com')]
      Promise.all([reach('server', 8081), known('server'), ...outside]).then((all) => console.log(all.join(' ')))`
    // The first two are the lab's own: what is asked would be answered if it could be.
    const own = (['server', 'attacker', 'gateway', 'dashboard'] as const).flatMap((service) => lab.of(service))
    const answers = await Promise.all(own.map(({ Id }) => lab.runInside(Id, script)))
    expect(answers).toEqual(own.map(() => 'open known no no no no'))
    // What draws the lab is where the page's server is, and nowhere else.
    const [page] = lab.of('dashboard')
    const networks = Object.keys(page?.NetworkSettings.Networks ?? {})
    expect(networks).toHaveLength(1)
    for (const service of ['prometheus', 'grafana'] as const) {
      expect(Object.keys(lab.of(service)[0]?.NetworkSettings.Networks ?? {}), service).toEqual(networks)
    }
  })
}

/** Whether something answers at `host`:`port` from this machine. */
function isOpen(host: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host, port, timeout: 1000 })
    const end = (open: boolean) => {
      socket.destroy()
      resolve(open)
    }
    socket.once('connect', () => end(true))
    socket.once('error', () => end(false))
    socket.once('timeout', () => end(false))
  })
}
