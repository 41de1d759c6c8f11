import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { type AttackerOptions, parseAttackerOptions } from '../../../attacker/options.ts'
import { StartError } from '../../../control/process.ts'

const KEY = ['--lab-key', 'a lab key of a test']

beforeEach(() => {
  for (const name of Object.keys(process.env).filter((name) => name.startsWith('SYNLAB_'))) vi.stubEnv(name, undefined)
})

afterEach(() => {
  vi.unstubAllEnvs()
})

function parse(...args: string[]): AttackerOptions {
  const options = parseAttackerOptions([...KEY, ...args])
  if (options === undefined) throw new Error('help was asked for')
  return options
}

/** The line that refuses these arguments. */
function refusal(...args: string[]): string {
  try {
    parseAttackerOptions(args)
  } catch (error) {
    expect(error).toBeInstanceOf(StartError)
    expect((error as StartError).message).not.toContain('\n')
    return (error as StartError).message
  }
  throw new Error(`${args.join(' ')} was accepted`)
}

describe('without flags', () => {
  test('everything is as pinned', () => {
    expect(parse()).toMatchObject({
      host: '127.0.0.1',
      apiPort: 8082,
      logLevel: 'info',
      engine: { hub: { host: '127.0.0.1', port: 7400 }, labNetwork: undefined, seed: undefined, clients: { rate: 10 } },
    })
  })

  test('a lab key is needed', () => {
    expect(refusal()).toContain('SYNLAB_LAB_KEY')
  })
})

describe('flags and variables', () => {
  test('set what they name', () => {
    vi.stubEnv('SYNLAB_ATTACKER_API_PORT', '0')
    vi.stubEnv('SYNLAB_HUB', 'server:7401')
    vi.stubEnv('SYNLAB_LAB_NETWORK', '172.28.0.0/24')
    expect(parse('--clients-rate', '2.5', '--seed', '7')).toMatchObject({
      apiPort: 0,
      engine: {
        hub: { host: 'server', port: 7401 },
        labNetwork: { length: 24 },
        seed: 7,
        clients: { rate: 2.5, arrivals: 'poisson' },
      },
    })
  })

  test('rate 0 means no clients', () => {
    expect(parse('--clients-rate', '0').engine.clients).toBeUndefined()
  })

  test.each([
    [['--hub', '8.8.8.8:7400'], 'outside loopback'],
    [['--hub', 'nowhere'], 'host:port'],
    [['--hub', '0x7f000001:7400'], 'dotted decimal'],
    [['--api-port', '65536'], '--api-port'],
    [['--api-port', 'x'], '--api-port'],
    [['--clients-rate', '-1'], '--clients-rate'],
    [['--clients-rate', '1001'], '0, or a number from 0.001 to 1000'],
    [['--clients-rate', 'NaN'], '--clients-rate'],
    [['--clients-rate', '1e2'], '--clients-rate'],
    [['--clients-rate', '0.0001'], '--clients-rate'],
    [['--seed', '1.5'], '--seed'],
    [['--seed', '9007199254740992'], '--seed'],
    [['--log-level', 'loud'], 'silent'],
    [['--target', '8.8.8.8'], '--target'],
    [['now'], 'argument'],
  ])('%j is refused in one line', (args, text) => {
    expect(refusal(...KEY, ...args)).toContain(text)
  })

  test('a lab network that is none is refused in one line', () => {
    vi.stubEnv('SYNLAB_LAB_NETWORK', '0.0.0.0/0')
    expect(refusal(...KEY)).toContain('SYNLAB_LAB_NETWORK: the lab network must be private')
  })

  test('a lab network lets the hub be there, and nowhere else', () => {
    vi.stubEnv('SYNLAB_LAB_NETWORK', '172.28.0.0/24')
    expect(parse('--hub', '172.28.0.2:7400').engine.hub).toEqual({ host: '172.28.0.2', port: 7400 })
    expect(refusal(...KEY, '--hub', '172.28.1.2:7400')).toContain('172.28.0.0/24')
  })

  test('a lab key that is too short is refused, and not repeated', () => {
    const line = refusal('--lab-key', 'hunter2')
    expect(line).toContain('8 characters')
  })
})
