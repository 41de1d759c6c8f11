import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { StartError } from '../../../control/process.ts'
import { SERVER_DEFAULTS } from '../../../server/app/server-config.ts'
import { parseServerOptions } from '../../../server/options.ts'

beforeEach(() => {
  for (const name of Object.keys(process.env)) if (name.startsWith('SYNLAB_')) vi.stubEnv(name, undefined)
  vi.stubEnv('SYNLAB_LAB_KEY', 'a key of the lab')
})
afterEach(() => {
  vi.unstubAllEnvs()
})

function refusal(...args: string[]): string {
  try {
    parseServerOptions(args)
  } catch (error) {
    expect(error).toBeInstanceOf(StartError)
    return (error as StartError).message
  }
  throw new Error('the options were accepted')
}

describe('the server’s options', () => {
  it('have the pinned ports and Linux’s defaults, on loopback only', () => {
    expect(parseServerOptions([])).toEqual({
      host: '127.0.0.1',
      apiPort: 8081,
      linkHost: '127.0.0.1',
      linkPort: 7400,
      labKey: 'a key of the lab',
      logLevel: 'info',
      config: SERVER_DEFAULTS,
    })
  })

  it('come from flags', () => {
    const args = '--api-port 0 --link-port 1 --backlog -1 --syn-cookies 2 --somaxconn 9 --max-syn-backlog 8'
    const more = '--synack-retries 0 --defer-accept 3 --abort-on-overflow 1 --host 0.0.0.0 --log-level warn'
    const program = '--accept-interval 60000 --workers 256 --request-timeout 20 --greeting 1'
    expect(parseServerOptions(`${args} ${more} ${program}`.split(' '))).toMatchObject({
      host: '0.0.0.0',
      apiPort: 0,
      linkPort: 1,
      logLevel: 'warn',
      config: {
        backlog: -1,
        synCookies: 2,
        somaxconn: 9,
        maxSynBacklog: 8,
        synAckRetries: 0,
        deferAccept: 3,
        abortOnOverflow: true,
        acceptInterval: 60_000,
        workers: 256,
        requestTimeout: 20,
        greeting: true,
      },
    })
  })

  it('come from the environment, and flags win over it', () => {
    vi.stubEnv('SYNLAB_SERVER_API_PORT', '18081')
    vi.stubEnv('SYNLAB_BACKLOG', '64')
    vi.stubEnv('SYNLAB_ABORT_ON_OVERFLOW', '1')
    vi.stubEnv('SYNLAB_ACCEPT_INTERVAL', '250')
    vi.stubEnv('SYNLAB_GREETING', '1')
    vi.stubEnv('SYNLAB_QUEUE_RULE', 'at')
    expect(parseServerOptions(['--backlog', '32'])).toMatchObject({
      apiPort: 18_081,
      config: { backlog: 32, abortOnOverflow: true, acceptInterval: 250, greeting: true, queueRule: 'at' },
    })
  })

  it.each([
    [['--backlog', 'many'], /--backlog.*'many'.*integer from -1 to 4194304/],
    [['--syn-cookies', '3'], /--syn-cookies.*'3'.*integer from 0 to 2/],
    [['--api-port', '65536'], /--api-port.*integer from 0 to 65535/],
    [['--accept-interval', '60001'], /--accept-interval.*integer from 0 to 60000/],
    [['--workers', '-1'], /--workers.*integer from 0 to 65536/],
    [['--request-timeout', '1.5'], /--request-timeout.*integer from 0 to 3600/],
    [['--queue-rule', 'under'], /--queue-rule.*over, at/],
    [['--greeting', 'on'], /--greeting.*0 or 1/],
    [['--abort-on-overflow', 'yes'], /--abort-on-overflow.*0 or 1/],
    [['--log-level', 'loud'], /--log-level.*silent, fatal/],
    [['--backlg', '1'], /unknown option '--backlg'.*--backlog/],
    [['--backlog'], /--backlog.*argument missing/],
    [['scenario'], /too many arguments/],
  ])('%j are refused in one line that says what is allowed', (args, message) => {
    const text = refusal(...args)
    expect(text).toMatch(message)
    expect(text).not.toContain('\n')
  })

  it('name the variable when a variable is wrong', () => {
    vi.stubEnv('SYNLAB_SYN_COOKIES', 'on')
    expect(refusal()).toMatch(/SYNLAB_SYN_COOKIES.*integer from 0 to 2/)
  })

  it('need a lab key, of a length that is none by accident', () => {
    vi.stubEnv('SYNLAB_LAB_KEY', 'short')
    expect(refusal()).toMatch(/SYNLAB_LAB_KEY.*8 characters/)
    vi.stubEnv('SYNLAB_LAB_KEY', undefined)
    expect(refusal()).toMatch(/SYNLAB_LAB_KEY/)
  })
})
