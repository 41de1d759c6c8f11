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
      "synlab: option '--backlog <n>' argument '-2' is invalid. Must be an integer from -1 to 4194304. (see synlab --help)\n",
    ],
    [
      ['http', '--rate', '49'],
      'synlab: --rate 49: must be at least --connections (50): each of them asks once a second or more\n',
    ],
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
