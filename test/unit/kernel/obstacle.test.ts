/** What keeps scripts from a machine's kernel is said in one sentence. */
import { expect, it } from 'vitest'
import { lackOf, type Machine } from '../../kernel/kernel-end.ts'

const MACHINE: Machine = { platform: 'linux', isRoot: true, hasTun: true, hasTool: () => true }

it.each<[Partial<Machine>, string | undefined]>([
  [{}, undefined],
  [{ platform: 'darwin' }, 'this machine is no Linux'],
  [{ isRoot: false }, 'a network namespace and a TUN device need root'],
  [{ hasTun: false }, 'there is no /dev/net/tun (modprobe tun)'],
  [{ hasTool: (name) => name !== 'python3' }, 'python3 is missing (Debian: apt-get install python3-minimal)'],
  [{ hasTool: (name) => name !== 'ip' }, 'ip is missing (Debian: apt-get install iproute2)'],
])('%j: %s', (change, lack) => expect(lackOf({ ...MACHINE, ...change })).toBe(lack))
