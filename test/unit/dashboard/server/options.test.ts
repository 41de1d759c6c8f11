import { afterEach, describe, expect, it, vi } from 'vitest'
import { parseDashboardOptions } from '../../../../dashboard/server/options.ts'

afterEach(() => vi.unstubAllEnvs())

describe('the page server’s options', () => {
  it('are loopback and the lab’s usual ports by default', () => {
    expect(parseDashboardOptions([])).toMatchObject({ host: '127.0.0.1', port: 8080 })
    expect(parseDashboardOptions([])?.serverUrl.origin).toBe('http://127.0.0.1:8081')
    expect(parseDashboardOptions([])?.attackerUrls.map(({ origin }) => origin)).toEqual(['http://127.0.0.1:8082'])
  })

  it('come from the environment as well', () => {
    vi.stubEnv('SYNLAB_DASHBOARD_PORT', '9000')
    vi.stubEnv('SYNLAB_DASHBOARD_HOST', '0.0.0.0')
    vi.stubEnv('SYNLAB_SERVER_URL', 'http://server:8081')
    vi.stubEnv('SYNLAB_ATTACKER_URLS', 'http://attacker:8082,http://127.0.0.1:8083')
    const options = parseDashboardOptions([])
    expect(options).toMatchObject({ host: '0.0.0.0', port: 9000 })
    expect(options?.serverUrl.origin).toBe('http://server:8081')
    expect(options?.attackerUrls.map(({ origin }) => origin)).toEqual(['http://attacker:8082', 'http://127.0.0.1:8083'])
  })

  it.each([
    [['--port', '65536'], '--port'],
    [['--port', '1x'], '--port'],
    [['--server-url', 'server:8081'], 'http://host:port'],
    [['--server-url', 'https://127.0.0.1:8081'], 'http://host:port'],
    [['--attacker-urls', 'http://127.0.0.1:8082/api'], 'http://host:port'],
    [['--attacker-urls', ''], 'http://host:port'],
    [['--nothing'], '--nothing'],
    [['more'], 'too many arguments'],
  ])('%j is refused in one line', (args, words) => {
    expect(() => parseDashboardOptions(args)).toThrow(words)
    expect(() => parseDashboardOptions(args)).not.toThrow(/\n/)
  })
})
