/** Makes programs of differential runs from seeds: draws a family. What they leave out, and why, is in docs/fidelity.md. */
import { Prng } from '../../tcpip/base/prng.ts'
import { blocks } from './families/blocks.ts'
import { connecting } from './families/connect.ts'
import { atListener } from './families/listener.ts'
import { windows } from './families/windows.ts'
import type { Program } from './program.ts'

/** Of twelve programs each. */
const FAMILIES = [...Array(7).fill(atListener), ...Array(3).fill(connecting), windows, blocks] as readonly ((
  prng: Prng,
) => Program)[]

/** The program of a seed. */
export function generate(seed: number): Program {
  // A generator of its own chooses: what a family draws does not depend on which others there are.
  const family = FAMILIES[new Prng(seed).fork('family').below(FAMILIES.length)]
  return family(new Prng(seed))
}
