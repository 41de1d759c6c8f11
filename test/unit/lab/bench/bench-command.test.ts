import { describe, expect, it } from 'vitest'
import { synlab } from '../../../support/processes/lab-cli.ts'

describe('synlab bench', () => {
  it.each([
    [[], 'synlab: bench: what to measure is missing: http (see synlab bench --help)\n'],
    [['htp'], 'synlab: bench: there is no "htp" (did you mean "http"?): there is http\n'],
    [
      ['http', '--duration', '0'],
      "synlab: option '--duration <seconds>' argument '0' is invalid. Must be an integer from 1 to 600. (see synlab --help)\n",
    ],
    [
      ['http', '--flood-rate', '1e9'],
      "synlab: option '--flood-rate <n>' argument '1e9' is invalid. Must be an integer from 1 to 1000000. (see synlab --help)\n",
    ],
    [
      ['http', '--backlog', '-2'],
      "synlab: option '--backlog <list>' argument '-2' is invalid. Must be an integer from -1 to 4194304. (see synlab --help)\n",
    ],
    [
      ['http', '--rate', '49'],
      'synlab: --rate 49: must be at least --connections (50): each of them asks once a second or more\n',
    ],
    [
      ['http', '--flood', 'maybe'],
      "synlab: option '--flood <list>' argument 'maybe' is invalid. Must be off or on. (see synlab --help)\n",
    ],
    [
      ['http', '--cookies', '0,3'],
      "synlab: option '--cookies <list>' argument '0,3' is invalid. Must be an integer from 0 to 2. (see synlab --help)\n",
    ],
    [
      ['http', '--threshold', 'p98<5'],
      'synlab: --threshold "p98<5": there is no figure "p98": there is requests_per_second, p50, p99, max, errors, timeouts, non2xx\n',
    ],
    [
      ['http', '--threshold', 'p99'],
      'synlab: --threshold "p99": must be [axis=value,...:] figure comparison number, such as "p99<50" or "flood=on,cookies=1: timeouts==0"\n',
    ],
    [
      ['http', '--threshold', 'speed=1: p99<5'],
      'synlab: --threshold "speed=1: p99<5": there is no axis "speed": there is flood, cookies, keep-alive, backlog, rate\n',
    ],
    [
      ['http', '--flood', 'off', '--threshold', 'flood=on: p99<5'],
      'synlab: --threshold "flood=on: p99<5": no line of this run is meant by it\n',
    ],
    [['http', '--backlog', '1,2,3,4,5,6,7,8,9'], 'synlab: bench: 72 lines are asked for; at most 64\n'],
    [['http', 'extra'], "synlab: too many arguments for 'http'. Expected 0 arguments but got 1. (see synlab --help)\n"],
  ])('%j is refused in one line, with status 2', async (args, line) => {
    expect(await synlab('bench', ...args)).toEqual({ status: 2, stdout: '', stderr: line })
  })

  it.each([[['--help']], [['http', '--help']]])('%j prints help', async (args) => {
    const { status, stdout, stderr } = await synlab('bench', ...args)
    expect([status, stderr]).toEqual([0, ''])
    expect(stdout).toMatch(/^Usage: synlab bench/)
  })
})
